import CScan

/// Decodes records of separated values (RFC 4180) to events by a schema. One worker's.
///
///     web,"home ""hero""",,12.50⏎
///     └─┘ └─────────────┘ ││└───┘
///     plain  quoted    empty plain
///
/// - Fields become strings, empty ones too, which stand for absent; spaces belong to their field.
/// - A quote inside an unquoted field, text after a closing quote and a quote that never closes make a record malformed; where
///   it ends then, ``CSVRecordSplitter`` tells.
struct RecordDecoder: ~Copyable {
    struct Record {
        var outcome: LineDecoder.Outcome
        /// The line feed that ends it.
        var lineFeed: UnsafePointer<UInt8>
        /// Whether there may be line feeds within its quotes.
        var mayHaveLineFeeds: Bool
    }

    private let list: SourceList
    private let constants: ConstantTexts
    private let maximumLength: Int
    private var builder: EventBuilder
    private var columns: RecordColumns
    private var separator = CSVFormat.comma
    private var hasQuotes = true
    /// The absent value, one for each column, those of the paths into columns, one that no field has, and the constants.
    private var values: UnsafeMutableBufferPointer<LineValue>
    /// In how many of the day's lines each source was there, but for what is counted by kinds of records.
    private var counts: SourceCounts
    private let presence = PresenceCounts()

    init(schema: EventSchema, day: LogDay, maximumLength: Int) {
        self.maximumLength = maximumLength
        list = SourceList(schema)
        constants = ConstantTexts(list.constants)
        counts = SourceCounts(list.sources.count)
        builder = EventBuilder(schema: schema, day: day)
        columns = RecordColumns(nil, list)
        values = .allocate(capacity: 0)
    }

    deinit {
        values.deallocate()
    }

    /// Events of the day that state a propensity which is none.
    var invalidPropensities: Int64 { builder.invalidPropensities }

    /// How often each word came that is no type.
    var otherTypes: OtherTypes { builder.otherTypes }

    /// The value for which the record before was rejected as invalid.
    var invalidValue: LineValue { builder.invalidValue }

    /// In how many of the day's lines each source was there.
    mutating func sourceCounts() -> SourceCounts {
        presence.empty(of: columns.held, into: &counts)
        return counts
    }

    /// Frees the texts of the events decoded so far.
    mutating func freeTexts() {
        builder.freeTexts()
    }

    /// Reads what follows by the names of columns in `header`.
    mutating func use(_ header: CSVHeader) {
        guard header !== columns.header else { return }
        presence.empty(of: columns.held, into: &counts)
        columns = RecordColumns(header, list)
        separator = header.separator
        hasQuotes = header.hasQuotes
        values.deallocate()
        values = .allocate(capacity: columns.firstConstant + constants.values.count)
        values.initialize(repeating: .absent)
        for (constant, value) in constants.values.enumerated() { values[columns.firstConstant + constant] = value }
    }

    /// Decodes the record at `start`.
    ///
    /// It must begin before `end`, where a line feed, a quote and a line feed must stand with `CSCAN_SLACK` readable bytes
    /// behind them, as in a closed ``Block``.
    mutating func decode(
        recordAt start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>,
        into event: UnsafeMutablePointer<Event>
    ) -> Record {
        if !hasQuotes { return decode(recordAt: start, before: end, into: event, separator, hasQuotes: false) }
        return separator == CSVFormat.comma
            ? decode(recordAt: start, before: end, into: event, CSVFormat.comma, hasQuotes: true)
            : decode(recordAt: start, before: end, into: event, separator, hasQuotes: true)
    }

    /// Compiled three times: commas have a scan of their own, and so has what has no quotes.
    @inline(__always)
    private mutating func decode(
        recordAt start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>,
        into event: UnsafeMutablePointer<Event>, _ separator: UInt8, hasQuotes: Bool
    ) -> Record {
        var scan = Scan(position: start)
        // Two bytes of a block's end follow every record.
        if start.pointee == 0xEF, ByteOrderMark.begins(start, count: 3) { scan.position += 3 }
        let columns = self.columns.count
        var fields = 0
        // Bit n: column n is empty. Of records with 64 columns and more it is of no use.
        var empty: UInt64 = 0
        while true {
            fields += 1
            let isQuoted = hasQuotes && scan.position.pointee == UInt8(ascii: "\"")
            guard let value = isQuoted ? quotedField(&scan, separator) : scan.plainField(separator, hasQuotes) else {
                return malformed(start, before: end)
            }
            if fields <= columns { values[fields] = value }
            if value.count == 0 { empty |= 1 &<< UInt64(truncatingIfNeeded: fields) }
            if scan.position.pointee == 0x0A { break }
            scan.position += 1
        }
        let lineFeed = scan.position
        let count = lineFeed - start
        // Only the search for a quote that never comes passes over the end.
        guard count <= maximumLength, lineFeed <= end else { return malformed(start, before: end) }
        return Record(
            outcome: complete(start, count, fields: fields, empty: empty, mayHaveHigh: scan.high != 0, into: event),
            lineFeed: lineFeed, mayHaveLineFeeds: scan.lineFeeds != 0)
    }

    /// Whether a line, its quotes left out, is an event by itself, of whatever day.
    mutating func isEvent(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let room = line.count + 3 + Int(CSCAN_SLACK)
        var count = 0
        let text = builder.keep(capacity: room) { output in
            for byte in line where byte != UInt8(ascii: "\"") {
                output[count] = byte
                count += 1
            }
            (output + count).initialize(repeating: 0, count: room - count)
            output[count] = 0x0A
            output[count + 1] = UInt8(ascii: "\"")
            output[count + 2] = 0x0A
            return room
        }
        return withUnsafeTemporaryAllocation(of: Event.self, capacity: 1) { event in
            guard let event = event.baseAddress else { return false }
            event.initialize(to: .blank)
            switch decode(recordAt: text.start, before: text.start + count, into: event).outcome {
            case .event, .ignored(.outsideDay): return true
            case .rejected, .ignored: return false
            }
        }
    }

