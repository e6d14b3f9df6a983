import Domain
import EventLog
import Foundation

extension SlowStatistics {
    enum Line {
        case rejected(String)
        /// The event is there when it lies inside the day.
        case ignored(String, SlowEvent?)
        case counted(SlowEvent)
    }

    private struct Fault: Error {
        var reason: String
    }

    func read(_ line: [UInt8], fault: String?) -> Line {
        if line.count > maximumLineLength { return .rejected("line too long") }
        if let fault { return .rejected(fault) }
        if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { return .ignored("blank line", nil) }
        guard let json = ObviousJSON(line) else { return .rejected("not JSON") }
        guard case .object = json else { return .rejected("not an object") }
        do throws(Fault) {
            var event = try event(json)
            guard dayRange.contains(event.time) else { return .ignored("outside the day", nil) }
            guard let reason = reasonToIgnore(event) else { return .counted(event) }
            event.isIgnored = true
            return .ignored(reason, event)
        } catch {
            return .rejected(error.reason)
        }
    }

    private func event(_ json: ObviousJSON) throws(Fault) -> SlowEvent {
        guard let timeText = try text(json, .time, fractionsToo: true) else { throw Fault(reason: "missing ts") }
        guard let time = microseconds(timeText) else { throw Fault(reason: "invalid ts") }
        guard let word = try text(json, .type) else { throw Fault(reason: "missing type") }
        let words: [String: EventType] = [
            "view": .view, "click": .click, "purchase": .purchase, "refund": .refund,
        ]
        var type = schema.types[word] ?? words[word] ?? .other
        guard let visitor = try text(json, .visitor) else { throw Fault(reason: "missing visitor") }
        let platform = try text(json, .platform)
        let slot = try text(json, .slot)
        let variant = try text(json, .variant)
        if type == .view || type == .click {
            if platform == nil { throw Fault(reason: "missing platform") }
            if slot == nil { throw Fault(reason: "missing slot") }
            if variant == nil { throw Fault(reason: "missing variant") }
        }
        let segment = try text(json, .segment)
        var revenue = try millionths(text(json, .revenue, fractionsToo: true) ?? "0")
        if type == .purchase && revenue < 0 { type = .refund }
        if type == .refund && revenue > 0 { revenue = -revenue }
        let order = try text(json, .order)
        _ = try (text(json, .userAgent), text(json, .address))
        let isFormula = segment.map { "=+-@\t\r".unicodeScalars.contains($0.unicodeScalars.first ?? " ") } ?? false
        var propensity: Int64?
        var isInvalid = false
        do {
            if let stated = try text(json, .propensity, fractionsToo: true) {
                propensity = billionths(stated)
                isInvalid = propensity == nil
            }
        } catch {
            isInvalid = true
        }
        return SlowEvent(
            time: time, type: type, visitor: Name(visitor), platform: platform.map { Name($0) },
            slot: slot.map { Name($0) },
            variant: variant.map { Name($0) }, segment: Name(isFormula ? "*" : segment ?? "*"),
            hadFormulaSegment: isFormula,
            revenue: revenue, order: order.map { Name($0) }, propensity: propensity, hasInvalidPropensity: isInvalid)
    }

    /// The text of a field, an integer as it is written; nil when the field is absent, null or empty.
    private func text(
        _ json: ObviousJSON, _ field: EventField, fractionsToo: Bool = false
    ) throws(Fault) -> String? {
        switch schema[field] {
        case .constant(let text): return text
        case .keys(let keys):
            for key in keys {
                switch json.last(key) ?? .null {
                case .null: continue
                case .string(let text):
                    if text.isEmpty { continue }
                    return text
                case .number(let text):
                    let isInteger = text.allSatisfy { $0 == "-" || $0.isNumber }
                    guard isInteger || fractionsToo else { throw Fault(reason: "invalid \(field.rawValue)") }
                    return text
                case .bool, .array, .object: throw Fault(reason: "invalid \(field.rawValue)")
                }
            }
            return nil
        }
    }

