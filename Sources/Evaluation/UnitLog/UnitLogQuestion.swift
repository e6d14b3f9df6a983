package import EventLog

/// What is asked of a log at the unit.
package struct UnitLogQuestion: Sendable {
    /// A policy by its name and the words that say what it is.
    package enum PolicySource: Sendable {
        case even
        /// A file's name and content.
        case file(String, [UInt8])
    }

    package var log: LogFile
    /// Columns' names by what they are.
    package var columns: [UnitLogColumns.Role: String] = [:]
    /// In the order in which they are to be answered; `served` is always there and not among them.
    package var policies: [(name: String, source: PolicySource)] = []
    /// The policy that others are compared with.
    package var reference = "served"
    /// The columns of the outcome model; nil: each policy's keys but the visitor.
    package var by: [String]?
    /// The greatest weight; greater ones count as this.
    package var clip: Double?
    /// Rows whose key some policy lacks are left out, and not an error.
    package var dropsMissing = false
    /// The name and content of a list of what `even` shows.
    package var variants: (file: String, bytes: [UInt8])?
    /// The column of the reward, where the log has several.
    package var reward: String?
    /// The experiment, where the log has several.
    package var platform: String?
    package var slot: String?
    package var confidence = 0.95
    package var workers = 1

    package init(log: LogFile) {
        self.log = log
    }
}

/// The answer.
package struct UnitLogAnswer: Sendable {
    /// `served` first, then by policy and estimator.
    package var rows: [EvaluationRow] = []
    /// By policy, why its answers are not to be trusted; none: nothing speaks against it.
    package var doubts: [String: [Doubt]] = [:]
    package var columns: UnitLogColumns
    package var badLines: BadLines
    /// Rows of the log that are not bad lines and not of another experiment.
    package var rowsRead: Int64 = 0
    /// Clusters of rows; nil where the log names no visitors.
    package var visitors: Int64?
    /// Contexts by which policies choose.
    package var contexts = 0

    package enum Doubt: Sendable {
        /// Fewer than 30 rows with a reward.
        case fewRewards
        /// An effective sample under 100.
        case smallEffectiveSample
        /// Weights do not average 1 as they must.
        case weights
    }
}
