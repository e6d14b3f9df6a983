import CScan

/// Makes events of the values of lines. One worker's: it owns the memory that decoded texts lie in.
struct EventBuilder: ~Copyable {
    /// Revenue of one event beyond this, in millionths, is taken for a mistake: 10¹¹ major units.
    static let maximumRevenue: Int64 = 100_000_000_000_000_000

    private let day: LogDay
    private let hasOtherRecords: Bool
    private let slotsMayNamePlatforms: Bool
    private var types: TypeWords
    private let nobody: NobodyFilter
    private var usualTime = FastTimestamp()
    private var arena = TextArena()
    /// Events of the day that state a propensity which is none.
    private(set) var invalidPropensities: Int64 = 0
    /// The value for which the line before was rejected as invalid: valid until texts are freed.
    private(set) var invalidValue = LineValue.absent
    /// Which values of the line before are there and stand for none: bit n for that of number n, of those below 64.
    private(set) var nobodys: UInt64 = 0

    init(schema: EventSchema, day: LogDay) {
        self.day = day
        hasOtherRecords = schema.hasOtherRecords
        slotsMayNamePlatforms = schema.slotsMayNamePlatforms
        types = TypeWords(schema.types)
        nobody = NobodyFilter(schema.nobody, declared: schema.declaredNames)
    }

    /// How often each word came that is no type.
    var otherTypes: OtherTypes { types.others }

    /// Frees the texts of the events made so far.
    mutating func freeTexts() {
        arena.removeAll()
        invalidValue = .absent
    }

    /// A copy of a text that lives until texts are freed: `decode` writes it, at most `capacity` bytes, and returns its length. A line
    /// feed is put behind it, with `CSCAN_SLACK` readable bytes.
    mutating func keep(capacity: Int, decode: (UnsafeMutablePointer<UInt8>) -> Int) -> ByteText {
        let start = arena.reserve(capacity + 1 + Int(CSCAN_SLACK))
        let count = decode(start)
        start[count] = 0x0A
        arena.keep(count + 1)
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
        nobodys = 0
        do throws(RejectedReason) {
            if arePlain {
                try fillFromPlain(event, from: values, sources)
            } else {
                try fillFromAny(event, from: values, sources)
            }
        } catch {
            return hasOtherRecords && isOfOtherRecords(error) ? .ignored(.otherType) : .rejected(error)
        }
        if slotsMayNamePlatforms { takePlatform(of: event) }
        guard day.range.contains(event.pointee.time) else { return .ignored(.outsideDay) }
        if event.pointee.visitor.isEmpty { return .ignored(.nobody) }
        if case .other = event.pointee.type { types.countOther() }
        return .event
    }

    /// Whether this is what is missing in records of something else.
    private func isOfOtherRecords(_ reason: RejectedReason) -> Bool {
        switch reason {
        case .missing(.type), .missing(.platform), .missing(.slot), .missing(.variant), .invalid(.slot),
            .invalid(.variant):
            true
        default: false
        }
    }

    /// Parts the key of a flag, `PLATFORM/SLOT`.
    private func takePlatform(of event: UnsafeMutablePointer<Event>) {
        let key = event.pointee.slot
        guard let slash = key.bytes.firstIndex(of: UInt8(ascii: "/")), slash > 0, slash + 1 < key.count else { return }
        event.pointee.platform = ByteText(start: key.start, count: slash)
        event.pointee.slot = ByteText(start: key.start + slash + 1, count: key.count - slash - 1)
    }

    /// Fills in an event whose texts are plain strings, without asking for the kind of each. Those that may not be what they seem are
    /// looked at closer before anything is said of the line.
    @inline(__always)
    private mutating func fillFromPlain(
        _ event: UnsafeMutablePointer<Event>, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) {
        // Each text is looked at as it is taken over: all of them together would not fit the processor's registers.
        let visitor = sources.first(.visitor, in: values).text
        event.pointee.visitor = visitor
        var suspicion = nobody.suspicion(ofID: visitor)
        let platform = sources.first(.platform, in: values).text
        event.pointee.platform = platform
        suspicion |= nobody.suspicion(ofName: platform)
        let slot = sources.first(.slot, in: values).text
        event.pointee.slot = slot
        suspicion |= nobody.suspicion(ofName: slot)
        let variant = sources.first(.variant, in: values).text
        event.pointee.variant = variant
        suspicion |= nobody.suspicion(ofName: variant)
        let hasPlace = platform.count != 0 && slot.count != 0 && variant.count != 0
        let segment = sources.first(.segment, in: values).text
        event.pointee.segment = segment
        suspicion |= nobody.suspicion(ofName: segment)
        let order = sources.first(.order, in: values).text
        event.pointee.order = order
        suspicion |= nobody.suspicion(ofID: order)
        let userAgent = sources.first(.userAgent, in: values).text
        event.pointee.userAgent = userAgent
        suspicion |= nobody.suspicion(ofName: userAgent)
        let address = sources.first(.address, in: values).text
        event.pointee.address = address
        suspicion |= nobody.suspicion(ofName: address)
        let id = sources.first(.event, in: values).text
        event.pointee.id = id
        suspicion |= nobody.suspicion(ofID: id)
        if suspicion & 1 != 0, isOdd(event, values, sources) { return try fillFromAny(event, from: values, sources) }
        event.pointee.time = try time(values, sources)
        let type = try type(sources.first(.type, in: values).text)
        event.pointee.type = type
        if !hasPlace { try checkPlace(event) }
        event.pointee.revenue = try revenue(values, sources)
        if event.pointee.revenue != 0 { event.pointee.settleRefund() }
        event.pointee.propensity = propensity(values, sources, of: event)
    }

