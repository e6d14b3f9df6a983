/// Decodes lines to events by a schema. One worker's: it owns the memory that decoded texts lie in.
struct LineDecoder: ~Copyable {
    /// What became of a line.
    enum Outcome {
        case event
        case rejected(RejectedReason)
        case ignored(IgnoredReason)
    }

    /// Revenue of one event beyond this, in millionths, is taken for a mistake: 10¹¹ major units.
    static let maximumRevenue: Int64 = 100_000_000_000_000_000

    private let day: LogDay
    private let types: TypeWords
    private let keys: KeyTable
    /// Numbers of the keys that fields are read from, field after field; of a field's keys the first present wins.
    private let sources: UnsafeMutableBufferPointer<Int>
    /// Where the keys of each field begin in `sources`, by the field's position in `EventField.allCases`, and where all end.
    private let sourceStarts: UnsafeMutableBufferPointer<Int>
    private let platformConstant: UnsafeMutableBufferPointer<UInt8>?
    private let values: UnsafeMutablePointer<JSONLine.Value>
    /// The header of the records decoded last, and for each of its columns the number of the key; nil for no key.
    private var header: CSVHeader?
    private var columns: [Int?] = []
    private var arena = TextArena()
    private var templates = TemplateCache()

    init(schema: EventSchema, day: LogDay) {
        self.day = day
        types = TypeWords(schema.types)
        var names: [String] = []
        var constant: UnsafeMutableBufferPointer<UInt8>?
        var numbers: [Int] = []
        var starts = [0]
        for field in EventField.allCases {
            switch schema[field] {
            case .keys(let keys):
                for key in keys {
                    let known = names.firstIndex { $0.utf8.elementsEqual(key.utf8) }
                    if known == nil { names.append(key) }
                    numbers.append(known ?? names.count - 1)
                }
            case .constant(let text):
                if field == .platform { constant = LineDecoder.copy(Array(text.utf8)) }
            }
            starts.append(numbers.count)
        }
        sources = LineDecoder.copy(numbers)
        sourceStarts = LineDecoder.copy(starts)
        keys = KeyTable(names)
        platformConstant = constant
        values = .allocate(capacity: names.count)
        values.initialize(repeating: .absent, count: names.count)
    }

    deinit {
        values.deinitialize(count: keys.count)
        values.deallocate()
        sources.deallocate()
        sourceStarts.deallocate()
        platformConstant?.deallocate()
    }

    private static func copy<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafeMutableBufferPointer<Value> {
        let copy = UnsafeMutableBufferPointer<Value>.allocate(capacity: values.count)
        _ = copy.initialize(from: values)
        return copy
    }

    /// Frees the texts of the events decoded so far.
    mutating func endBlock() {
        arena.removeAll()
    }

    /// Decodes a line of an indexed block; `event` is complete when the outcome says so.
    mutating func decode(_ line: IndexedLine, into event: inout Event) -> Outcome {
        if line.hasHigh, !UTF8Validation.isValid(line.base + line.start, count: line.count) {
            return .rejected(.notUTF8)
        }
        let isPlain = !line.hasSpecial
        values.update(repeating: .absent, count: keys.count)
        if !isPlain || !templates.match(line, into: values) {
            guard !isBlank(line.base + line.start, count: line.count) else { return .ignored(.blankLine) }
            values.update(repeating: .absent, count: keys.count)
            var scanner = JSONLine(line)
            if let reason = scanner.scan(keys: keys, into: values) { return .rejected(reason) }
            if isPlain { templates.learn(line, keys: keys) }
        }
        return complete(&event)
    }

    /// Decodes the record of comma-separated values of `count` bytes at `start`, whose columns `header` names.
    mutating func decode(
        record start: UnsafePointer<UInt8>, count: Int, of header: CSVHeader, into event: inout Event
    ) -> Outcome {
        guard !isBlank(start, count: count) else { return .ignored(.blankLine) }
        guard UTF8Validation.isValid(start, count: count) else { return .rejected(.notUTF8) }
        if header !== self.header {
            self.header = header
            columns = header.names.map { name in name.withUnsafeBufferPointer { keys.index(of: $0) } }
        }
        values.update(repeating: .absent, count: keys.count)
        if let reason = scan(CSVFields(start, count: count)) { return .rejected(reason) }
        return complete(&event)
    }

    /// Stores the fields of known columns as strings, empty ones too, which stand for absent; nil when all is well.
    private mutating func scan(_ record: consuming CSVFields) -> RejectedReason? {
        var fields = 0
        while let field = record.next() {
            if fields < columns.count, let key = columns[fields] { values[key] = value(field) }
            fields += 1
        }
        if record.isMalformed { return .notCSV }
        return fields == columns.count ? nil : .fieldCount
    }

