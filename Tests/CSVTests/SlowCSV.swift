import CSV

/// RFC 4180 as a machine of five states that looks at one byte at a time: the reader's twin.
enum SlowCSV {
    struct Record: Equatable {
        var line: Int
        var fields: [String]
    }

    enum Outcome: Equatable {
        case records([Record])
        case error(CSVError)
    }

    private enum State {
        case recordStart, fieldStart, plain, quoted, afterQuote
    }

    static func outcome(_ bytes: [UInt8], separator: UInt8 = 0x2C) -> Outcome {
        let (quote, lineFeed, carriageReturn) = (UInt8(0x22), UInt8(0x0A), UInt8(0x0D))
        var records: [Record] = []
        var current = Record(line: 1, fields: [])
        var field: [UInt8] = []
        var state = State.recordStart
        var line = 1
        var index = 0

        func endField() {
            current.fields.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        /// Keeps the record; false when it has another number of fields than the first.
        func endRecord() -> Bool {
            endField()
            records.append(current)
            return current.fields.count == records[0].fields.count
        }
        func wrongCount() -> Outcome {
            let (found, expected) = (current.fields.count, records[0].fields.count)
            return .error(CSVError(line: current.line, problem: .fieldCount(found: found, expected: expected)))
        }

        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : lineFeed
            let endsLine = byte == lineFeed || (byte == carriageReturn && next == lineFeed)
            switch state {
            case .quoted:
                if byte == lineFeed { line += 1 }
                if byte == quote { state = .afterQuote } else { field.append(byte) }
            case .afterQuote where byte == quote:
                field.append(quote)
                state = .quoted
            case _ where endsLine:
                if byte == carriageReturn { index += 1 }
                if state != .recordStart, !endRecord() { return wrongCount() }
                line += 1
                current = Record(line: line, fields: [])
                state = .recordStart
            case _ where byte == separator:
                endField()
                state = .fieldStart
            case .afterQuote:
                return .error(CSVError(line: line, problem: .strayQuote))
            case .plain where byte == quote:
                return .error(CSVError(line: line, problem: .strayQuote))
            case _ where byte == quote:
                state = .quoted
            default:
                field.append(byte)
                state = .plain
            }
            index += 1
        }
        if state == .quoted { return .error(CSVError(line: current.line, problem: .unclosedQuote)) }
        if state != .recordStart, !endRecord() { return wrongCount() }
        return .records(records)
    }
}