    /// Whether a text of an event is not what it seems: nobody's, or an id that is written otherwise than it is meant.
    @inline(never)
    private mutating func isOdd(
        _ event: UnsafeMutablePointer<Event>, _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) -> Bool {
        for field in EventField.allCases where !field.isNumeric {
            let number = sources.firstNumber(field)
            if values[number].count == 0, values[number].kind != .absent { note(nobody: number) }
        }
        func isOdd(_ text: ByteText, _ field: EventField) -> Bool {
            guard !text.isEmpty else { return false }
            guard field.isID else { return nobody.isNobody(text, field) }
            let meant = text.trimmed.withoutZeroFraction
            return meant.count != text.count || nobody.isNobody(text, field)
        }
        return isOdd(event.pointee.visitor, .visitor) || isOdd(event.pointee.platform, .platform)
            || isOdd(event.pointee.slot, .slot) || isOdd(event.pointee.variant, .variant)
            || isOdd(event.pointee.segment, .segment) || isOdd(event.pointee.order, .order)
            || isOdd(event.pointee.userAgent, .userAgent) || isOdd(event.pointee.address, .address)
            || isOdd(event.pointee.id, .event)
    }

    /// Notes that a value stands for none.
    private mutating func note(nobody number: Int) {
        if number < 64 { nobodys |= 1 &<< UInt64(number) }
    }

    @inline(never)
    private mutating func fillFromAny(
        _ event: UnsafeMutablePointer<Event>, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) {
        event.pointee.time = try time(values, sources)
        event.pointee.type = try type(try firstText(.type, from: values, sources))
        event.pointee.visitor = try firstText(.visitor, from: values, sources)
        event.pointee.platform = try firstText(.platform, from: values, sources)
        event.pointee.slot = try firstText(.slot, from: values, sources)
        event.pointee.variant = try firstText(.variant, from: values, sources)
        try checkPlace(event)
        event.pointee.segment = try firstText(.segment, from: values, sources)
        event.pointee.revenue = try revenue(values, sources)
        if event.pointee.revenue != 0 { event.pointee.settleRefund() }
        event.pointee.order = try firstText(.order, from: values, sources)
        event.pointee.userAgent = try firstText(.userAgent, from: values, sources)
        event.pointee.address = try firstText(.address, from: values, sources)
        event.pointee.id = try firstText(.event, from: values, sources)
        // Comes last: a line that is rejected counts for nothing else.
        event.pointee.propensity = propensity(values, sources, of: event)
    }

    @inline(__always)
    private mutating func type(_ word: ByteText) throws(RejectedReason) -> EventType {
        guard !word.isEmpty, let type = types.type(of: word, nobody: nobody) else { throw .missing(.type) }
        return type
    }

    /// Views and clicks must say what was shown.
    private func checkPlace(_ event: UnsafeMutablePointer<Event>) throws(RejectedReason) {
        let (platform, slot) = (event.pointee.platform, event.pointee.slot)
        guard platform.isEmpty || slot.isEmpty || event.pointee.variant.isEmpty else { return }
        switch event.pointee.type {
        case .view, .click: throw .missing(platform.isEmpty ? .platform : slot.isEmpty ? .slot : .variant)
        case .purchase, .refund, .other: return
        }
    }

    @inline(__always)
    private mutating func propensity(
        _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources, of event: UnsafeMutablePointer<Event>
    ) -> UInt32 {
        sources.first(.propensity, in: values).count == 0 && sources.areNumbersSingle
            ? 0 : statedPropensity(values, sources, of: event)
    }