    private func reasonToIgnore(_ event: SlowEvent) -> String? {
        if event.type == .other { return "other type" }
        let meant = experiments.filter { experiment in
            (event.platform ?? experiment.key.platform) == experiment.key.platform
                && (event.slot ?? experiment.key.slot) == experiment.key.slot
        }
        if meant.isEmpty { return "undeclared experiment" }
        // A variant says something only together with its experiment.
        guard let variant = event.variant, event.platform != nil, event.slot != nil else { return nil }
        return meant.contains { $0.arms.contains(variant) } ? nil : "undeclared variant"
    }

    /// A share above 0 and at most 1, to the nearest billionth, halves up and at least one; nil for anything else.
    private func billionths(_ text: String) -> Int64? {
        guard text.wholeMatch(of: /[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil,
            let value = Foundation.Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")), value > 0,
            value <= 1
        else { return nil }
        var scaled = value * 1_000_000_000
        var rounded = Foundation.Decimal()
        NSDecimalRound(&rounded, &scaled, 0, .plain)
        return Int64("\(rounded)").map { max($0, 1) }
    }

    private func millionths(_ text: String) throws(Fault) -> Int128 {
        guard let value = Foundation.Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
            throw Fault(reason: "invalid revenue")
        }
        var scaled = (value < 0 ? -value : value) * 1_000_000
        var rounded = Foundation.Decimal()
        NSDecimalRound(&rounded, &scaled, 0, .plain)
        guard rounded <= 100_000_000_000_000_000, let whole = Int128("\(rounded)") else {
            throw Fault(reason: "invalid revenue")
        }
        return value < 0 ? -whole : whole
    }

    /// Microseconds since the epoch of a time that is known to be legal.
    private func microseconds(_ text: String) -> Int64? {
        let letters = Array(text)
        guard letters.count >= 19, letters[4] == "-" else {
            guard let number = Foundation.Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
                return nil
            }
            var scaled = number * (number < 100_000_000_000 ? 1_000_000 : 1_000)
            var whole = Foundation.Decimal()
            NSDecimalRound(&whole, &scaled, 0, .down)
            return Int64("\(whole)")
        }
        func number(_ range: Range<Int>) -> Int { Int(String(letters[range])) ?? 0 }
        var second = number(17..<19)
        var rest = letters[19...]
        var fraction = ""
        if rest.first == "." || rest.first == "," {
            fraction = String(rest.dropFirst().prefix { $0.isNumber })
            rest = rest.dropFirst(1 + fraction.count)
        }
        var micros = Int64((fraction + "000000").prefix(6)) ?? 0
        if second == 60 {
            second = 59
            micros = 999_999
        }
        let isLocal = rest.isEmpty
        let clock = DateComponents(
            timeZone: isLocal ? timeZone : .gmt, year: number(0..<4), month: number(5..<7), day: number(8..<10),
            hour: number(11..<13), minute: number(14..<16), second: second)
        guard let instant = Calendar(identifier: .gregorian).date(from: clock) else { return nil }
        var seconds = Int64(instant.timeIntervalSince1970)
        if let sign = rest.first, sign == "+" || sign == "-" {
            let digits = rest.dropFirst().filter(\.isNumber)
            let hours = Int64(String(digits.prefix(2))) ?? 0
            let minutes = Int64(String(digits.dropFirst(2))) ?? 0
            seconds -= (sign == "+" ? 1 : -1) * (hours * 3_600 + minutes * 60)
        }
        return seconds * 1_000_000 + micros
    }

    /// The day's instants, in microseconds.
    var dayRange: Range<Int64> {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        func start(_ date: CalendarDate) -> Int64 {
            let (year, month, day) = date.civil
            let noon = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12)) ?? .distantPast
            return Int64(calendar.startOfDay(for: noon).timeIntervalSince1970) * 1_000_000
        }
        return start(date)..<start(date.advanced(by: 1))
    }
}
