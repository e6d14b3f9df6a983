/// One record: its fields unquoted, one after another, in a buffer that the next record reuses.
///
///     storage:  w e b , h e r o , 0 . 5          ends:  3 8 12      between two fields stands one byte of neither
package struct CSVRecord: Sendable {
    /// The line of the file, from 1, on which the record begins.
    package fileprivate(set) var line = 0
    fileprivate var storage: [UInt8] = []
    fileprivate var ends: [Int] = []

    package init() {}

    /// The number of fields.
    package var count: Int { ends.count }

    /// The bytes of a field. Valid until the record is read into again.
    package subscript(field: Int) -> ArraySlice<UInt8> {
        storage[(field == 0 ? 0 : ends[field - 1] + 1)..<ends[field]]
    }

    /// The field as text; bytes that are not UTF-8 become U+FFFD.
    package func string(_ field: Int) -> String {
        String(decoding: self[field], as: UTF8.self)
    }
}

/// A reader of comma-separated values (RFC 4180) held in memory.
///
/// - Another separator than the comma may be given; there is one in all of the file.
/// - A byte order mark at the start is skipped; lines end in LF, CRLF or the end of the file; empty lines are skipped.
/// - A quote inside an unquoted field, text after a closing quote and a quote that never closes are errors.
/// - Every record must have as many fields as the first.
package struct CSVReader: Sendable {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var position: Int
    private var line = 1
    private var width: Int?

    /// - Parameter separator: stands between fields; neither a quote nor a line end.
    package init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        self.separator = separator
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Reads the header and finds the named columns in it. Further columns are legal and skipped.
    package mutating func columns(_ names: [String]) throws(CSVError) -> [Int] {
        try columns(names, optional: []).compactMap(\.self)
    }

    /// Reads the header likewise; the columns at these positions of `names` may be missing, and are nil then.
    package mutating func columns(_ names: [String], optional: Set<Int>) throws(CSVError) -> [Int?] {
        var record = CSVRecord()
        guard try read(&record) else { throw CSVError(line: 1, problem: .missingHeader(names)) }
        let header = (0..<record.count).map { record.string($0) }
        var indices: [Int?] = []
        for (position, name) in names.enumerated() {
            let index = header.firstIndex(of: name)
            guard index != nil || optional.contains(position) else {
                throw CSVError(line: record.line, problem: .missingColumn(name, header: header))
            }
            indices.append(index)
        }
        return indices
    }

    /// Reads the next record into `record`; false at the end of the file.
    package mutating func read(_ record: inout CSVRecord) throws(CSVError) -> Bool {
        skipEmptyLines()
        guard position < bytes.count else { return false }
        record.line = line
        record.storage.removeAll(keepingCapacity: true)
        record.ends.removeAll(keepingCapacity: true)
        if !readUnquoted(into: &record) {
            while true {
                try readField(into: &record)
                record.ends.append(record.storage.count)
                guard skipSeparator() else { break }
                record.storage.append(separator)
            }
            skipLineEnd()
        }
        if let width, width != record.count {
            throw CSVError(line: record.line, problem: .fieldCount(found: record.count, expected: width))
        }
        width = record.count
        return true
    }

    /// Reads a record without quotes in one pass and one copy; false, with nothing read, when there is a quote in it.
    ///
    /// Three times as fast as field by field: of a comma-separated table's bytes nearly all are above the comma, and need one
    /// comparison.
    private mutating func readUnquoted(into record: inout CSVRecord) -> Bool {
        let source = bytes
        let span = source.span
        let separator = separator
        let highest = max(separator, .quote)
        var index = position
        while index < span.count {
            let byte = span[index]
            if byte <= highest {
                if byte == separator {
                    record.ends.append(index - position)
                } else if byte == .quote {
                    record.ends.removeAll(keepingCapacity: true)
                    return false
                } else if byte == .lineFeed {
                    break
                }
            }
            index += 1
        }
        let end = index > position && bytes[index - 1] == .carriageReturn ? index - 1 : index
        record.ends.append(end - position)
        record.storage.append(contentsOf: bytes[position..<end])
        if index < bytes.count {
            index += 1
            line += 1
        }
        position = index
        return true
    }

    private mutating func readField(into record: inout CSVRecord) throws(CSVError) {
        if position < bytes.count, bytes[position] == .quote {
            try readQuoted(into: &record)
        } else {
            let start = position
            while position < bytes.count, !endsField(bytes[position]) {
                if bytes[position] == .quote { throw CSVError(line: line, problem: .strayQuote) }
                position += 1
            }
            record.storage.append(contentsOf: bytes[start..<position])
        }
        guard position == bytes.count || endsField(bytes[position]) else {
            throw CSVError(line: line, problem: .strayQuote)
        }
    }

    private mutating func readQuoted(into record: inout CSVRecord) throws(CSVError) {
        position += 1
        while true {
            guard position < bytes.count else { throw CSVError(line: record.line, problem: .unclosedQuote) }
            let byte = bytes[position]
            position += 1
            if byte == .quote {
                guard position < bytes.count, bytes[position] == .quote else { return }
                position += 1
            }
            if byte == .lineFeed { line += 1 }
            record.storage.append(byte)
        }
    }

    private func endsField(_ byte: UInt8) -> Bool {
        byte == separator || byte == .lineFeed || (byte == .carriageReturn && isLineEnd(at: position))
    }

    private func isLineEnd(at index: Int) -> Bool {
        index + 1 == bytes.count || bytes[index + 1] == .lineFeed
    }

    private mutating func skipSeparator() -> Bool {
        guard position < bytes.count, bytes[position] == separator else { return false }
        position += 1
        return true
    }

    private mutating func skipLineEnd() {
        if position < bytes.count, bytes[position] == .carriageReturn { position += 1 }
        if position < bytes.count {
            position += 1
            line += 1
        }
    }

    private mutating func skipEmptyLines() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == .lineFeed || (byte == .carriageReturn && isLineEnd(at: position)) else { return }
            skipLineEnd()
        }
    }
}

extension UInt8 {
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
}