    /// The first of a field's texts that is there and not nobody's; empty for none.
    private mutating func firstText(
        _ field: EventField, from values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) -> ByteText {
        for candidate in sources.candidates[field.position] {
            let text = try text(of: candidate, field, from: values)
            if !text.isEmpty {
                // Where the beginning of all times is written, it is not known.
                let isBeginning =
                    field == .time && candidate != sources.candidates[field.position].last
                    && text.bytes.elementsEqual([0x30])
                let suspicion = field.isID ? nobody.suspicion(ofID: text) : nobody.suspicion(ofName: text)
                if !isBeginning, suspicion & 1 == 0 || !nobody.isNobody(text, field) { return text }
            }
            if case .value(let number) = candidate, values[number].kind != .absent { note(nobody: number) }
        }
        return .absent
    }

    private mutating func text(
        of candidate: FieldSources.Candidate, _ field: EventField, from values: UnsafePointer<LineValue>
    ) throws(RejectedReason) -> ByteText {
        switch candidate {
        case .value(let number): return try text(values[number], field)
        case .joined(let parts):
            var texts: [ByteText] = []
            for part in parts {
                var found = ByteText.absent
                for number in part where found.isEmpty {
                    found = try text(values[number], field).trimmed
                    if nobody.isNobody(found, field) {
                        if values[number].kind != .absent { note(nobody: number) }
                        found = .absent
                    }
                }
                if found.isEmpty { return .absent }
                texts.append(found)
            }
            return keep(capacity: texts.reduce(texts.count) { $0 + $1.count }) { target in
                var count = 0
                for (index, text) in texts.enumerated() {
                    if index > 0 {
                        target[count] = UInt8(ascii: index == 1 ? "T" : " ")
                        count += 1
                    }
                    (target + count).update(from: text.start, count: text.count)
                    count += text.count
                }
                return count
            }
        }
    }

    /// The text of one value; of an id without the blanks around it.
    private mutating func text(_ value: LineValue, _ field: EventField) throws(RejectedReason) -> ByteText {
        switch value.kind {
        case .absent: return .absent
        case .plainString: return field.isID ? value.text.trimmed.withoutZeroFraction : value.text
        case .escapedString:
            let text = keep(capacity: Int(value.count)) { JSONEscape.decode(value.bytes, into: $0) }
            return field.isID ? text.trimmed.withoutZeroFraction : text
        case .number where field.isNumeric: return value.text
        case .number where field.isID:
            guard let digits = WholeNumber.digits(value.bytes) else { throw invalid(value, field) }
            return keep(capacity: digits.count) { target in
                for (index, digit) in digits.enumerated() { target[index] = digit }
                return digits.count
            }
        case .number where value.bytes.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }):
            return value.text
        // A list of forwarders: which of them is the client's address is the bot filter's to say.
        case .unusable where field == .address && value.bytes.first == UInt8(ascii: "["): return value.text
        default: throw invalid(value, field)
        }
    }

    private mutating func invalid(_ value: LineValue, _ field: EventField) -> RejectedReason {
        invalidValue = value
        return .invalid(field)
    }

    @inline(__always)
    private mutating func time(
        _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) -> Int64 {
        let value = sources.first(.time, in: values)
        if value.kind == .plainString, let time = usualTime.parse(value.text) { return time }
        return try unusualTime(values, sources)
    }

    private mutating func unusualTime(
        _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) -> Int64 {
        let text = try firstText(.time, from: values, sources)
        guard !text.isEmpty else { throw .missing(.time) }
        guard let time = Timestamp.parse(text.bytes, localTime: day.localTime) else {
            throw invalid(LineValue(kind: .plainString, start: text.start, count: text.count), .time)
        }
        return time
    }

    @inline(__always)
    private mutating func revenue(
        _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) -> Int64 {
        sources.first(.revenue, in: values).count == 0 && sources.areNumbersSingle
            ? 0 : try presentRevenue(values, sources)
    }

    /// The propensity of an event, in billionths; 0, counted, where something stands there that is none.
    @inline(never)
    private mutating func statedPropensity(
        _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources, of event: UnsafeMutablePointer<Event>
    ) -> UInt32 {
        if let text = try? firstText(.propensity, from: values, sources) {
            if text.isEmpty { return 0 }
            if let propensity = Propensity.billionths(text.trimmed.bytes) { return propensity }
        }
        if day.range.contains(event.pointee.time), !event.pointee.visitor.isEmpty { invalidPropensities += 1 }
        return 0
    }

    private mutating func presentRevenue(
        _ values: UnsafePointer<LineValue>, _ sources: borrowing FieldSources
    ) throws(RejectedReason) -> Int64 {
        let text = try firstText(.revenue, from: values, sources)
        if text.isEmpty { return 0 }
        guard let revenue = Decimal.scaled(text.trimmed.bytes, scale: 6, rounding: .halfAwayFromZero),
            revenue.magnitude <= EventBuilder.maximumRevenue.magnitude
        else { throw invalid(LineValue(kind: .plainString, start: text.start, count: text.count), .revenue) }
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
