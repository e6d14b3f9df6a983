import CSV

/// A file of comma-separated values read row by row, whose errors name the file, the line and the column.
package struct InputTable: Sendable {
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
        reader = CSVReader(bytes)
        do {
            columns = try reader.columns(names, optional: optional)
        } catch {
            throw InputFileError(file: file, error)
        }
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
