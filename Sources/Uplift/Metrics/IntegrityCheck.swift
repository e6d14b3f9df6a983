import Domain

/// Whether propensities are those that gave the messages: the weights of every arm stand for the same customers.
///
///     z = (Σ_m w − Σ_control w) / √(Σ_m w(w − 1) + Σ_control w(w − 1))        w = 1/propensity
///
/// by wave. Never against the number of rows: a wave's customers who are `out` have none.
package enum IntegrityCheck {
    private static let limit = 4.0

    private struct Sums {
        var weight = 0.0
        var variance = 0.0
        var rows = 0
    }

    package static func warnings(_ outcomes: Outcomes, control: String) -> [String] {
        guard let controlAction = outcomes.actions.existing(control) else { return [] }
        let actions = outcomes.actions.names.count
        var sums = [Sums](repeating: Sums(), count: actions * outcomes.waves.names.count)
        for row in 0..<outcomes.count {
            let weight = 1 / outcomes.propensity[row]
            let place = outcomes.wave(row) * actions + Int(outcomes.action[row])
            sums[place].weight += weight
            sums[place].variance += weight * (weight - 1)
            sums[place].rows += 1
        }
        var warnings: [String] = []
        for (wave, name) in outcomes.waves.names.enumerated() {
            let ofControl = sums[wave * actions + controlAction]
            guard ofControl.rows > 0 else { continue }
            for action in 0..<actions where action != controlAction {
                let arm = sums[wave * actions + action]
                let variance = arm.variance + ofControl.variance
                guard arm.rows > 0, variance > 0 else { continue }
                let z = (arm.weight - ofControl.weight) / variance.squareRoot()
                guard abs(z) > limit else { continue }
                let place = name.isEmpty ? "" : " in wave \(Isolated.name(name))"
                warnings.append(
                    "\(Isolated.name(outcomes.actions.names[action]))\(place): propensities do not match: its rows stand for "
                        + "\(Text.count(Int64(arm.weight.rounded()))) customers, those of \(Isolated.name(control)) for "
                        + "\(Text.count(Int64(ofControl.weight.rounded()))) (z \(Text.decimal(z, 1))); give the probabilities of "
                        + "what customers received, and look for lost rows")
            }
        }
        return warnings
    }
}
