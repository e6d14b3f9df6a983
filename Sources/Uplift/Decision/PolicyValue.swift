import Domain

/// What a policy would have brought a customer: a row of `policy.csv`.
package struct PolicyValue: Sendable {
    /// `rule`, `none` or `all:MESSAGE`
    package var policy: String
    /// `ips` or `dr`
    package var estimator: String
    package var value: Double?
    package var error: Double?
    /// Over the best of the simple policies, by the same estimator.
    package var difference: Double?
    package var differenceError: Double?
}

/// The value of the whole rule, of contacting nobody and of sending each message to everyone, on the same outcomes.
///
/// Policies π choose an action for each customer; v is value·outcome − cost of the action received, q what the scores foretell
/// (baseline and uplift). Weights are normalised within each arm, so that a wave's customers who are `out` and lost rows change
/// nothing but the noise:
///
///     ips = Σ over arms a of Σ_{i∈a} w_i·1[π_i = a]·v_i / Σ_{i∈a} w_i
///     dr  = mean of q(π) + Σ over arms a of Σ_{i∈a} w_i·1[π_i = a]·(v_i − q_a) / Σ_{i∈a} w_i
///
/// Standard errors from the influences of customers, whose rows belong together. Reserve is not looked at: it is the rule that is
/// judged. Two passes over the rows.
struct PolicyValuation {
    private(set) var values: [PolicyValue] = []
    private(set) var remarks: [String] = []
    private(set) var warning: String?

    private static let estimators = ["ips", "dr"]

    /// A row as policies see it.
    private struct Row {
        var weight: Double
        /// The arm of the action received: 0 control, then the messages.
        var arm: Int
        /// value·outcome − cost
        var value: Double
        /// What is foretold of each arm.
        var foretold: [Double]
        /// What the rule chooses.
        var chosen: Int
    }

    private let rule: DecisionRule
    private let outcomes: Outcomes
    private let armOfAction: [Int]
    private let names: [String]

    init(_ rule: DecisionRule, outcomes: Outcomes, control: String) {
        self.rule = rule
        self.outcomes = outcomes
        names = ["rule", "none"] + rule.messages.map { "all:" + $0.name }
        armOfAction = outcomes.actions.names.map { name in
            if name == control { return 0 }
            return rule.messages.firstIndex { ByteOrder.areEqual($0.name, name) }.map { $0 + 1 } ?? -1
        }
        judge()
    }

    private func row(_ number: Int) -> Row? {
        let arm = armOfAction[Int(outcomes.action[number])]
        guard arm >= 0 else { return nil }
        let customer = Int(outcomes.customer[number])
        guard customer < rule.scores.baseline.count, !rule.scores.baseline[customer].isNaN else { return nil }
        let baseline = rule.settings.value * rule.scores.baseline[customer]
        var foretold = [baseline]
        var costs = [0.0]
        for message in rule.messages {
            guard let uplift = rule.scores.uplift(customer, message.number) else { return nil }
            costs.append(rule.cost(customer, message))
            foretold.append(baseline + rule.settings.value * uplift - costs[costs.count - 1])
        }
        return Row(
            weight: 1 / outcomes.propensity[number], arm: arm,
            value: rule.settings.value * outcomes.outcome[number] - costs[arm], foretold: foretold,
            chosen: rule.choice(customer).message.map { $0 + 1 } ?? 0)
    }

    /// What a policy does with a row's customer.
    private func action(_ policy: Int, _ row: Row) -> Int { policy == 0 ? row.chosen : policy - 1 }

    private mutating func judge() {
        let (arms, policies) = (rule.messages.count + 1, names.count)
        var weights = [Double](repeating: 0, count: arms)
        // By estimator, policy and arm: Σ w·1[π = a]·(v or v − q); by policy: Σ q(π).
        var sums = [[Double]](repeating: Array(repeating: 0, count: policies * arms), count: 2)
        var foretold = [Double](repeating: 0, count: policies)
        var takes = [Bool](repeating: false, count: policies * arms)
        var rows = 0.0
        var leftOut = 0 as Int64
        for number in 0..<outcomes.count {
            guard let row = row(number) else {
                if armOfAction[Int(outcomes.action[number])] >= 0 { leftOut += 1 }
                continue
            }
            rows += 1
            weights[row.arm] += row.weight
            for policy in 0..<policies {
                let action = action(policy, row)
                foretold[policy] += row.foretold[action]
                takes[policy * arms + action] = true
                guard action == row.arm else { continue }
                sums[0][policy * arms + action] += row.weight * row.value
                sums[1][policy * arms + action] += row.weight * (row.value - row.foretold[action])
            }
        }
        if leftOut > 0 {
            remarks.append(
                "\(Text.count(leftOut, "outcome")) without scores of all messages left out where policies are valued")
        }
        guard rows > 0 else {
            remarks.append("policies are not valued: no outcome has scores of all messages")
            return
        }
        let without = (0..<arms).filter { weights[$0] == 0 }
        if !without.isEmpty {
            let unseen = without.map { $0 == 0 ? "control" : Isolated.name(String(names[$0 + 1].dropFirst(4))) }
            remarks.append(
                "policies that take \(unseen.joined(separator: ", ")) are not valued: no outcome of it has scores of all messages"
            )
        }
        let isValued = (0..<policies).map { policy in !without.contains { takes[policy * arms + $0] } }
        for estimator in 0..<2 {
            for place in sums[estimator].indices where weights[place % arms] > 0 {
                sums[estimator][place] /= weights[place % arms]
            }
        }
        for policy in 0..<policies { foretold[policy] /= rows }
        var estimates: [[Double]] = [Array(repeating: 0, count: policies), foretold]
        for estimator in 0..<2 {
            for place in 0..<policies * arms { estimates[estimator][place / arms] += sums[estimator][place] }
        }
        let simple = (1..<policies).filter { isValued[$0] }
        let best = estimates.map { values -> Int in simple.max { values[$0] < values[$1] } ?? 1 }
        var influence = Influences(weights: weights, rows: rows, sums: sums, foretold: foretold, policies: policies)
        addErrors(&influence, best)
        report(estimates, influence, best, isValued)
    }

