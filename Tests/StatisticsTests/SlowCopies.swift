import Domain
import EventLog

// Copies of events: of those of one visitor, type and id the first counts.
extension SlowStatistics {
    /// A visitor's events, of copies only the first: by time, then by what can count of it.
    func withoutCopies(_ events: [SlowEvent]) -> [SlowEvent] {
        var firsts: [String: SlowEvent] = [:]
        var single: [SlowEvent] = []
        for event in events {
            guard let id = event.id else {
                single.append(event)
                continue
            }
            let key = "\(event.type) " + id.string.unicodeScalars.map { "\($0.value)" }.joined(separator: " ")
            if let first = firsts[key], !comes(event, before: first) { continue }
            firsts[key] = event
        }
        return single + firsts.values
    }

    private func comes(_ event: SlowEvent, before other: SlowEvent) -> Bool {
        let (new, old) = (rank(event), rank(other))
        if new.numbers != old.numbers { return new.numbers.lexicographicallyPrecedes(old.numbers) }
        if event.segmentThatCounts(new.hasArm) != other.segmentThatCounts(old.hasArm) {
            return event.segmentThatCounts(new.hasArm) < other.segmentThatCounts(old.hasArm)
        }
        let (rest, otherRest) = (money(event), money(other))
        if rest != otherRest { return rest.lexicographicallyPrecedes(otherRest) }
        return (event.order ?? "") < (other.order ?? "")
    }

    /// Time and arm, the latter by its numbers among experiments and their arms; none comes last, one of no declared variant last in
    /// its experiment.
    private func rank(_ event: SlowEvent) -> (numbers: [Int64], hasArm: Bool) {
        let none: [Int64] = [event.time, 0xFFFF, 0xFFFF]
        guard event.type == .view || event.type == .click,
            let place = experiments.firstIndex(where: { $0.key.platform == event.platform && $0.key.slot == event.slot }
            )
        else { return (none, false) }
        guard let arm = experiments[place].arms.firstIndex(where: { $0 == event.variant }) else {
            return event.type == .view ? ([event.time, Int64(place), 0xFFFF], false) : (none, false)
        }
        return ([event.time, Int64(place), Int64(arm)], true)
    }

    /// What counts comes first, then by numbers of platform and slot as they were declared, revenue and propensity.
    private func money(_ event: SlowEvent) -> [Int128] {
        let isMoney = event.type == .purchase || event.type == .refund
        let platforms = experiments.map(\.key.platform), slots = experiments.map(\.key.slot)
        func number(_ name: Name?, _ names: [Name]) -> Int128 {
            var distinct: [Name] = []
            for name in names where !distinct.contains(name) { distinct.append(name) }
            return name.flatMap { distinct.firstIndex(of: $0) }.map { Int128($0) } ?? 0xFFFF
        }
        let counts = isMoney && !event.isIgnored
        return [
            counts ? 0 : 1, counts ? number(event.platform, platforms) : 0, counts ? number(event.slot, slots) : 0,
            event.revenue, Int128(event.propensity ?? 0),
        ]
    }
}

extension SlowEvent {
    /// Only of views of declared arms the segment matters.
    fileprivate func segmentThatCounts(_ hasArm: Bool) -> Name { type == .view && hasArm ? segment : "*" }
}
