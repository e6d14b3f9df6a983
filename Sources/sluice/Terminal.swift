import CLibrary
import Essentials

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
