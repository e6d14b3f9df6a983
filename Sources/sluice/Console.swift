import CLibrary
import Domain
import Essentials
import Pipeline
import State

/// Standard output, for what was asked for, and standard error, for everything else.
enum Console {
    static func output(_ text: String) {
        output(Array(text.utf8))
    }

    static func output(_ bytes: [UInt8]) {
        write(bytes, to: 1)
    }

    /// - Parameter code: the word by which machines know the error; it stands at the end of the first line.
    static func error(_ text: String, code: String? = nil) {
        log("error: \(marked(text, code))")
    }

    static func warning(_ text: String, code: String? = nil) {
        log("warning: \(marked(text, code))")
    }

    static func show(_ event: RunEvent) {
        switch event.severity {
        case .information: information(event.text, code: event.code)
        case .warning: warning(event.text, code: event.code)
        }
    }

    private static func marked(_ text: String, _ code: String?) -> String {
        guard let code else { return text }
        let end = text.firstIndex(of: "\n") ?? text.endIndex
        return "\(text[..<end]) [\(code)]\(text[end...])"
    }

    static func information(_ text: String, code: String? = nil) {
        log(marked(text, code))
    }

    /// Whether a person watches standard error.
    static let isTerminal = isatty(2) == 1

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                CLibrary.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // Of standard error: there is nobody to tell.
                guard descriptor == 1 else { return }
                if errno != EPIPE {
                    Console.error("\(FileError(path: "standard output", operation: "write", code: errno))")
                }
                exit(ExitCode.inputOutput.rawValue)
            }
            done += count
        }
    }

    /// The most characters of a line.
    private static let longestLine = 4_000

    /// A line that is longer than anybody reads loses its middle.
    private static func bounded(_ line: String) -> String {
        guard line.utf8.count > longestLine, line.count > longestLine else { return line }
        return "\(line.prefix(longestLine / 2)) … \(line.suffix(longestLine / 2))"
    }

    /// Opens the null device on standard descriptors that are closed, so that no file of the job gets their numbers.
    static func occupyStandardDescriptors() {
        while true {
            let descriptor = open("/dev/null", O_RDWR)
            guard descriptor >= 0, descriptor <= 2 else {
                if descriptor > 2 { close(descriptor) }
                return
            }
        }
    }

    /// Whether lines begin with the time: not where somebody reads them as they come, nor where the journal adds its own.
    private static let hasTimes = !isTerminal && !isJournal

    /// Whether standard error goes to systemd's journal, as JOURNAL_STREAM tells it: device and number of the file, see
    /// systemd.exec(5).
    private static var isJournal: Bool {
        guard let stream = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        return fstat(2, &status) == 0 && stream == "\(status.st_dev):\(status.st_ino)"
    }

    private static func log(_ text: String) {
        let time = hasTimes ? "\(RFC3339.text(Clock.system.now)) " : ""
        // Names of files, fields of logs and what stands in configurations come from others: nothing that a terminal obeys gets there.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Text.printable(String($0)) }
        write(Array("\(time)sluice: \(lines.map(bounded).joined(separator: "\n"))\n".utf8), to: 2)
    }
}

/// What standard output can show.
enum Terminal {
    /// Characters in a line: what the variable COLUMNS says, or else the terminal; nil where there is none.
    static var width: Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            return columns
        }
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Whether the locale's encoding is UTF-8, as POSIX finds it: the first of these variables that is set decides.
    static var hasUnicode: Bool {
        let environment = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
        return locale.uppercased().replacing("-", with: "").contains("UTF8")
    }
}
