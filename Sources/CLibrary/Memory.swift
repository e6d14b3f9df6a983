/// What there is to do without memory.
public enum Memory {
    /// Ends the program with the exit code of failed input and output, and says why: nothing goes on without memory, and what is on disk is
    /// as it was, since every file takes its name as a whole.
    public static func end(wanting bytes: Int) -> Never {
        let text = "sluice: out of memory: the system gives no more \(bytes) bytes; give it more, or a smaller input\n"
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        _exit(74)
    }
}
