import Allocation
import Domain
import Learning

/// What happens in an experiment, in sentences of plain text. What comes from the data is marked by `Isolation`, and not
/// escaped otherwise.
package enum Narrative {
    /// Who leads, what is still open and who is out; then what the newest table moved, and why.
    package static func text(_ summary: ExperimentSummary) -> String {
        "\(state(summary)) \(movement(summary))"
    }

    /// One sentence: who leads, how far that is from the mark, who is new and who is out.
    package static func state(_ summary: ExperimentSummary) -> String {
        var parts = [leading(summary)]
        if let remaining = remaining(summary) { parts.append(remaining) }
        if !summary.leaders.isEmpty, let new = new(summary) { parts.append(new) }
        return (parts + blacklisted(summary)).joined(separator: "; ") + "."
    }

    private static func leading(_ summary: ExperimentSummary) -> String {
        let competing = summary.competing
        guard let leader = summary.leader, let row = summary.arms[leader]?.row else {
            if competing.isEmpty { return "No arm competes" }
            let hasVisitors = competing.contains { (summary.arms[$0]?.row.visitors ?? 0) > 0 }
            return hasVisitors ? "No arm has enough visitors yet to lead" : "No arm has had a visitor yet"
        }
        if competing.count == 1 { return "\(name(leader, summary)) is the only arm that competes" }
        let probability = Figures.percent(row.probabilityBest ?? 0, 1)
        guard summary.leaders.count == 1 else {
            return
                "\(names(summary.leaders, summary)) lead together, each with a probability of \(probability) of being best"
                + (conclusion(summary) ?? "")
        }
        let leading = "\(name(leader, summary)) leads with a probability of \(probability) of being best"
        guard let winner = competing.first(where: { summary.arms[$0]?.row.verdict == .winner }) else {
            return leading + (conclusion(summary) ?? "")
        }
        return winner == leader
            ? leading + " and is the winner: the evidence excludes every other arm"
            : leading + "; \(name(winner, summary)) is the winner: the evidence excludes every other arm"
    }

    /// What the evidence says of the competition as a whole.
    private static func conclusion(_ summary: ExperimentSummary) -> String? {
        switch summary.history.facts?.conclusion {
        case .orderChanged: "; the arms' order has changed, and there is no winner"
        case .nothingLeft: "; there is nothing left to find worth 1 %"
        case nil: nil
        }
    }

    private static func remaining(_ summary: ExperimentSummary) -> String? {
        guard let forecast = summary.forecast, forecast != .reached else { return nil }
        if let value = summary.valueRemaining, value < 0.01 {
            return
                "with 95 % probability no more than \(Figures.percent(value, 2)) is left to gain, so that little depends on "
                + "the choice"
        }
        switch forecast {
        case .reached: return nil
        case .nights(1): return "one more night like the last would bring it above 95 % if the means stay as they are"
        case .nights(let nights):
            return
                "about \(Figures.small(nights)) more nights like the last would bring it above 95 % if the means stay as "
                + "they are"
        case .beyondLimit: return "a year of nights like the last would not bring it above 95 %"
        }
    }

    private static func new(_ summary: ExperimentSummary) -> String? {
        let new = summary.new
        guard !new.isEmpty else { return nil }
        let hasVisitors = new.contains { (summary.arms[$0]?.row.visitors ?? 0) > 0 }
        return
            "\(names(new, summary)) \(new.count == 1 ? "is" : "are") new, \(hasVisitors ? "little" : "nothing") known yet: "
            + "capped at an equal share until \(new.count == 1 ? "it has" : "they have") enough visitors"
    }

    private static func blacklisted(_ summary: ExperimentSummary) -> [String] {
        summary.arms.indices.compactMap { index in
            guard let arm = summary.arms[index], arm.row.status == .blacklisted else { return nil }
            return "\(name(index, summary)) is blacklisted since \(arm.since)\(arm.sinceIsKnown ? "" : " or earlier")"
        }
    }

    static func name(_ arm: Int, _ summary: ExperimentSummary) -> String {
        Isolation.around(summary.history.arms[arm])
    }

    /// `a`, `a and b`, `a, b and c`; of more than five the first four and how many others.
    private static func names(_ arms: [Int], _ summary: ExperimentSummary) -> String {
        var words = arms.map { name($0, summary) }
        if words.count > 5 { words = words.prefix(4) + ["\(words.count - 4) others"] }
        guard words.count > 1, let last = words.popLast() else { return words.first ?? "" }
        return words.joined(separator: ", ") + " and " + last
    }
}

extension Narrative {
    /// One sentence: the arms that gained and lost most since the table before with their P(best) then and now, arms that
    /// came, went or changed their status, and whether the configuration changed.
    package static func movement(_ summary: ExperimentSummary) -> String {
        let history = summary.history
        guard let latest = history.latest, let previous = history.previous else {
            return history.hasEarlierTables ? "No table before it is shown." : "This is its first table."
        }
        var parts: [String] = []
        let changes = summary.arms.indices.compactMap { arm in
            summary.arms[arm]?.change.map { (arm: arm, change: $0) }
        }
        let moved = [
            changes.max { $0.change < $1.change }.flatMap {
                $0.change > 0 ? share($0, "gained", summary, previous) : nil
            },
            changes.min { $0.change < $1.change }.flatMap {
                $0.change < 0 ? share($0, "lost", summary, previous) : nil
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
        _ change: (arm: Int, change: Int), _ verb: String, _ summary: ExperimentSummary, _ previous: Int
    ) -> String {
        let points = Text.decimal(Double(change.change.magnitude) / 1e4, 2)
        let text = "\(name(change.arm, summary)) \(verb) \(points) points of traffic"
        guard let before = summary.history.rows[previous][change.arm]?.probabilityBest,
            let now = summary.arms[change.arm]?.row.probabilityBest
        else { return text }
        return text + " (P(best) from \(Figures.percent(before, 1)) to \(Figures.percent(now, 1)))"
    }

    /// What changed from one table to the next, one sentence for each arm that came, went or changed its status, and for
    /// each table that was taken back.
    package static func events(_ history: ExperimentHistory) -> [(day: Int, text: String)] {
        var events: [(day: Int, text: String)] = []
        var before: Int?
        for day in history.rows.indices where history.rows[day].contains(where: { $0 != nil }) {
            if let before { events += changed(from: before, to: day, history).map { (day, $0) } }
            if let again = history.takenBack[day] {
                events.append((day, "the table was taken back: that of \(again) served again"))
            }
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
