import Domain
import Evaluation
import Learning

/// What the tables of an experiment brought beyond what an even split, or the control, would have: a total over its visitors.
///
/// The estimates are those of `WhatIf`, doubly robust; against the control they rest on the visitors whom the control got.
struct Brought: Sendable {
    /// In clickers, purchasers, or the major unit of revenue, with its 95 % interval.
    struct Gain: Sendable {
        var policy: WhatIf.Policy
        var value: Double
        var low: Double
        var high: Double
    }

    let gains: [Gain]
    private let days: ClosedRange<CalendarDate>?
    private let reward: Reward?

    init(_ whatIf: WhatIf, control: Name?, _ history: ExperimentHistory) {
        reward = history.reward
        days = whatIf.dates
        gains = whatIf.answers.compactMap { answer in
            guard answer.policy == .even || control.map({ answer.policy == .always($0) }) == true,
                let difference = answer.difference, let visitors = answer.evaluation?.visitors
            else { return nil }
            let scale = Double(visitors)
            return Gain(
                policy: answer.policy, value: -difference.value * scale, low: -difference.high * scale,
                high: -difference.low * scale)
        }
    }

    /// A sentence in plain text; nil where nothing can be told.
    var text: String? {
        guard !gains.isEmpty, let days, let reward else { return nil }
        let parts = gains.map { gain -> String in
            let other = gain.policy == .even ? "an even split" : "the control for everyone"
            let ends = "\(amount(gain.low, reward)) to \(amount(gain.high, reward))"
            if gain.low > 0 || gain.high < 0 {
                let word = gain.low > 0 ? "more" : "fewer"
                let noun = reward == .revenue ? "in revenue" : reward.noun
                return "\(amount(abs(gain.value), reward, signed: false)) \(noun) "
                    + "\(reward == .revenue && word == "fewer" ? "less" : word) than \(other) would have (95 %: \(ends))"
            }
            return "no more and no less than \(other) would have, as far as can be told (95 %: \(ends))"
        }
        return
            "From \(days.lowerBound) to \(days.upperBound) the tables brought \(parts.joined(separator: ", and ")); doubly robust "
            + "estimates."
    }

    private func amount(_ value: Double, _ reward: Reward, signed: Bool = true) -> String {
        let text = Figures.plain(abs(value), reward == .revenue && abs(value) < 1000 ? 2 : 0)
        return (signed ? value < 0 ? "−" : "+" : "") + text
    }
}
