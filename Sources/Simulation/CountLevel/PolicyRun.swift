import Domain
package import Policies

/// What became of an experiment under a policy in one world.
package struct PolicyRun: Equatable, Sendable {
    /// By day: rewards expected of the oracle beyond those expected of the policy, in rewards (revenue: major units).
    package var regret: [Double] = []
    /// By day: the regret of the even split, by which regrets of different sites compare.
    package var evenRegret: [Double] = []
    /// Rewards expected under the policy over all days.
    package var rewards = 0.0
    /// Whether the arm that leads after the last day is the best of that day; nil when no arm is alone the best, or none leads.
    package var bestLeads: Bool?
    /// Whether some night called a winner.
    package var callsWinner = false
    /// Whether some night called a winner that was not the best arm of the day.
    package var callsWrongly = false
    /// The share of visitors that a night moves to another arm, on average over the nights.
    package var churn = 0.0
    /// The share of traffic that floors give to arms beyond their probability of being best, on average over the days.
    package var floorTraffic = 0.0

    /// Runs a policy through the days of a world's experiment.
    ///
    /// Every night the policy sets the next day's table from the days before; the table of the day after the last is set too,
    /// for what it says of the arms of the last day. Until a day's table is published the one before serves. A day whose log is
    /// lost or too broken is served and not learned from. When a night stops, and when no arm competes, the last table goes on
    /// serving, and no winner is called.
    ///
    /// - Parameter number: the experiment's place in the world.
    /// - Complexity: O(days) tables, each of O(rows so far).
    package init(of world: World, experiment number: Int, under policy: SimulatedPolicy) throws(PolicyError) {
        let experiment = world.experiments[number]
        let truth = Truth(experiment, number: number, seed: world.seed, days: world.days)
        let draws = DayDraws(
            experiment, truth: truth, number: number, seed: world.seed, missingFeeds: world.missingFeeds)
        var rows: [DailyRow] = []
        var before: (table: PolicyTable, eligible: EligibleArms)?
        for day in 0...world.days {
            let eligible = EligibleArms(of: experiment, truth: truth, day: day, in: world)
            let date = world.start.advanced(by: day)
            let night = SimulatedNight(
                experiment: experiment, truth: truth, day: day, date: date, rows: rows, competing: eligible.arms,
                servingTable: before?.eligible.tableDay ?? -1)
            let table: PolicyTable
            if eligible.tableDay < day, policy.isPublishedNightly, let before {
                table = before.table
            } else {
                table = try policy.table(night)
            }
            if eligible.tableDay == day { note(table, of: night) }
            var parts = [
                (served: DayPart(table: table, tableDate: world.start.advanced(by: eligible.tableDay)), night: night)
            ]
            if let before, before.eligible.tableDay < eligible.tableDay, day < world.days {
                let early = SimulatedNight(
                    experiment: experiment, truth: truth, day: day, date: date, rows: [],
                    competing: before.eligible.arms)
                let hours = experiment.hours ?? .usual
                let serving = DayPart(
                    table: policy.isPublishedNightly ? before.table : try policy.table(early),
                    tableDate: world.start.advanced(by: before.eligible.tableDay))
                parts.insert((serving, early), at: 0)
                for (index, minutes) in [0..<world.publishAt, world.publishAt..<24 * 60].enumerated() {
                    (parts[index].served.visitors, parts[index].served.rate) = hours.part(minutes)
                }
            }
            if let before { churn += PolicyRun.moved(from: before.table, to: table, experiment) / Double(world.days) }
            before = (table, eligible)
            guard day < world.days else {
                if let leader = table.leader { bestLeads = night.bestForEveryone.map { $0 == leader } }
                break
            }
            measure(parts)
            floorTraffic += table.floorTraffic / Double(world.days)
            if world.isRead(day) { rows += draws.rows(day: day, date: date, served: parts.map(\.served)) }
        }
    }

    /// Runs a policy that sees what a real site would see.
    package init(of world: World, experiment: Int, under policy: some Policy) throws(PolicyError) {
        try self.init(of: world, experiment: experiment, under: .policy(policy))
    }

    private mutating func note(_ table: PolicyTable, of night: SimulatedNight) {
        guard let winner = table.winner else { return }
        callsWinner = true
        if winner != night.bestForEveryone { callsWrongly = true }
    }

    private mutating func measure(_ parts: [(served: DayPart, night: SimulatedNight)]) {
        var (best, expected, even) = (0.0, 0.0, 0.0)
        for (served, night) in parts {
            let weight = served.visitors * served.rate
            best += weight * PolicyRun.expected(night.oracleTable, night)
            expected += weight * PolicyRun.expected(served.table, night)
            even += weight * PolicyRun.expected(night.seen.table(night.seen.even), night)
        }
        rewards += expected
        regret.append(max(0, best - expected))
        let lost = best - even
        // Arms all alike lose nothing, and a remainder of rounding is no measure to divide by.
        evenRegret.append(lost > 1e-12 * best ? lost : 0)
    }

    /// Rewards expected of a day's visitors.
    private static func expected(_ table: PolicyTable, _ night: SimulatedNight) -> Double {
        var sum = 0.0
        for (segment, group) in night.experiment.segments.enumerated() {
            let shares = table.shares(inSegment: segment)
            for arm in shares.indices where shares[arm] > 0 {
                sum += group.share * shares[arm] * night.value(ofArm: arm, segment: segment)
            }
        }
        return sum * night.truth.visitors[night.seen.day]
    }

    /// The share of visitors who are shown another arm by the new table, 0…1.
    static func moved(from old: PolicyTable, to new: PolicyTable, _ experiment: WorldExperiment) -> Double {
        let control = experiment.control.flatMap { experiment.position(of: $0.variant) }
        return experiment.segments.indices.reduce(0) { sum, segment in
            sum + experiment.segments[segment].share
                * PolicyTable.moved(
                    from: old.shares(inSegment: segment), to: new.shares(inSegment: segment), control: control)
        }
    }
}

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
    ///   - runs: one for each world, at least one.
    ///   - alike: runs of the worlds without differences.
    package init?(_ name: String, runs: [PolicyRun], withoutDifferences alike: [PolicyRun]? = nil) {
        self.name = name
        let totals = runs.map { $0.regret.reduce(0, +) }
        guard let days = runs.first?.regret.count,
            let regret = Estimate(mean: totals),
            let wrongCalls = Estimate(runs.count { $0.callsWrongly }, of: runs.count),
            let churn = Estimate(mean: runs.map(\.churn), within: 0...1),
            let floorTraffic = Estimate(mean: runs.map(\.floorTraffic), within: 0...1)
        else { return nil }
        self.regret = regret
        regretInDays = Estimate(
            ratioOf: totals, to: runs.map { $0.evenRegret.reduce(0, +) / Double(max(1, days)) })
        regretInRewards = Estimate(
            ratioOf: totals, to: zip(runs, totals).map { ($0.rewards + $1) / Double(max(1, days)) })
        regretByDay = (0..<days).compactMap { day in Estimate(mean: runs.map { $0.regret[day] }) }
        let known = runs.compactMap(\.bestLeads)
        bestLeads = Estimate(known.count { $0 }, of: known.count)
        self.wrongCalls = wrongCalls
        falseCalls = alike.flatMap { runs in Estimate(runs.count { $0.callsWinner }, of: runs.count) }
        self.churn = churn
        self.floorTraffic = floorTraffic
    }
}
