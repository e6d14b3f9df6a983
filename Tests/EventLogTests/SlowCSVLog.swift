/// Separated values of a log, read one byte at a time by a machine of four states: the reader's obvious twin.
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
        /// Why a record over several lines, of which this is the first, is none.
        var reason: String?
    }

    private enum State {
        case fieldStart, plain, quoted, afterQuote
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// All records of a file, the header among them.
    ///
    /// - Parameter fault: why a record over several lines is none; of one that is none the first line is rejected, and the others
    ///   are read by themselves.
    static func records(
        _ bytes: [UInt8], maximumLength: Int, separator: UInt8 = 0x2C,
        fault: (Record) throws -> String? = { _ in nil }
    ) rethrows -> [Record] {
        var records: [Record] = []
        var start = bytes.starts(with: mark) ? 3 : 0
        var reread = 0
        while start < bytes.count {
            let line = 1 + bytes[..<start].count { $0 == 0x0A }
            let seen = start < reread ? Array(bytes[..<reread]) : bytes
            let (end, content) = record(seen, from: start, maximumLength, separator)
            var record = Record(line: line, range: start..<end, content: content)
            if let first = bytes[start..<end].firstIndex(of: 0x0A), let reason = try fault(record) {
                reread = max(reread, min(end + 1, bytes.count))
                record = Record(line: line, range: start..<first, content: .notCSV, reason: reason)
            }
            records.append(record)
            start = record.range.upperBound + 1
        }
        return records
    }

    /// The fields of a text without a line feed; nil for one that is no record.
    static func fields(_ text: [UInt8], maximumLength: Int, separator: UInt8 = 0x2C) -> [[UInt8]]? {
        guard case (_, .fields(let fields)) = record(text, from: 0, maximumLength, separator) else { return nil }
        return fields
    }

    private static func record(
        _ bytes: [UInt8], from start: Int, _ maximumLength: Int, _ separator: UInt8
    ) -> (Int, Record.Content) {
        let firstEnd = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        let fault = (firstEnd, firstEnd - start > maximumLength ? Record.Content.tooLong : .notCSV)
        var fields: [[UInt8]] = [[]]
        var state = State.fieldStart
        var index = bytes[start...].starts(with: mark) ? start + 3 : start
        while true {
            if index - start > maximumLength { return fault }
            if index == bytes.count { break }
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
            case (_, separator):
                fields.append([])
                state = .fieldStart
            case (.afterQuote, _), (_, 0x22): return fault
            default:
                fields[fields.count - 1].append(byte)
                state = .plain
            }
            index += 1
        }
        if bytes[start..<index].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return (index, .blank) }
        return state == .quoted ? fault : (index, .fields(fields))
    }
}
