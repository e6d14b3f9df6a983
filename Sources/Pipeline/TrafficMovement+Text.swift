import Domain

extension TrafficMovement {
    /// Arms that a line names.
    private static let namedArms = 4

    /// What moves and why, in one line: `web/hero: winter 41 → 55 %, autumn 39 → 25 % (P(best) .78 → .93); 14 % of visitors change`.
    package var text: String {
        let name = Text.printable("\(platform)/\(slot)")
        guard isInNew else { return "\(name): not in the table any more: callers show their default" }
        guard isInOld else { return "\(name): new in the table" }
        var text = "\(name): \(armsText)"
        if let leader, !arms.isEmpty { text += " (\(becauseOf(leader)))" }
        return text + "; \(TrafficMovement.percent(visitorsMoved)) % of visitors change"
    }

    private var armsText: String {
        guard !arms.isEmpty else { return "shares of \(Text.count(Int64(segmentsMoved), "segment")) move" }
        let largest = Set(
            arms.sorted { abs($0.change) > abs($1.change) }.prefix(TrafficMovement.namedArms).map(\.variant))
        var parts = arms.filter { largest.contains($0.variant) }.map { arm in
            var part = "\(Text.printable(arm.variant)) "
            if let before = arm.before, let after = arm.after {
                let places = abs(arm.change) >= 0.01 ? 0 : 2
                part += "\(Text.decimal(before * 100, places)) → \(Text.decimal(after * 100, places)) %"
                if arm.statusAfter != arm.statusBefore, let status = arm.statusAfter { part += " (now \(status))" }
            } else if let after = arm.after {
                part += "added at \(TrafficMovement.percent(after)) %"
            } else {
                part += "taken out at \(TrafficMovement.percent(arm.before ?? 0)) %"
            }
            return part
        }
        let others = arms.count - parts.count
        if others > 0 { parts.append(Text.count(Int64(others), "other")) }
        return parts.joined(separator: ", ")
    }

    /// The name is left out where the arm is the first one of the line.
    private func becauseOf(_ leader: Leader) -> String {
        let name = leader.variant == arms.first?.variant ? "" : " of \(Text.printable(leader.variant))"
        let after = TrafficMovement.probability(leader.after)
        guard let before = leader.before.map(TrafficMovement.probability) else { return "P(best)\(name) \(after)" }
        return "P(best)\(name) \(before == after ? "still \(after)" : "\(before) → \(after)")"
    }

    private static func percent(_ share: Double) -> String {
        Text.decimal(share * 100, share >= 0.01 || share == 0 ? 0 : 2)
    }

    private static func probability(_ value: Double) -> String {
        if value >= 0.995, value < 1 { return "> .99" }
        let text = Text.decimal(value, 2)
        return text.hasPrefix("0.") ? String(text.dropFirst()) : text
    }
}
