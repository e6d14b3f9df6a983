import Numerics

/// How many customers an experiment needs, or how surely it finds a difference, in each design.
package struct SampleSize: Sendable {
    /// The standard deviation of the outcome.
    package var deviation: Double
    /// The share of customers for whom the policies disagree.
    package var disagree: Double
    /// The effect per disagreeing customer.
    package var effect: Double
    package var power = 0.8
    package var alpha = 0.05
    package var actions = 2
    package var policies = 2
    /// The part of the outcome's variance that covariates explain.
    package var explained = 0.0
    /// The probabilities of the two policies' actions, for the design `bandit`.
    package var odds: (policy: Double, reference: Double)?
    /// Customers there are; nil: as many as the power needs.
    package var customers: Int?

    package init(deviation: Double, disagree: Double, effect: Double) {
        self.deviation = deviation
        self.disagree = disagree
        self.effect = effect
    }

    package struct Row: Sendable {
        package var design: String
        package var customers: Double
        package var power: Double
        /// Customers of this design for one of the conventional.
        package var ratio: Double
    }

    /// The designs, the conventional one first: two groups, each served by one policy, all of whom are compared.
    ///
    /// The standard error is √(variance/N) with the variance of one customer below, and N = variance·(z_{1−α/2} + z_power)²/D².
    package var rows: [Row] {
        let square = deviation * deviation
        let rest = square * disagree * (1 - explained)
        var variances = [
            ("conventional", 4 * square),
            ("rbp", 2 * Double(policies) * rest),
            ("rba", 2 * Double(actions) * rest),
        ]
        if let odds { variances.append(("bandit", rest * (1 / odds.policy + 1 / odds.reference))) }
        let difference = abs(disagree * effect)
        let limit = SpecialFunctions.normalQuantile(probability: 1 - alpha / 2)
        return variances.map { design, variance in
            let ratio = variance / (4 * square)
            if let customers {
                let z = difference / (variance / Double(customers)).squareRoot()
                return Row(
                    design: design, customers: Double(customers), power: SpecialFunctions.normalCumulative(z - limit),
                    ratio: ratio)
            }
            let z = limit + SpecialFunctions.normalQuantile(probability: power)
            return Row(
                design: design, customers: (variance * z * z / (difference * difference)).rounded(.up), power: power,
                ratio: ratio)
        }
    }
}
