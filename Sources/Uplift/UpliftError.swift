package import EventLog

/// What keeps uplift or a wave from being computed, in words that name the file, the line and what to do.
package enum UpliftError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file's content is wrong.
    case input(String)
    /// What was asked for does not fit the files.
    case usage(String)
    /// There is nothing to compute.
    case nothing(String)
    /// There is not yet enough to say anything.
    case early(String)
    case file(LogError)

    package var description: String {
        switch self {
        case .input(let text), .usage(let text), .nothing(let text), .early(let text): text
        case .file(let error): "\(error)"
        }
    }
}
