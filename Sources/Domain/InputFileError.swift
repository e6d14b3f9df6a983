package import CSV

/// What is wrong with a row of an input file, in which file and on which line.
package struct InputFileError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// The file breaks the rules of comma-separated values, or a field is not what its column holds.
        case record(CSVError.Problem)
        /// The row's keys stand in the file before.
        case duplicate(key: String, firstLine: Int)
        case notUTF8
    }

    /// The file as the configuration names it.
    package var file: String
    /// The line of the file, from 1.
    package var line: Int
    package var problem: Problem

    package init(file: String, line: Int, problem: Problem) {
        self.file = file
        self.line = line
        self.problem = problem
    }

    package init(file: String, _ error: CSVError) {
        self.init(file: file, line: error.line, problem: .record(error.problem))
    }

    /// `FILE:LINE: ` and what to do.
    package var description: String {
        switch problem {
        case .record(let problem):
            "\(file):\(line): \(CSVError(line: line, problem: problem))"
        case .notUTF8:
            "\(file):\(line): not UTF-8; save the file in UTF-8"
        case .duplicate(let key, let firstLine):
            "\(file):\(line): \(key) stands on line \(firstLine) already; keep one of the two rows"
        }
    }
}
