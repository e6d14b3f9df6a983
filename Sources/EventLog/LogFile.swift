/// A file of the log.
package enum LogFile: Hashable, Sendable {
    case path(String)
    case standardInput

    package var name: String {
        switch self {
        case .path(let path): path
        case .standardInput: "standard input"
        }
    }
}
