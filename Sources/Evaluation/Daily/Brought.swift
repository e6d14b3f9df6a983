package import Domain
package import Learning
import Numerics
import Policies

/// What the tables of an experiment brought beyond what an even split, or the control, would have: a total over its visitors.
///
/// The estimates are those of `sluice evaluate`, doubly robust; against the control they rest on the visitors whom the control got.
package struct Brought: Sendable {
    /// What might have served in place of the tables.
    package enum Alternative: Equatable, Sendable {
        /// The control keeps its share, the others have equal parts.
        case even
        /// Everyone sees the control.
        case control
    }

    /// In clickers, purchasers, or the major unit of revenue, with its 95 % interval.
    package struct Gain: Sendable {
        package var alternative: Alternative
        package var value: Double
        package var low: Double
        package var high: Double

        /// Above 0 or below, as a whole; 0: neither can be told.
        package var sign: Int { low > 0 ? 1 : high < 0 ? -1 : 0 }
    }

    package let gains: [Gain]
    package let reward: Reward
    /// The first and the last day with visitors on a day with a table.
    package let dates: ClosedRange<CalendarDate>

    /// Nil where nothing can be told.
    ///
    /// O(strata · arms).
    package init?(_ log: LoggedExperiment, reward: Reward, control: Name?) {
        guard let first = log.dates.first, let last = log.dates.last else { return nil }
        var gains = [Brought.gain(.even, TargetPolicy(name: "even", source: .segments(EvenPolicy())), log)]
        if let control, log.arms.contains(control) {
            let policy = AlwaysPolicy(control, name: "control")
            gains.append(Brought.gain(.control, TargetPolicy(name: "control", source: .segments(policy)), log))
        }
        self.gains = gains.compactMap(\.self)
        self.reward = reward
        dates = first...last
        if self.gains.isEmpty { return nil }
    }

    private static func gain(
        _ alternative: Alternative, _ policy: TargetPolicy, _ log: LoggedExperiment
    ) -> Gain? {
        let served = TargetPolicy(name: "served", source: .served)
        guard
            let evaluation = try? ExperimentEvaluation(
                log, policies: [served, policy], reference: 0, options: EvaluationOptions()
            ).evaluations().last, let difference = evaluation.trustedDifference
        else { return nil }
        let scale = Double(evaluation.visitors)
        let reach = SpecialFunctions.normalQuantile(probability: 0.975) * difference.error
        return Gain(
            alternative: alternative, value: -difference.value * scale, low: -(difference.value + reach) * scale,
            high: (reach - difference.value) * scale)
    }
}

extension PolicyEvaluation {
    /// The difference of the recommended estimator from the reference; nil where it is not to be trusted or nothing differs.
    package var trustedDifference: Difference? {
        guard isReliable, let difference = recommended?.difference, difference.error > 0 else { return nil }
        return difference
    }
}

// MARK: - Words

extension Brought {
    /// A sentence in plain text.
    package var text: String { "F\(words(gains).dropFirst()); doubly robust estimates." }

    /// What some of the gains say, as a part of a sentence.
    package func words(_ gains: [Gain]) -> String {
        "from \(dates.lowerBound) to \(dates.upperBound) the tables brought "
            + gains.map(words).joined(separator: ", and ")
    }

    private func words(_ gain: Gain) -> String {
        let other = gain.alternative == .even ? "an even split" : "the control for everyone"
        let ends = "\(amount(gain.low)) to \(amount(gain.high))"
        guard gain.sign != 0 else {
            return "no more and no less than \(other) would have, as far as can be told (95 %: \(ends))"
        }
        let (noun, fewer) =
            switch reward {
            case .click: ("clickers", "fewer")
            case .purchase: ("purchasers", "fewer")
            case .revenue: ("in revenue", "less")
            }
        return "\(amount(abs(gain.value), isSigned: false)) \(noun) \(gain.sign > 0 ? "more" : fewer) than \(other) "
            + "would have (95 %: \(ends))"
    }

    private func amount(_ value: Double, isSigned: Bool = true) -> String {
        let places = reward == .revenue && abs(value) < 1000 ? 2 : 0
        let text = Text.decimal(abs(value), places)
        let grouped = Int64(text).map { Text.count($0) } ?? text
        return (isSigned ? value < 0 ? "−" : "+" : "") + grouped
    }
}