    /// Squares of customers' influences.
    private struct Influences {
        let weights: [Double]
        let rows: Double
        let sums: [[Double]]
        let foretold: [Double]
        /// Of the current customer, by estimator and policy.
        var current: [Double]
        var squares: [Double]
        var differences: [Double]

        init(weights: [Double], rows: Double, sums: [[Double]], foretold: [Double], policies: Int) {
            self.weights = weights
            self.rows = rows
            self.sums = sums
            self.foretold = foretold
            current = Array(repeating: 0, count: 2 * policies)
            squares = current
            differences = current
        }

        mutating func close(_ best: [Int]) {
            let policies = foretold.count
            for estimator in 0..<2 {
                let ofBest = current[estimator * policies + best[estimator]]
                for place in estimator * policies..<(estimator + 1) * policies {
                    squares[place] += current[place] * current[place]
                    differences[place] += (current[place] - ofBest) * (current[place] - ofBest)
                }
            }
            for place in current.indices { current[place] = 0 }
        }
    }

    private func addErrors(_ influence: inout Influences, _ best: [Int]) {
        let (arms, policies) = (rule.messages.count + 1, names.count)
        // Rows of a customer one after another; where nobody comes twice they may stand as they are.
        let order: [UInt32]? =
            outcomes.hasRepeats
            ? (0..<UInt32(outcomes.count)).sorted {
                (outcomes.customer[Int($0)], $0) < (outcomes.customer[Int($1)], $1)
            } : nil
        var last = UInt32.max
        for index in 0..<outcomes.count {
            let number = order.map { Int($0[index]) } ?? index
            guard let row = row(number) else { continue }
            if outcomes.customer[number] != last { influence.close(best) }
            last = outcomes.customer[number]
            for policy in 0..<policies {
                let action = action(policy, row)
                let place = policy * arms + row.arm
                let isChosen = action == row.arm
                let weight = row.weight / influence.weights[row.arm]
                influence.current[policy] += weight * ((isChosen ? row.value : 0) - influence.sums[0][place])
                influence.current[policies + policy] +=
                    (row.foretold[action] - influence.foretold[policy]) / influence.rows
                    + weight
                    * ((isChosen ? row.value - row.foretold[action] : 0) - influence.sums[1][place])
            }
        }
        influence.close(best)
    }

    private mutating func report(
        _ estimates: [[Double]], _ influence: Influences, _ best: [Int], _ isValued: [Bool]
    ) {
        let policies = names.count
        for policy in 0..<policies {
            for (estimator, name) in PolicyValuation.estimators.enumerated() {
                let place = estimator * policies + policy
                guard isValued[policy] else {
                    values.append(PolicyValue(policy: names[policy], estimator: name))
                    continue
                }
                let isCompared = isValued[best[estimator]]
                values.append(
                    PolicyValue(
                        policy: names[policy], estimator: name, value: estimates[estimator][policy],
                        error: influence.squares[place].squareRoot(),
                        difference: isCompared
                            ? estimates[estimator][policy] - estimates[estimator][best[estimator]] : nil,
                        differenceError: isCompared ? influence.differences[place].squareRoot() : nil))
            }
        }
        guard let rule = values.first(where: { $0.policy == "rule" && $0.estimator == "dr" }),
            let difference = rule.difference, let error = rule.differenceError, difference <= 1.96 * error
        else { return }
        warning =
            "the rule is not shown to beat the best simple policy (\(Isolated.name(names[best[1]]))): "
            + "\(Text.significant(difference, 3)) ± \(Text.significant(1.96 * error, 3)) per customer (dr)"
    }
}
