package import Domain

/// What keeps a file of the state directory from being used.
package enum StateError: Error, Equatable, Sendable, CustomStringConvertible {
    case file(FileError)
    /// The journal of served tables has a line that is none.
    case journal(InputFileError)

    package var description: String {
        switch self {
        case .file(let error): error.description
        case .journal(let error):
            "\(error); nothing is published while it cannot be read: correct the line or restore the file, or move it away, "
                + "and it begins anew with the next table"
        }
    }
}
