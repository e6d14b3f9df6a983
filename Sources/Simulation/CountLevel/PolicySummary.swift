/// What a policy did over many worlds.
package struct PolicySummary: Sendable {
    package var name: String
    /// In rewards over all days.
    package var regret: Estimate
    /// In days of the even split: how many of its days would have cost as much. Nil when the even split costs nothing.
    package var regretInDays: Estimate?
    /// In days of all rewards that the oracle would have had.
    package var regretInRewards: Estimate?
    /// In rewards, day by day.
    package var regretByDay: [Estimate]
    /// Share of the worlds in which the best arm leads after the last day; nil where none is best or none leads.
    package var bestLeads: Estimate?
    /// Share of the worlds in which an arm that is not the best was called the winner on some night.
    package var wrongCalls: Estimate
    /// Share of the worlds without differences in which some arm was called the winner on some night; nil: not tried.
    package var falseCalls: Estimate?
    package var churn: Estimate
    package var floorTraffic: Estimate

    /// - Parameters:
    ///   - lives: one for each world, at least one.
    ///   - lifeless: lives of the worlds without differences.
    package init?(_ name: String, lives: [PolicyRun], withoutDifferences lifeless: [PolicyRun]? = nil) {
        self.name = name
        let totals = lives.map { $0.regret.reduce(0, +) }
        guard let days = lives.first?.regret.count,
            let regret = Estimate(mean: totals),
            let wrongCalls = Estimate(lives.count { $0.callsWrongly }, of: lives.count),
            let churn = Estimate(mean: lives.map(\.churn), within: 0...1),
            let floorTraffic = Estimate(mean: lives.map(\.floorTraffic), within: 0...1)
        else { return nil }
        self.regret = regret
        regretInDays = Estimate(
            ratioOf: totals, to: lives.map { $0.evenRegret.reduce(0, +) / Double(max(1, days)) })
        regretInRewards = Estimate(
            ratioOf: totals, to: zip(lives, totals).map { ($0.rewards + $1) / Double(max(1, days)) })
        regretByDay = (0..<days).compactMap { day in Estimate(mean: lives.map { $0.regret[day] }) }
        let known = lives.compactMap(\.bestLeads)
        bestLeads = Estimate(known.count { $0 }, of: known.count)
        self.wrongCalls = wrongCalls
        falseCalls = lifeless.flatMap { lives in Estimate(lives.count { $0.callsWinner }, of: lives.count) }
        self.churn = churn
        self.floorTraffic = floorTraffic
    }
}
