/// Makes a system call again for as long as a signal interrupts it.
///
/// - Parameter call: returns −1 with `errno` set when it fails, as the calls of POSIX do. Not for `close`, after which the descriptor
///   is gone whatever it returned.
public func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
