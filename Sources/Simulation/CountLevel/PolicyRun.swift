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

    /// Lives the days of a world's experiment under a policy.
    ///
    /// Every night the policy sets the next day's table from the days before; the table of the day after the last is set too,
    /// for what it says of the arms of the last day. A day whose log is lost or too broken is served and not learned from. When
    /// a night stops, and when no arm competes, the last table goes on serving, and nothing is called.
    ///
    /// - Parameter number: the experiment's place in the world.
    /// - Complexity: O(days) tables, each of O(rows so far).
    package init(of world: World, experiment number: Int, under policy: SimulatedPolicy) throws(PolicyError) {
        let experiment = world.experiments[number]
        let truth = Truth(experiment, number: number, seed: world.seed, days: world.days)
        let draws = DayDraws(experiment, truth: truth, number: number, seed: world.seed)
        var rows: [DailyRow] = []
        var before: (table: PolicyTable, day: Int)?
        for day in 0...world.days {
            let contest = EligibleArms(of: experiment, truth: truth, day: day, in: world)
            let date = world.start.advanced(by: day)
            let night = SimulatedNight(
                experiment: experiment, truth: truth, day: day, date: date, rows: rows, competing: contest.arms,
                servingTable: before?.day ?? -1)
            let table: PolicyTable
            if contest.tableDay < day, policy.isPublishedNightly, let before {
                table = before.table
            } else {
                table = try policy.table(night)
            }
            if contest.tableDay == day { note(table, of: night) }
            if let before { churn += PolicyRun.moved(from: before.table, to: table, experiment) / Double(world.days) }
            before = (table, contest.tableDay)
            guard day < world.days else {
                if let leader = table.leader { bestLeads = night.bestForEveryone.map { $0 == leader } }
                break
            }
            measure(table, of: night)
            floorTraffic += table.floorTraffic / Double(world.days)
            if world.isRead(day) { rows += draws.rows(day: day, date: date, served: table) }
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

    private mutating func measure(_ table: PolicyTable, of night: SimulatedNight) {
        let even = night.seen.table(night.seen.even)
        let best = PolicyRun.expected(night.oracleTable, night)
        let expected = PolicyRun.expected(table, night)
        rewards += expected
        regret.append(max(0, best - expected))
        let lost = best - PolicyRun.expected(even, night)
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
