package import Domain

/// What counts as success.
package enum Reward: String, CaseIterable, Sendable {
    /// Clickers per visitor.
    case click
    /// Purchasers per visitor.
    case purchase
    /// Revenue per visitor.
    case revenue
}

/// How strata, days under one table, are pooled.
package enum Seasonality: String, CaseIterable, Sendable {
    /// Each stratum's base rate is fitted and taken out; for everyone's group apart in every segment with shares of its own, because
    /// segments differ in their base rate as days do, and arms have more traffic in one than in another.
    case stratified
    /// Each stratum's base rate is fitted and taken out, of all visitors together. The same where no segment has shares of its own.
    case adjusted
    /// Strata are added up plainly.
    case none
}

/// What a table is made for.
package enum Objective: String, CaseIterable, Sendable {
    /// Most reward while learning: Thompson sampling.
    case reward
    /// The verdict sooner: top-two Thompson sampling, until a winner is named.
    case identify
}

/// How far a segment leans on everyone.
package enum Pooling: Equatable, Sendable {
    /// As far as the segments agree, on everyone's mean brought to the segment's own level.
    case automatic
    /// As on this many visitors, at everyone's mean as it is; 0: not at all.
    case visitors(Double)
}

/// What an arm must not harm.
package struct Guardrail: Equatable, Sendable {
    /// Clicks or purchases.
    package var metric: Reward
    /// The relative loss that is put up with, 0 ≤ tolerance < 1.
    package var tolerance: Double

    package init(metric: Reward, tolerance: Double) {
        self.metric = metric
        self.tolerance = tolerance
    }
}

/// How an experiment learns.
package struct LearningSettings: Equatable, Sendable {
    package var reward = Reward.click
    package var objective = Objective.reward
    /// The first day that counts; nil: every day does.
    package var since: CalendarDate?
    /// Arms that break one are stopped.
    package var guardrails: [Guardrail] = []
    /// The last days with data that are used; nil: all.
    package var window: Int?
    /// In days with data: the weight of the k-th day back is 0.5^(k / halfLife); nil: every day weighs 1.
    package var halfLife: Double?
    package var seasonality = Seasonality.stratified
    /// A segment with at least this many raw visitors in the window has a group of its own.
    package var minimumVisitors: Int64 = 1000
    package var pooling = Pooling.automatic
    /// Path of a file of prior counts: platform,slot,segment,variant,successes,failures.
    package var priors: String?

    package init() {}

    /// The rows of the days that count.
    package func counted(_ rows: [DailyRow]) -> [DailyRow] {
        guard let since else { return rows }
        return rows.filter { $0.date >= since }
    }
}
