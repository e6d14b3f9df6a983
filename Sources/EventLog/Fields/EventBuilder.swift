import CScan

/// Makes events of the values of lines. One worker's: it owns the memory that decoded texts lie in.
struct EventBuilder: ~Copyable {
    /// Revenue of one event beyond this, in millionths, is taken for a mistake: 10¹¹ major units.
    static let maximumRevenue: Int64 = 100_000_000_000_000_000

    private let day: LogDay
    private let types: TypeWords
    private let platformConstant: UnsafeMutableBufferPointer<UInt8>?
    private var usualTime = FastTimestamp()
    private var arena = TextArena()
    /// Events of the day that state a propensity which is none.
    private(set) var invalidPropensities: Int64 = 0

    init(schema: EventSchema, day: LogDay) {
        self.day = day
        types = TypeWords(schema.types)
        if case .constant(let text) = schema[.platform] {
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
            _ = copy.initialize(from: text.utf8)
            platformConstant = copy
        } else {
            platformConstant = nil
        }
    }

    deinit {
        platformConstant?.deallocate()
    }

    /// Frees the texts of the events made so far.
    mutating func freeTexts() {
        arena.removeAll()
    }

    /// A copy of a text that lives until texts are freed: `decode` writes it, at most `capacity` bytes, and returns its length.
    mutating func keep(capacity: Int, decode: (UnsafeMutablePointer<UInt8>) -> Int) -> ByteText {
        let start = arena.reserve(capacity)
        let count = decode(start)
        arena.keep(count)
        return ByteText(start: UnsafePointer(start), count: count)
    }

    /// Fills in an event; it is complete when the outcome says so.
    ///
    /// - Parameter arePlain: whether each text has one source, where a plain string stands or nothing.
    @inline(__always)
    mutating func build(
        _ event: UnsafeMutablePointer<Event>, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources,
        arePlain: Bool
    ) -> LineDecoder.Outcome {
        do throws(RejectedReason) {
            // One function, of which the compiler makes two: for lines whose texts are known to be plain strings, without asking the
            // kind of each, and for all others.
            if arePlain {
                try fill(event, from: values, sources, arePlain: true)
            } else {
                try fillFromAny(event, from: values, sources)
            }
        } catch {
            return .rejected(error)
        }
        return day.range.contains(event.pointee.time) ? .event : .ignored(.outsideDay)
    }

    private mutating func fillFromAny(
        _ event: UnsafeMutablePointer<Event>, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) {
        try fill(event, from: values, sources, arePlain: false)
    }

    @inline(__always)
    private mutating func fill(
        _ event: UnsafeMutablePointer<Event>, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources,
        arePlain: Bool
    ) throws(RejectedReason) {
        event.pointee.time = try time(sources.value(.time, in: values, isOnly: arePlain))
        let word = try text(.type, from: values, sources, arePlain: arePlain)
        guard !word.isEmpty else { throw .missing(.type) }
        let type = types.type(of: word)
        event.pointee.type = type
        let visitor = try text(.visitor, from: values, sources, arePlain: arePlain)
        guard !visitor.isEmpty else { throw .missing(.visitor) }
        event.pointee.visitor = visitor
        let platform: ByteText
        if let platformConstant {
            platform = ByteText(UnsafeBufferPointer(platformConstant))
        } else {
            platform = try text(.platform, from: values, sources, arePlain: arePlain)
        }
        let slot = try text(.slot, from: values, sources, arePlain: arePlain)
        let variant = try text(.variant, from: values, sources, arePlain: arePlain)
        if platform.isEmpty || slot.isEmpty || variant.isEmpty {
            switch type {
            case .view, .click: throw .missing(platform.isEmpty ? .platform : slot.isEmpty ? .slot : .variant)
            case .purchase, .refund, .other: break
            }
        }
        event.pointee.platform = platform
        event.pointee.slot = slot
        event.pointee.variant = variant
        event.pointee.segment = try text(.segment, from: values, sources, arePlain: arePlain)
        event.pointee.revenue = try revenue(sources.value(.revenue, in: values, isOnly: arePlain))
        if event.pointee.revenue != 0 { event.pointee.settleRefund() }
        event.pointee.order = try text(.order, from: values, sources, arePlain: arePlain)
        event.pointee.userAgent = try text(.userAgent, from: values, sources, arePlain: arePlain)
        event.pointee.address = try text(.address, from: values, sources, arePlain: arePlain)
        // Comes last: a line that is rejected counts for nothing else.
        let propensity = sources.value(.propensity, in: values, isOnly: arePlain)
        event.pointee.propensity = propensity.count == 0 ? 0 : statedPropensity(propensity, at: event.pointee.time)
    }

