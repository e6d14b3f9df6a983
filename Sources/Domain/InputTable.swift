package import CSV

/// A file of separated values read row by row, whose errors name the file, the line and the column.
///
/// The separator is the first with which the header names the needed columns. A byte order mark is skipped.
package struct InputTable: Sendable {
    /// What may stand between fields, in the order in which a header is looked through for it.
    package static let separators = Array(",;\t|".utf8)

    package let file: String
    private let names: [String]
    private var reader: CSVReader
    /// Nil for a column that the file does not have.
    private var columns: [Int?]
    private var record = CSVRecord()
    private var firstLines: [ArmKey: Int] = [:]

    /// Reads the header and finds the named columns, which may stand in any order among others.
    ///
    /// - Parameter optional: columns, numbered as they are named, that the file need not have.
    package init(
        _ bytes: [UInt8], file: String, columns names: [String], optional: Set<Int> = []
    ) throws(InputFileError) {
        self.file = file
        self.names = names
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InputFileError(file: file, line: InputTable.firstLineNotUTF8(bytes), problem: .notUTF8)
        }
        var likeliest: (columns: Int, error: CSVError)?
        for separator in InputTable.separators {
            var reader = CSVReader(bytes, separator: separator)
            do throws(CSVError) {
                columns = try reader.columns(names, optional: optional)
                self.reader = reader
                return
            } catch {
                var found = 0
                if case .missingColumn(_, let header) = error.problem { found = header.count }
                if likeliest.map({ found > $0.columns }) ?? true { likeliest = (found, error) }
            }
        }
        throw InputFileError(file: file, likeliest?.error ?? CSVError(line: 1, problem: .missingHeader(names)))
    }

    private static func firstLineNotUTF8(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return 1 + (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0)
    }

    /// The line of the current row, from 1.
    package var line: Int { record.line }

    /// Moves to the next row; false at the end of the file.
    package mutating func next() throws(InputFileError) -> Bool {
        do {
            return try reader.read(&record)
        } catch {
            throw InputFileError(file: file, error)
        }
    }

    /// The text of a column of the current row, empty where the file does not have it; columns are numbered as they were named.
    package func text(_ column: Int) -> String {
        columns[column].map { record.string($0) } ?? ""
    }

    /// Whether the file has a column.
    package func has(_ column: Int) -> Bool { columns[column] != nil }

    /// The name in a column. Throws when the field is empty.
    package func name(_ column: Int, expected: String) throws(InputFileError) -> Name {
        let text = text(column)
        if text.isEmpty { throw fault(column, expected: expected) }
        return Name(text)
    }

    /// The error that a column of the current row does not hold what is expected.
    package func fault(_ column: Int, expected: String) -> InputFileError {
        InputFileError(
            file: file, line: line,
            problem: .record(.value(column: names[column], text: text(column), expected: expected)))
    }

    /// Throws when an earlier row was about the same arm.
    package mutating func refuseSecondRow(of key: ArmKey) throws(InputFileError) {
        if let firstLine = firstLines[key] {
            let arm = "\(key.platform),\(key.slot),\(key.segment),\(key.variant)"
            throw InputFileError(file: file, line: line, problem: .duplicate(key: arm, firstLine: firstLine))
        }
        firstLines[key] = line
    }
}

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
            "\(file):\(line): \(Quotation.bounded(key)) stands on line \(firstLine) already; keep one of the two rows"
        }
    }
}
