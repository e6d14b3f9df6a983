import Allocation
import Domain

/// What happens in an experiment, in sentences of plain text. What comes from the data is marked by `Isolation`, and not
/// escaped otherwise.
package enum Narrative {
    /// Who leads, what is still open and who is out; then what the newest table moved, and why.
    package static func text(_ findings: ExperimentSummary) -> String {
        "\(state(findings)) \(movement(findings))"
    }

    /// One sentence: who leads, how far that is from the mark, who is new and who is out.
    package static func state(_ findings: ExperimentSummary) -> String {
        var parts = [leading(findings)]
        if let remaining = remaining(findings) { parts.append(remaining) }
        if !findings.leaders.isEmpty, let new = new(findings) { parts.append(new) }
        return (parts + blacklisted(findings)).joined(separator: "; ") + "."
    }

    private static func leading(_ findings: ExperimentSummary) -> String {
        let competing = findings.competing
        guard let leader = findings.leader, let row = findings.arms[leader]?.row else {
            if competing.isEmpty { return "No arm competes" }
            let hasVisitors = competing.contains { (findings.arms[$0]?.row.visitors ?? 0) > 0 }
            return hasVisitors ? "No arm has enough visitors yet to lead" : "No arm has had a visitor yet"
        }
        if competing.count == 1 { return "\(name(leader, findings)) is the only arm that competes" }
        let probability = Figures.percent(row.probabilityBest ?? 0, 1)
        guard findings.leaders.count == 1 else {
            return
                "\(names(findings.leaders, findings)) lead together, each with a probability of \(probability) of being best"
        }
        let mark = findings.forecast == .reached ? ", above the \(Figures.percent(BestForecast.mark, 0)) mark" : ""
        return "\(name(leader, findings)) leads with a probability of \(probability) of being best\(mark)"
    }

    private static func remaining(_ findings: ExperimentSummary) -> String? {
        guard let forecast = findings.forecast, forecast != .reached else { return nil }
        if let value = findings.valueRemaining, value < 0.01 {
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

    private static func new(_ findings: ExperimentSummary) -> String? {
        let new = findings.new
        guard !new.isEmpty else { return nil }
        let hasVisitors = new.contains { (findings.arms[$0]?.row.visitors ?? 0) > 0 }
        return
            "\(names(new, findings)) \(new.count == 1 ? "is" : "are") new, \(hasVisitors ? "little" : "nothing") known yet: "
            + "capped at an equal share until \(new.count == 1 ? "it has" : "they have") enough visitors"
    }

    private static func blacklisted(_ findings: ExperimentSummary) -> [String] {
        findings.arms.indices.compactMap { index in
            guard let arm = findings.arms[index], arm.row.status == .blacklisted else { return nil }
            return "\(name(index, findings)) is blacklisted since \(arm.since)\(arm.sinceIsKnown ? "" : " or earlier")"
        }
    }

    static func name(_ arm: Int, _ findings: ExperimentSummary) -> String {
        Isolation.around(findings.history.arms[arm])
    }

    /// `a`, `a and b`, `a, b and c`; of more than five the first four and how many others.
    private static func names(_ arms: [Int], _ findings: ExperimentSummary) -> String {
        var words = arms.map { name($0, findings) }
        if words.count > 5 { words = words.prefix(4) + ["\(words.count - 4) others"] }
        guard words.count > 1, let last = words.popLast() else { return words.first ?? "" }
        return words.joined(separator: ", ") + " and " + last
    }
}