    private mutating func value(_ field: CSVFields.Field) -> JSONLine.Value {
        guard field.hasDoubledQuotes else {
            return JSONLine.Value(kind: .plainString, start: field.start, count: field.count)
        }
        let decoded = arena.reserve(field.count)
        let count = CSVFields.decode(field, into: decoded)
        arena.keep(count)
        return JSONLine.Value(kind: .plainString, start: UnsafePointer(decoded), count: count)
    }

    private mutating func complete(_ event: inout Event) -> Outcome {
        do throws(RejectedReason) {
            try decodeFields(into: &event)
        } catch {
            return .rejected(error)
        }
        return day.range.contains(event.time) ? .event : .ignored(.outsideDay)
    }

    private mutating func decodeFields(into event: inout Event) throws(RejectedReason) {
        event.time = try time()
        let word = try text(.type)
        guard !word.isEmpty else { throw .missing(.type) }
        event.type = types.type(of: word)
        event.visitor = try text(.visitor)
        guard !event.visitor.isEmpty else { throw .missing(.visitor) }
        if let platformConstant {
            event.platform = ByteText(UnsafeBufferPointer(platformConstant))
        } else {
            event.platform = try text(.platform)
        }
        event.slot = try text(.slot)
        event.variant = try text(.variant)
        if event.type == .view || event.type == .click {
            guard !event.platform.isEmpty else { throw .missing(.platform) }
            guard !event.slot.isEmpty else { throw .missing(.slot) }
            guard !event.variant.isEmpty else { throw .missing(.variant) }
        }
        event.segment = try text(.segment)
        event.revenue = try revenue()
        event.order = try text(.order)
        event.userAgent = try text(.userAgent)
        event.address = try text(.address)
        event.ignored = nil
    }

    /// The first value present among a field's sources. Null and empty text are absent.
    @inline(__always)
    private func value(_ field: EventField) -> JSONLine.Value? {
        let sources = self.sources.baseAddress.unsafelyUnwrapped
        let starts = sourceStarts.baseAddress.unsafelyUnwrapped + field.position
        var source = starts[0]
        while source < starts[1] {
            let value = values + sources[source]
            if value.pointee.kind != .absent, value.pointee.count > 0 { return value.pointee }
            source += 1
        }
        return nil
    }

    /// A string, or an integer as it is written.
    @inline(__always)
    private mutating func text(_ field: EventField) throws(RejectedReason) -> ByteText {
        guard let value = value(field) else { return .absent }
        if value.kind == .plainString { return ByteText(start: value.start, count: value.count) }
        return try unusualText(value, field)
    }

    private mutating func unusualText(
        _ value: JSONLine.Value, _ field: EventField
    ) throws(RejectedReason) -> ByteText {
        switch value.kind {
        case .plainString: return ByteText(start: value.start, count: value.count)
        case .escapedString:
            let decoded = arena.reserve(value.count)
            let count = JSONEscape.decode(value.bytes, into: decoded)
            arena.keep(count)
            return ByteText(start: UnsafePointer(decoded), count: count)
        case .number where value.bytes.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }):
            return ByteText(start: value.start, count: value.count)
        case .number, .unusable, .absent: throw .invalid(field)
        }
    }

    /// The text of a field that holds a number or a string of one.
    private mutating func numberText(_ field: EventField) throws(RejectedReason) -> ByteText {
        guard let value = value(field) else { return .absent }
        return value.kind == .number ? ByteText(start: value.start, count: value.count) : try text(field)
    }

    private mutating func time() throws(RejectedReason) -> Int64 {
        let text = try numberText(.time)
        guard !text.isEmpty else { throw .missing(.time) }
        guard let time = Timestamp.parse(text.bytes, localTime: day.localTime) else { throw .invalid(.time) }
        return time
    }

    private mutating func revenue() throws(RejectedReason) -> Int64 {
        let text = try numberText(.revenue)
        guard !text.isEmpty else { return 0 }
        guard let revenue = Decimal.scaled(text.bytes, scale: 6, rounding: .halfAwayFromZero),
            revenue.magnitude <= LineDecoder.maximumRevenue.magnitude
        else { throw .invalid(.revenue) }
        return revenue
    }

    private func isBlank(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        for index in 0..<count where start[index] != 0x20 && start[index] != 0x09 && start[index] != 0x0D {
            return false
        }
        return true
    }
}

extension RejectedReason: Error {}

extension EventField {
    /// The position in `allCases`.
    @inline(__always)
    fileprivate var position: Int {
        switch self {
        case .time: 0
        case .type: 1
        case .visitor: 2
        case .platform: 3
        case .slot: 4
        case .variant: 5
        case .segment: 6
        case .revenue: 7
        case .order: 8
        case .userAgent: 9
        case .address: 10
        }
    }
}