    /// A string, or an integer as it is written; empty for none.
    @inline(__always)
    private mutating func text(
        _ field: EventField, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources, arePlain: Bool
    ) throws(RejectedReason) -> ByteText {
        let value = sources.value(field, in: values, isOnly: arePlain)
        return arePlain ? value.text : try text(value, field)
    }

    @inline(__always)
    private mutating func text(_ value: LineValue, _ field: EventField) throws(RejectedReason) -> ByteText {
        if value.kind == .plainString { return value.text }
        return value.count == 0 ? .absent : try unusualText(value, field)
    }

    private mutating func unusualText(_ value: LineValue, _ field: EventField) throws(RejectedReason) -> ByteText {
        switch value.kind {
        case .escapedString:
            return keep(capacity: Int(value.count)) { JSONEscape.decode(value.bytes, into: $0) }
        case .number where value.bytes.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }):
            return value.text
        default: throw .invalid(field)
        }
    }

    /// The text of a number, or of a string that should hold one.
    private mutating func numberText(_ value: LineValue, _ field: EventField) throws(RejectedReason) -> ByteText {
        value.kind == .number ? value.text : try text(value, field)
    }

    @inline(__always)
    private mutating func time(_ value: LineValue) throws(RejectedReason) -> Int64 {
        if value.kind == .plainString, let time = usualTime.parse(value.text) { return time }
        return try unusualTime(value)
    }

    private mutating func unusualTime(_ value: LineValue) throws(RejectedReason) -> Int64 {
        let text = try numberText(value, .time)
        guard !text.isEmpty else { throw .missing(.time) }
        guard let time = Timestamp.parse(text.bytes, localTime: day.localTime) else { throw .invalid(.time) }
        return time
    }

    @inline(__always)
    private mutating func revenue(_ value: LineValue) throws(RejectedReason) -> Int64 {
        value.count == 0 ? 0 : try presentRevenue(value)
    }

    /// The propensity of an event, in billionths; 0, counted, where something stands there that is none.
    @inline(never)
    private mutating func statedPropensity(_ value: LineValue, at time: Int64) -> UInt32 {
        if let text = try? numberText(value, .propensity), let propensity = Propensity.billionths(text.bytes) {
            return propensity
        }
        if day.range.contains(time) { invalidPropensities += 1 }
        return 0
    }

    private mutating func presentRevenue(_ value: LineValue) throws(RejectedReason) -> Int64 {
        let text = try numberText(value, .revenue)
        guard let revenue = Decimal.scaled(text.bytes, scale: 6, rounding: .halfAwayFromZero),
            revenue.magnitude <= EventBuilder.maximumRevenue.magnitude
        else { throw .invalid(.revenue) }
        return revenue
    }
}

extension Event {
    /// Makes a purchase of negative revenue a refund, and a refund's money negative, whichever sign the log gives it.
    fileprivate mutating func settleRefund() {
        if case .purchase = type, revenue < 0 { type = .refund }
        if case .refund = type { revenue = -abs(revenue) }
    }
}

extension RejectedReason: Error {}
