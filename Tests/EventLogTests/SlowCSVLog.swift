/// Comma-separated values of a log, read one byte at a time by a machine of six states: the reader's obvious twin.
enum SlowCSVLog {
    struct Record: Equatable {
        enum Content: Equatable {
            case fields([[UInt8]])
            case blank, notCSV, tooLong
        }

        /// From 1.
        var line: Int
        /// Its bytes, without the line feed.
        var range: Range<Int>
        var content: Content
    }

    private enum State {
        case fieldStart, plain, quoted, afterQuote
    }

    /// All records of a file, the header among them.
    static func records(_ bytes: [UInt8], maximumLength: Int) -> [Record] {
        var records: [Record] = []
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < bytes.count {
            let line = 1 + bytes[..<start].count { $0 == 0x0A }
            let (end, content) = record(bytes, from: start, maximumLength)
            records.append(Record(line: line, range: start..<end, content: content))
            start = end + 1
        }
        return records
    }

    private static func record(_ bytes: [UInt8], from start: Int, _ maximumLength: Int) -> (Int, Record.Content) {
        var fields: [[UInt8]] = [[]]
        var isMalformed = false
        var state = State.fieldStart
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0A, state != .quoted { break }
            // A carriage return before the line's end is part of the line's end.
            let endsLine = byte == 0x0D && (index + 1 == bytes.count || bytes[index + 1] == 0x0A) && state != .quoted
            switch (state, byte) {
            case _ where endsLine: break
            case (.fieldStart, 0x22): state = .quoted
            case (.quoted, 0x22): state = .afterQuote
            case (.quoted, _): fields[fields.count - 1].append(byte)
            case (.afterQuote, 0x22):
                fields[fields.count - 1].append(byte)
                state = .quoted
            case (_, 0x2C):
                fields.append([])
                state = .fieldStart
            default:
                if byte == 0x22 || state == .afterQuote { isMalformed = true }
                fields[fields.count - 1].append(byte)
                state = .plain
            }
            index += 1
        }
        if index - start > maximumLength {
            let lineFeed = bytes[(start + maximumLength)...].firstIndex(of: 0x0A)
            return (lineFeed ?? bytes.count, .tooLong)
        }
        if bytes[start..<index].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return (index, .blank) }
        return (index, isMalformed || state == .quoted ? .notCSV : .fields(fields))
    }
}
