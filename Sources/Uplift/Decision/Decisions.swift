/// Whom to send what: what `decisions.csv` has of each customer with scores, and how many there are of each kind.
package final class Decisions {
    /// Why a customer gets what he gets.
    package enum Reason: String, CaseIterable, Sendable {
        case best, weak, costly, sleeping, reserved
    }

    package struct Decision: Sendable {
        /// Nil: no contact.
        package var message: String?
        package var reason: Reason
        package var value: Double
        package var cost: Double
        /// The message that is worth most, and the band there; nil without scores.
        package var segment: String?
    }

    private let rule: DecisionRule
    private let reserve: Reserve

    init(_ rule: DecisionRule, _ reserve: Reserve) {
        self.rule = rule
        self.reserve = reserve
    }

    /// The decision for a customer who has scores.
    package func decision(_ customer: Int) -> Decision {
        let choice = rule.choice(customer)
        let segment = choice.best.map { Bands.segment(rule.messages[$0].name, band: choice.band) }
        if reserve[customer] { return Decision(reason: .reserved, value: 0, cost: 0, segment: segment) }
        let reason: Reason =
            switch choice.verdict {
            case .good: .best
            case .weak: .weak
            case .costly: .costly
            case .sleeping: .sleeping
            }
        return Decision(
            message: choice.message.map { rule.messages[$0].name }, reason: reason, value: choice.value,
            cost: choice.cost, segment: segment)
    }
}
