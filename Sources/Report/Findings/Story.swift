import Allocation
import Learning
import Pipeline
import Vocabulary

/// What happens in an experiment, in sentences of plain text. Names are as in the data: whoever prints them escapes them.
package enum Story {
    /// One sentence or a few: who leads, what would settle it, who is out.
    package static func sentence(_ findings: Findings) -> String {
        var parts = [leading(findings)]
        if let settling = settling(findings) { parts.append(settling) }
        parts += exceptions(findings)
        return parts.joined(separator: "; ") + "."
    }

    private static func leading(_ findings: Findings) -> String {
        let names = findings.history.arms
        guard let leader = findings.leader, let row = findings.arms[leader]?.row else {
            return "no arm competes"
        }
        guard findings.arms.count(where: { $0?.row.probabilityBest != nil }) > 1 else {
            return "\(names[leader]) is the only arm that competes"
        }
        let probability = Figures.percent(row.probabilityBest ?? 0, 1)
        return "\(names[leader]) leads with a probability of \(probability) of being best"
    }

    private static func settling(_ findings: Findings) -> String? {
        if let value = findings.valueRemaining, value < 0.01, findings.forecast != .settled {
            return "at most \(Figures.percent(value, 2)) is left to gain, so that little depends on the choice"
        }
        switch findings.forecast {
        case .settled: return "that settles it"
        case .nights(1): return "one more night like the last would settle it"
        case .nights(let nights): return "\(Figures.small(nights)) more nights like the last would settle it"
        case .beyondLimit: return "more than a year of nights like the last would not settle it"
        case nil: return nil
        }
    }

    private static func exceptions(_ findings: Findings) -> [String] {
        var parts: [String] = []
        for (name, arm) in zip(findings.history.arms, findings.arms) {
            guard let arm else { continue }
            switch arm.row.status {
            case .blacklisted:
                parts.append("\(name) is blacklisted since \(arm.since)\(arm.sinceIsKnown ? "" : " or earlier")")
            case .new:
                parts.append("\(name) is new: its share is capped until it has seen enough visitors")
            case .active, .control: continue
            }
        }
        return parts
    }

    /// What changed from one table to the next, one sentence for each arm that came, went or changed its status.
    package static func events(_ history: ExperimentHistory) -> [(day: Int, text: String)] {
        var events: [(day: Int, text: String)] = []
        var before: Int?
        for day in history.rows.indices where history.rows[day].contains(where: { $0 != nil }) {
            defer { before = day }
            guard let before else { continue }
            for arm in history.arms.indices {
                let name = history.arms[arm]
                switch (history.rows[before][arm]?.status, history.rows[day][arm]?.status) {
                case (nil, .some(let status)): events.append((day, "\(name) joins as \(status)"))
                case (.some, nil): events.append((day, "\(name) leaves"))
                case (.new, .active): events.append((day, "\(name) is new no longer"))
                case (.blacklisted, .some(let status)) where status != .blacklisted:
                    events.append((day, "\(name) is blacklisted no longer"))
                case (.some(let old), .some(let new)) where old != new: events.append((day, "\(name) becomes \(new)"))
                default: continue
                }
            }
        }
        return events
    }
}

/// Numbers as the page and the terminal show them.
package enum Figures {
    package static func percent(_ share: Double, _ places: Int) -> String {
        Text.decimal(share * 100, places) + " %"
    }

    /// A change in percentage points, with its sign.
    package static func points(_ millionths: Int) -> String {
        signed(Double(millionths) / 1e4, 2)
    }

    /// A number with its sign, a true minus where negative.
    package static func signed(_ value: Double, _ places: Int) -> String {
        let text = Text.decimal(abs(value), places)
        let isZero = !text.contains { $0 != "0" && $0 != "." }
        return (isZero ? "±" : value < 0 ? "−" : "+") + text
    }

    /// Small counts in words.
    static func small(_ count: Int) -> String {
        let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        return words.indices.contains(count) ? words[count] : String(count)
    }
}

extension Figures {
    /// Plain digits with commas between thousands.
    static func plain(_ value: Double, _ places: Int) -> String {
        let text = Text.decimal(value, places)
        guard let whole = Int64(text.split(separator: ".").first ?? ""), abs(whole) >= 1000 else { return text }
        return Text.count(whole) + (places > 0 ? "." + (text.split(separator: ".").last ?? "") : "")
    }

    /// A mean as shown: a rate in percent with three decimals, revenue in the major unit with four.
    static func mean(_ value: Double, _ reward: Reward) -> String {
        reward == .revenue ? Text.decimal(value, 4) : Text.decimal(value * 100, 3) + " %"
    }

    /// Counted successes as shown; revenue in the major unit with two decimals.
    static func successes(_ value: Int128, _ reward: Reward) -> String {
        reward == .revenue ? plain(Double(value) / 1e6, 2) : Text.count(Int64(clamping: value))
    }
}
