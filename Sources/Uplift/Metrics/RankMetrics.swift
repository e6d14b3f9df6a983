/// What the order of the scores is worth, per customer, for outcomes of any kind.
///
/// With g = ½ − midrank/n, from ½ for the highest score to −½ for the lowest, and Hajek means of each arm:
///
///     qini = Σ over arms ± Σ w(y − m)g / Σw        auuc = qini + ate/2
///
/// qini is 0 where the order is worth nothing. Neither is divided by what a perfect order would have: figures of different
/// campaigns can be compared. They are not the figures of like names of scikit-uplift or causalml. Ranks are held fixed in the
/// standard errors, as they are of scores that have not seen these outcomes; rows of a customer belong together.
package struct RankMetrics: Sendable {
    package let qini: Figure
    package let auuc: Figure

    private struct Arm {
        var weight = 0.0
        var outcome = 0.0
        var rank = 0.0
        var product = 0.0

        mutating func add(_ weight: Double, _ outcome: Double, _ rank: Double) {
            self.weight += weight
            self.outcome += weight * outcome
            self.rank += weight * rank
            product += weight * outcome * rank
        }

        mutating func divide() {
            outcome /= weight
            rank /= weight
            product /= weight
        }

        /// Σ w(y − m)g / Σw
        var covariance: Double { product - outcome * rank }
    }

    package init(_ rows: MessageRows, z: Double) {
        guard rows.treated.count > 0, rows.control.count > 0 else {
            qini = Figure()
            auuc = Figure()
            return
        }
        var (treated, control) = (Arm(), Arm())
        RankMetrics.forEach(rows) { position, rank in
            if rows.isTreated(position) {
                treated.add(rows.weight(position), rows.outcome(position), rank)
            } else {
                control.add(rows.weight(position), rows.outcome(position), rank)
            }
        }
        treated.divide()
        control.divide()
        let value = treated.covariance - control.covariance

        // Influences of a customer, who may have several rows.
        var (ofQini, ofAuuc) = (0.0, 0.0)
        var (qiniVariance, auucVariance) = (0.0, 0.0)
        RankMetrics.forEach(rows) { position, rank in
            if !rows.isSameCustomer(position) {
                qiniVariance += ofQini * ofQini
                auucVariance += ofAuuc * ofAuuc
                (ofQini, ofAuuc) = (0, 0)
            }
            let isTreated = rows.isTreated(position)
            let arm = isTreated ? treated : control
            let weight = (isTreated ? 1 : -1) * rows.weight(position) / arm.weight
            let residual = rows.outcome(position) - arm.outcome
            let influence = weight * (residual * (rank - arm.rank) - arm.covariance)
            ofQini += influence
            ofAuuc += influence + weight * residual / 2
        }
        qiniVariance += ofQini * ofQini
        auucVariance += ofAuuc * ofAuuc
        qini = Figure(value, error: qiniVariance.squareRoot(), z: z)
        auuc = Figure(value + (treated.outcome - control.outcome) / 2, error: auucVariance.squareRoot(), z: z)
    }

    /// Hands every row its g, which is the same for equal scores.
    @inline(__always)
    private static func forEach(_ rows: MessageRows, _ body: (_ position: Int, _ rank: Double) -> Void) {
        let count = rows.count
        var start = 0
        while start < count {
            let end = rows.endOfRun(start + 1)
            let rank = 0.5 - Double(start + end) / 2 / Double(count)
            for position in start..<end { body(position, rank) }
            start = end
        }
    }
}
