package import Allocation
package import Domain
import Learning

/// What an experiment's newest table says, arm by arm.
package struct ExperimentSummary: Sendable {
    package struct Arm: Sendable {
        package var row: AllocationRow
        /// Traffic less that of the table before, in millionths; nil when the arm or the table was not there.
        package var change: Int?
        /// Over the reference; nil for the reference, and where the table has none.
        package var lift: Lift?
        /// Nil when the table does not say.
        package var posterior: KnownPosterior?
        /// The arm has no more than its floor; never where floors are not known.
        package var isAtFloor: Bool
        /// The first day of the unbroken run of tables with this status, or the first day shown.
        package var since: CalendarDate
        /// Whether an earlier table shows another status, so that `since` is when it began.
        package var sinceIsKnown: Bool
    }

    package let history: ExperimentHistory
    /// The date of the table that this is about.
    package let date: CalendarDate
    /// By the index of the arm; nil: not in the table.
    package let arms: [Arm?]
    /// The arms with the greatest P(best) among those that compete and are not new: more than one when they are equal, none
    /// when all are new.
    package let leaders: [Int]
    /// The arm that lifts are over: the control, without one the leader.
    package let reference: Int?
    package let forecast: BestForecast.Answer?
    package let valueRemaining: Double?

    /// Nil when no table has the experiment.
    package init?(_ history: ExperimentHistory) {
        guard let latest = history.latest else { return nil }
        self.history = history
        date = history.dates[latest]
        let rows = history.rows[latest]
        let leaders = ExperimentHistory.leaders(rows)
        let leader = leaders.first
        let reference = history.control ?? leader
        self.leaders = leaders
        self.reference = reference
        // Beside a new arm the table's figure is of what that arm's prior allows.
        valueRemaining = rows.contains { $0?.status == .new } ? nil : leader.flatMap { rows[$0]?.valueRemaining }
        let previous = history.previous
        let floored = ExperimentSummary.armsAtFloor(rows, names: history.arms, floors: history.settings?.floors ?? [:])
        let arms = rows.indices.map { arm in
            rows[arm].map { row in
                let since = ExperimentSummary.since(row.status, arm, latest, history)
                return Arm(
                    row: row,
                    change: previous.flatMap { history.rows[$0][arm] }.map { row.traffic - $0.traffic },
                    lift: arm == reference ? nil : Lift(of: row),
                    posterior: history.facts?.posterior(segment: .everyone, variant: history.arms[arm]).map(
                        KnownPosterior.init),
                    isAtFloor: floored.contains(arm), since: since.date, sinceIsKnown: since.isKnown)
            }
        }
        self.arms = arms
        forecast = leaders.count == 1 ? ExperimentSummary.forecast(leaders[0], arms, history) : nil
    }

    package var leader: Int? { leaders.first }
    /// The arms that have a P(best).
    package var competing: [Int] { arms.indices.filter { arms[$0]?.row.probabilityBest != nil } }
    package var new: [Int] { arms.indices.filter { arms[$0]?.row.status == .new } }

    /// What is not known of the table, in a sentence; nil when all is.
    package var unknown: String? {
        guard history.facts == nil else { return nil }
        let table = "The table of \(date) does not say how it was made (its manifest is of version 1): "
        guard history.settings == nil else {
            return table + "reward and floors are the configuration's, the posteriors' curves are not known."
        }
        return table
            + "what its means are means of, the floors and the posteriors' curves are not known; --config says the "
            + "first two."
    }

    private static func since(
        _ status: ArmStatus, _ arm: Int, _ latest: Int, _ history: ExperimentHistory
    ) -> (date: CalendarDate, isKnown: Bool) {
        var first = latest
        for day in history.rows[..<latest].indices.reversed() {
            // A day without a table says nothing.
            guard history.rows[day].contains(where: { $0 != nil }) else { continue }
            guard history.rows[day][arm]?.status == status else { return (history.dates[first], true) }
            first = day
        }
        return (history.dates[first], false)
    }

    /// The competing arms whose share is their floor.
    ///
    /// Rounding may set a share 2 millionths above its floor.
    static func armsAtFloor(_ rows: [AllocationRow?], names: [Name], floors: [Name: Double]) -> Set<Int> {
        let competing = rows.indices.filter { rows[$0]?.probabilityBest != nil }
        guard competing.count > 1 else { return [] }
        return Set(
            competing.filter { arm in
                guard let row = rows[arm], row.traffic > 0, let floor = floors[names[arm]] else { return false }
                return Double(row.traffic) / 1e6 <= floor + 2e-6
            })
    }

    /// Nil beside a new arm, of which too little is known to foresee anything, and where a posterior is not known.
    private static func forecast(
        _ leader: Int, _ arms: [Arm?], _ history: ExperimentHistory
    ) -> BestForecast.Answer? {
        guard !arms.contains(where: { $0?.row.status == .new }) else { return nil }
        guard let probability = arms[leader]?.row.probabilityBest else { return nil }
        let rivals = arms.indices.filter { $0 != leader && arms[$0]?.row.probabilityBest != nil }
        if !rivals.isEmpty, probability > BestForecast.mark { return .reached }
        // The newest day that brought visitors, among those with statistics.
        let day = history.counts.last { counts in counts.contains { ($0?.visitors ?? 0) > 0 } }
        let memory = history.settings?.memory ?? BestForecast.Memory()
        func arm(_ index: Int) -> BestForecast.Arm? {
            guard let arm = arms[index], arm.row.probabilityBest != nil, let posterior = arm.posterior else {
                return nil
            }
            return BestForecast.Arm(
                mean: arm.row.mean, deviation: posterior.deviation,
                days: memory.isEndless ? [posterior.evidence] : history.learnedVisitors(index, window: memory.window),
                nightly: Double(day?[index]?.visitors ?? 0))
        }
        guard day != nil, !rivals.isEmpty, let first = arm(leader) else { return nil }
        let others = rivals.compactMap(arm)
        guard others.count == rivals.count else { return nil }
        return BestForecast.answer(leader: first, rivals: others, probabilityBest: probability, memory: memory)
    }
}
