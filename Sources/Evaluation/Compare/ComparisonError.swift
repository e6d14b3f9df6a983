package import EventLog

/// Why policies cannot be compared.
package enum ComparisonError: Error, CustomStringConvertible {
    /// A file's content is wrong: `FILE:LINE: ` and what to do, or `FILE: `.
    case input(String)
    /// A file cannot be read.
    case file(LogError)
    /// Options that contradict one another or the files' columns.
    case usage(String)

    package var description: String {
        switch self {
        case .input(let text), .usage(let text): text
        case .file(let error):
            if case .notKept = error.problem {
                "\(error.file): it is read twice, and its copy failed; give a file, or a TMPDIR with room"
            } else {
                "\(error)"
            }
        }
    }

    static func input(_ file: String, line: Int, _ text: String) -> ComparisonError {
        .input("\(file):\(line): \(text)")
    }
}

/// What is wrong with a record of a block, on which line from the block's first, which is 0.
struct RecordFault: Error {
    enum Kind: Sendable {
        case text(String)
        /// A covariate that was taken for numeric from the file's first rows holds a text.
        case textInNumericColumn
        /// The customer has a row already; which of the two is later depends on the order of the workers.
        case secondRow(String)
    }

    var line: Int
    var kind: Kind
}
