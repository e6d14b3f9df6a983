/// What is wrong with a file of comma-separated values, and where.
package struct CSVError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        case missingHeader([String])
        case missingColumn(String, header: [String])
        case fieldCount(found: Int, expected: Int)
        case strayQuote
        case unclosedQuote
        /// A field whose text is not what its column holds.
        case value(column: String, text: String, expected: String)
    }

    /// The line of the file, from 1.
    package var line: Int
    package var problem: Problem

    package init(line: Int, problem: Problem) {
        self.line = line
        self.problem = problem
    }

    /// The sentence that follows "FILE:LINE: ".
    package var description: String {
        switch problem {
        case .missingHeader(let names):
            "the file is empty; its first line must name the columns \(names.joined(separator: ","))"
        case .missingColumn(let name, let header):
            "no column '\(name)' among \(Quotation.bounded(header.joined(separator: ","))); add it to the header"
        case .fieldCount(let found, let expected):
            "\(found) fields where the header has \(expected); put text that holds the separator in double quotes"
        case .strayQuote:
            "a double quote inside a field; quote the whole field and write the quote twice"
        case .unclosedQuote:
            "a quoted field that never ends; add the closing double quote"
        case .value(let column, let text, let expected):
            "\(column) is '\(Quotation.bounded(text))', expected \(expected)"
        }
    }
}
