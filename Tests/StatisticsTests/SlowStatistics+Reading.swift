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
        if let fault {
            // What comes before the amount may be at fault besides.
            guard fault == "invalid revenue", let json = ObviousJSON(line) else { return .rejected(fault) }
            do throws(Fault) {
                _ = try event(json)
                return .rejected(fault)
            } catch {
                // What comes after it may be at fault too, and is not looked at.
                let later: [EventField] = [.order, .userAgent, .address, .event]
                return .rejected(later.contains { error.reason == "invalid \($0.rawValue)" } ? fault : error.reason)
            }
        }
        if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { return .ignored("blank line", nil) }
        guard let json = ObviousJSON(line) else { return .rejected("not JSON") }
        guard case .object = json else { return .rejected("not an object") }
        do throws(Fault) {
            var event = try event(json)
            guard dayRange.contains(event.time) else { return .ignored("outside the day", nil) }
            if event.visitor == nil { return .ignored("nobody", nil) }
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
        let meant = SlowSources.trimmed(word).lowercased()
        let words: [String: EventType] = [
            "view": .view, "click": .click, "purchase": .purchase, "refund": .refund,
        ]
        // A word that is written in small letters says what it means before one that only comes to it.
        let given = schema.types.filter { SlowSources.trimmed($0.key).lowercased() == meant }
        var type = schema.types[meant] ?? given.first?.value ?? words[meant] ?? .other
        let visitor = try text(json, .visitor)
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
        let id = try text(json, .event)
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
            time: time, type: type, visitor: visitor.map { Name($0) }, platform: platform.map { Name($0) },
            slot: slot.map { Name($0) },
            variant: variant.map { Name($0) }, segment: Name(isFormula ? "*" : segment ?? "*"),
            hadFormulaSegment: isFormula,
            revenue: revenue, order: order.map { Name($0) }, propensity: propensity, hasInvalidPropensity: isInvalid,
            id: id.map { Name($0) })
    }

    /// The first text of a field that means something, an integer as it is written; nil when there is none.
    private func text(
        _ json: ObviousJSON, _ field: EventField, fractionsToo: Bool = false
    ) throws(Fault) -> String? {
        for source in schema[field].sources {
            switch source {
            case .constant(let text): if !SlowSources.isNobody(text, field, schema) { return text }
            case .path(let path):
                for value in SlowSources.values(of: path, in: json) {
                    if let text = try text(value, field, fractionsToo), !SlowSources.isNobody(text, field, schema) {
                        return text
                    }
                }
            case .joined(let paths):
                var parts: [String] = []
                for path in paths {
                    var found: String?
                    for value in SlowSources.values(of: path, in: json) where found == nil {
                        found = try text(value, field, fractionsToo).map { SlowSources.trimmed($0) }
                        if let part = found, SlowSources.isNobody(part, field, schema) { found = nil }
                    }
                    guard let found else { break }
                    parts.append(found)
                }
                if parts.count == paths.count { return parts.joined(separator: "T") }
            }
        }
        return nil
    }

    private func text(_ value: ObviousJSON, _ field: EventField, _ fractionsToo: Bool) throws(Fault) -> String? {
        let isID = [.visitor, .order, .event].contains(field)
        switch value {
        case .null: return nil
        case .string(let text): return isID ? SlowSources.id(text) : text
        case .number(let text):
            if isID {
                guard let digits = SlowSources.whole(text) else { throw Fault(reason: "invalid \(field.rawValue)") }
                return digits
            }
            let isInteger = text.allSatisfy { $0 == "-" || $0.isNumber }
            guard isInteger || fractionsToo else { throw Fault(reason: "invalid \(field.rawValue)") }
            return text
        case .array(let elements) where field == .address:
            let texts = elements.map { if case .string(let text) = $0 { text } else { "" } }
            return texts.joined(separator: ",")
        case .bool, .array, .object: throw Fault(reason: "invalid \(field.rawValue)")
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
        let text = SlowSources.trimmed(text)
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
        guard
            let value = Foundation.Decimal(string: SlowSources.trimmed(text), locale: Locale(identifier: "en_US_POSIX"))
        else {
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
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let clock =
            /(\d{4})-?(\d\d)-?(\d\d)(?:[Tt]| +)(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?\s*(.*)/
        guard let match = text.wholeMatch(of: clock) else { return epoch(text) }
        let date = (Int(match.1) ?? 0, Int(match.2) ?? 0, Int(match.3) ?? 0)
        guard (1...12).contains(date.1), let hour = Int(match.4), let minute = Int(match.5), hour < 24, minute < 60,
            (1...31).contains(date.2)
        else { return nil }
        var second = match.6.flatMap { Int($0) } ?? 0
        var micros = Int64(((match.7.map(String.init) ?? "") + "000000").prefix(6)) ?? 0
        if second == 60 {
            second = 59
            micros = 999_999
        }
        let rest = String(match.8).lowercased()
        let components = DateComponents(
            timeZone: rest.isEmpty ? timesWithoutOffset ?? timeZone : .gmt, year: date.0, month: date.1, day: date.2,
            hour: hour, minute: minute, second: second)
        guard second < 60, let instant = Calendar(identifier: .gregorian).date(from: components) else { return nil }
        var seconds = Int64(instant.timeIntervalSince1970)
        if let offset = rest.wholeMatch(of: /([+-])(\d\d):?(\d\d)?/) {
            let minutes = (Int64(offset.2) ?? 0) * 60 + (offset.3.flatMap { Int64($0) } ?? 0)
            seconds -= (offset.1 == "+" ? 60 : -60) * minutes
        } else if !["", "z", "utc", "gmt"].contains(rest) {
            return nil
        }
        return seconds * 1_000_000 + micros
    }

    private func epoch(_ text: String) -> Int64? {
        guard let number = Foundation.Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
            return nil
        }
        let magnitude = number < 0 ? -number : number
        let scales: [(Foundation.Decimal, Foundation.Decimal)] = [
            (100_000_000_000, 1_000_000), (100_000_000_000_000, 1_000), (100_000_000_000_000_000, 1),
        ]
        let scale = scales.first { magnitude < $0.0 }?.1 ?? Foundation.Decimal(1) / 1_000
        var scaled = number * scale
        var whole = Foundation.Decimal()
        NSDecimalRound(&whole, &scaled, 0, number < 0 ? .up : .down)
        return Int64("\(whole)")
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
