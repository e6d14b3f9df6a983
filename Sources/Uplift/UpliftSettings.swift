package import Domain

/// What `sluice uplift` is asked.
package struct UpliftSettings: Sendable {
    package var scores: String
    package var outcomes: [String]
    /// The messages to look at; empty: all of the scores.
    package var messages: [String] = []
    package var control = "control"
    package var rules = Outcomes.Rules()
    package var bins = 10
    /// Of intervals.
    package var level = 0.95
    /// Whether customers' messages are decided on.
    package var decides = false
    package var decision = DecisionSettings()
    /// Whether every customer's band is asked for.
    package var wantsBands = false
    package var fixedBands: FixedBands?
    /// Where they were read.
    package var fixedBandsFile = ""
    package var workers = 1

    package init(scores: String, outcomes: [String]) {
        self.scores = scores
        self.outcomes = outcomes
    }

    /// Names that mean something else than a message.
    package static let reserved = ["control", "none", "rest", "out"]
}

/// What a contact is worth, what it costs, and how sure it must be.
package struct DecisionSettings: Sendable {
    /// Of a unit of the outcome.
    package var value = 1.0
    /// By message, where the scores have none.
    package var costs: [Name: Double] = [:]
    /// One-sided.
    package var confidence = 0.9
    /// Files of customers who are not to be contacted.
    package var reserve: [String] = []
    /// Whether customers of control may be contacted.
    package var releasesControl = false

    package init() {}
}
