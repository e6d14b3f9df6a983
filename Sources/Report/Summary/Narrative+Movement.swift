import Allocation
import Domain

extension Narrative {
    /// One sentence: the arms that gained and lost most since the table before with their P(best) then and now, arms that
    /// came, went or changed their status, and whether the configuration changed.
    package static func movement(_ findings: ExperimentSummary) -> String {
        let history = findings.history
        guard let latest = history.latest, let previous = history.previous else {
            return history.hasEarlierTables ? "No table before it is shown." : "This is its first table."
        }
        var parts: [String] = []
        let changes = findings.arms.indices.compactMap { arm in
            findings.arms[arm]?.change.map { (arm: arm, change: $0) }
        }
        let moved = [
            changes.max { $0.change < $1.change }.flatMap {
                $0.change > 0 ? share($0, "gained", findings, previous) : nil
            },
            changes.min { $0.change < $1.change }.flatMap {
                $0.change < 0 ? share($0, "lost", findings, previous) : nil
            },
        ].compactMap { $0 }
        if !moved.isEmpty { parts.append(moved.joined(separator: " and ")) }
        if history.isCarriedOver[latest] { parts.append("nothing new was learned") }
        parts += changed(from: previous, to: latest, history)
        if history.configurations[previous] != history.configurations[latest] {
            parts.append("the configuration changed")
        }
        if parts.isEmpty { parts.append("no share moved") }
        return "Since the table of \(history.dates[previous]): \(parts.joined(separator: "; "))."
    }

    private static func share(
        _ change: (arm: Int, change: Int), _ verb: String, _ findings: ExperimentSummary, _ previous: Int
    ) -> String {
        let points = Text.decimal(Double(change.change.magnitude) / 1e4, 2)
        let text = "\(name(change.arm, findings)) \(verb) \(points) points of traffic"
        guard let before = findings.history.rows[previous][change.arm]?.probabilityBest,
            let now = findings.arms[change.arm]?.row.probabilityBest
        else { return text }
        return text + " (P(best) from \(Figures.percent(before, 1)) to \(Figures.percent(now, 1)))"
    }

    /// What changed from one table to the next, one sentence for each arm that came, went or changed its status.
    package static func events(_ history: ExperimentHistory) -> [(day: Int, text: String)] {
        var events: [(day: Int, text: String)] = []
        var before: Int?
        for day in history.rows.indices where history.rows[day].contains(where: { $0 != nil }) {
            if let before { events += changed(from: before, to: day, history).map { (day, $0) } }
            before = day
        }
        return events
    }

    private static func changed(from before: Int, to day: Int, _ history: ExperimentHistory) -> [String] {
        history.arms.indices.compactMap { arm in
            let name = Isolation.around(history.arms[arm])
            switch (history.rows[before][arm]?.status, history.rows[day][arm]?.status) {
            case (nil, .some(let status)): return "\(name) joins as \(status)"
            case (.some, nil): return "\(name) leaves"
            case (.new, .active): return "\(name) is new no longer"
            case (.blacklisted, .some(let status)) where status != .blacklisted:
                return "\(name) is blacklisted no longer"
            case (.some(let old), .some(let new)) where old != new: return "\(name) becomes \(new)"
            default: return nil
            }
        }
    }
}
