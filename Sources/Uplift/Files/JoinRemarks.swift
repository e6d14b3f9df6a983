import Domain

/// Who of one file is missing in the other, and what else was left out: counted, and named by examples.
enum JoinRemarks {
    static func all(_ analysis: UpliftAnalysis) -> [String] {
        let (scores, outcomes, list) = (analysis.scores, analysis.outcomes, analysis.list)
        var remarks = [scores.rejected.remark(file: scores.file)].compactMap(\.self)
        remarks += outcomes.rejected.compactMap { $0.lines.remark(file: $0.file) }
        if outcomes.capped > 0, let cap = analysis.settings.rules.cap {
            remarks.append(
                "\(Text.count(outcomes.capped, "outcome")) beyond \(PlainDecimal.string(cap)) counted as that "
                    + "(--outcome-cap): values are biased towards 0 by what was cut off")
        }
        let hasScore = scores.customersWithScores(of: list.names.count)
        var hasOutcome = [Bool](repeating: false, count: list.names.count)
        var withoutScore: [Int: Int64] = [:]
        var examples: [Int] = []
        var unscored = 0 as Int64
        for row in 0..<outcomes.count {
            let customer = Int(outcomes.customer[row])
            hasOutcome[customer] = true
            guard !hasScore[customer] else {
                // With one message, whoever has a score has it of that.
                guard scores.columns.count > 1 else { continue }
                let action = Int(outcomes.action[row])
                if let message = scores.messages.existing(outcomes.actions.names[action]),
                    scores.uplift(customer, message) == nil
                {
                    withoutScore[action, default: 0] += 1
                }
                continue
            }
            unscored += 1
            if examples.count < 3 { examples.append(customer) }
        }
        func named(_ customers: [Int]) -> String {
            customers.map { Isolated.name(list.names.text($0)) }.joined(separator: ", ")
        }
        if unscored > 0 {
            remarks.append(
                "\(Text.count(unscored, "outcome")) of customers without a score left out, such as \(named(examples))")
        }
        for (action, count) in withoutScore.sorted(by: { $0.key < $1.key }) {
            remarks.append(
                "\(Text.count(count, "outcome")) of \(Isolated.name(outcomes.actions.names[action])) left out: the customers have "
                    + "scores of other messages only")
        }
        remarks += withoutOutcome(hasScore, hasOutcome, named)
        return remarks + otherActions(analysis)
    }

    private static func withoutOutcome(
        _ hasScore: [Bool], _ hasOutcome: [Bool], _ named: ([Int]) -> String
    ) -> [String] {
        var count = 0 as Int64
        var examples: [Int] = []
        for customer in hasScore.indices where hasScore[customer] && !hasOutcome[customer] {
            count += 1
            if examples.count < 3 { examples.append(customer) }
        }
        guard count > 0 else { return [] }
        return [
            "\(Text.count(count, "customer")) with scores and without an outcome, such as \(named(examples)): not in any table"
        ]
    }

    /// Rows of what is neither a message with scores nor control.
    private static func otherActions(_ analysis: UpliftAnalysis) -> [String] {
        let outcomes = analysis.outcomes
        var counts = [Int64](repeating: 0, count: outcomes.actions.names.count)
        for row in 0..<outcomes.count { counts[Int(outcomes.action[row])] += 1 }
        var remarks: [String] = []
        for (action, name) in outcomes.actions.names.enumerated()
        where name != analysis.settings.control && analysis.scores.messages.existing(name) == nil && counts[action] > 0
        {
            let what =
                name == "none"
                ? "a wave's customers who were chosen and sent nothing; they are an action of their own and no control"
                : "there are no scores of it: in no table"
            remarks.append("\(Text.count(counts[action], "row")) of \(Isolated.name(name)): \(what)")
        }
        return remarks
    }
}
