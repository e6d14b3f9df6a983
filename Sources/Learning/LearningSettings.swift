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

/// How an experiment learns.
package struct LearningSettings: Equatable, Sendable {
    package var reward = Reward.click
    /// The last days with data that are used; nil: all.
    package var window: Int?
    /// In days with data: the weight of the k-th day back is 0.5^(k / halfLife); nil: every day weighs 1.
    package var halfLife: Double?
    package var seasonality = Seasonality.stratified
    /// A segment with at least this many raw visitors in the window has a group of its own.
    package var minimumVisitors: Int64 = 1000
    /// Weight, in visitors, that a segment's prior takes from the arm's posterior over everyone; 0: none.
    package var pooling: Double = 200
    /// Path of a file of prior counts: platform,slot,segment,variant,successes,failures.
    package var priors: String?

    package init() {}
}