    /// Whether a rejected record is several that end in carriage returns; then line feeds are put in their place.
    func cutsAtReturns(_ record: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        let splitter = CSVRecordSplitter(maximumLength: maximumLength, separator: separator)
        let returns = splitter.returns(in: UnsafeBufferPointer(record), columns: columns.count)
        for index in returns { record[index] = 0x0A }
        return !returns.isEmpty
    }

    @inline(__always)
    private mutating func complete(
        _ start: UnsafePointer<UInt8>, _ count: Int, fields: Int, empty: UInt64, mayHaveHigh: Bool,
        into event: UnsafeMutablePointer<Event>
    ) -> LineDecoder.Outcome {
        if start.pointee <= 0x20, LineDecoder.isBlank(start, count: count) { return .ignored(.blankLine) }
        if mayHaveHigh, !UTF8Validation.isValid(start, count: count) { return .rejected(.notUTF8) }
        guard fields == columns.count, let base = values.baseAddress else { return .rejected(.fieldCount) }
        let arePlain = columns.hasPaths ? readPaths(base) : columns.arePlain
        let outcome = builder.build(event, from: base, columns.sources, arePlain: arePlain)
        guard outcome.isOfDay else { return outcome }
        let nobodys = builder.nobodys
        if columns.areFew {
            presence.count(~(empty | nobodys), of: columns.held, into: &counts)
        } else {
            columns.held.count({ base[$0].count > 0 && ($0 >= 64 || nobodys >> UInt64($0) & 1 == 0) }, into: &counts)
        }
        return outcome
    }

    /// Reads the columns that paths go on into; returns whether all texts are plain.
    private mutating func readPaths(_ base: UnsafeMutablePointer<LineValue>) -> Bool {
        for column in columns.withPaths {
            let value = base[column]
            // What has no doubled quotes lies in the block.
            let isDecoded = value.kind == .plainString && value.start.unsafelyUnwrapped[Int(value.count)] == 0x0A
            let text =
                isDecoded && value.count > 0
                ? value.text
                : builder.keep(capacity: Int(value.count)) { target in
                    target.update(from: value.text.start, count: Int(value.count))
                    return Int(value.count)
                }
            columns.read(text, column, into: base)
        }
        return columns.arePlain && columns.hasPlainPaths(base)
    }

    private func malformed(_ start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) -> Record {
        let found = CSVRecordSplitter(maximumLength: maximumLength, separator: separator, hasQuotes: hasQuotes)
            .end(from: 0, in: start, count: end - start, isWhole: true)
        let lineFeed = start + (found.offset ?? end - start)
        let reason: RejectedReason
        if case .tooLong = found {
            reason = .lineTooLong
        } else if !UTF8Validation.isValid(start, count: lineFeed - start) {
            reason = .notUTF8
        } else {
            reason = .notCSV
        }
        return Record(outcome: .rejected(reason), lineFeed: lineFeed, mayHaveLineFeeds: false)
    }

    // MARK: Fields

    private struct Scan {
        var position: UnsafePointer<UInt8>
        var high: UInt64 = 0
        var lineFeeds: UInt64 = 0

        /// Passes a field up to the separator or line feed behind it; nil when a quote is in it.
        @inline(__always)
        mutating func plainField(_ separator: UInt8, _ hasQuotes: Bool) -> LineValue? {
            let start = position
            if !hasQuotes {
                position = cscan_field_end(start, separator, &high)
            } else if separator == CSVFormat.comma {
                position = cscan_field_stop(start, &high)
            } else {
                position = cscan_field_stop_at(start, separator, &high)
            }
            var count = position - start
            switch position.pointee {
            case UInt8(ascii: "\"") where hasQuotes: return nil
            case 0x0A where count > 0 && position[-1] == 0x0D: count -= 1
            default: break
            }
            return LineValue(kind: .plainString, start: start, count: count)
        }
    }

    /// Passes a field with its quotes up to the separator or line feed behind it; nil when something else is there.
    @inline(__always)
    private mutating func quotedField(_ scan: inout Scan, _ separator: UInt8) -> LineValue? {
        let start = scan.position + 1
        scan.position = start
        var hasDoubledQuotes = false
        while true {
            scan.position = cscan_quote(scan.position, &scan.high, &scan.lineFeeds) + 1
            guard scan.position.pointee == UInt8(ascii: "\"") else { break }
            hasDoubledQuotes = true
            scan.position += 1
        }
        let count = scan.position - start - 1
        if scan.position.pointee == 0x0D, scan.position[1] == 0x0A { scan.position += 1 }
        guard scan.position.pointee == separator || scan.position.pointee == 0x0A else { return nil }
        let field = CSVFields.Field(start: start, count: count, hasDoubledQuotes: hasDoubledQuotes)
        return hasDoubledQuotes ? decoded(field) : LineValue(kind: .plainString, start: start, count: count)
    }

    private mutating func decoded(_ field: CSVFields.Field) -> LineValue {
        // With a line feed behind it, as JSON text needs.
        let text = builder.keep(capacity: field.count) { CSVFields.decode(field, into: $0) }
        return LineValue(kind: .plainString, start: text.start, count: text.count)
    }
}
