/// One thing wrong with a configuration file, and what to do about it.
package struct ConfigurationFault: Error, Equatable, Sendable {
    /// The value's path, as in `experiments[0].learning.window`; empty for the file as a whole.
    package var path: String
    /// From 1; nil when the fault has no place, as in a file that cannot be opened.
    package var line: Int?
    /// In characters (Unicode scalars), from 1.
    package var column: Int?
    /// What was expected and what was found.
    package var message: String
    /// What to write instead.
    package var suggestion: String

    package init(path: String, line: Int?, column: Int?, message: String, suggestion: String) {
        self.path = path
        self.line = line
        self.column = column
        self.message = message
        self.suggestion = suggestion
    }

    /// Writes `FILE:LINE:COLUMN: path: message; suggestion`, leaving out what the fault has not.
    package func description(in file: String) -> String {
        let place = [file] + [line, column].compactMap { $0.map(String.init) }
        let words = (path.isEmpty ? "" : "\(path): ") + "\(message); \(suggestion)"
        return "\(place.joined(separator: ":")): \(words)"
    }
}

/// Everything wrong with a configuration file, in the order of the file.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String
    package var faults: [ConfigurationFault]
    /// Whether the file itself may be right: the system could not read it, for an I/O error or because it had too little of something.
    package var isOfSystem: Bool

    package init(file: String, faults: [ConfigurationFault], isOfSystem: Bool = false) {
        self.file = file
        self.faults = faults
        self.isOfSystem = isOfSystem
    }

    /// Faults that are said: whoever has more begins with these.
    private static let said = 100

    /// One fault a line, without a line end after the last.
    package var description: String {
        var lines = faults.prefix(ConfigurationError.said).map { $0.description(in: file) }
        let others = faults.count - lines.count
        if others > 0 { lines.append("\(file): and \(others) more faults; mend these, and run it again") }
        return lines.joined(separator: "\n")
    }
}
