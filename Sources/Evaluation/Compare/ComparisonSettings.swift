import EventLog

/// What is compared, and how.
package struct ComparisonSettings: Sendable {
    /// What chance decided in the experiment.
    package enum Design: String, Sendable {
        /// Each customer's action.
        case action = "rba"
        /// Each customer's policy, which chose the action.
        case policy = "rbp"
    }

    /// Where the probabilities of actions come from in a design by action.
    package enum Propensity: Sendable {
        case column
        case uniform
        case listed([NamedShare])
    }

    package enum Covariates: Sendable, Equatable {
        case all, none
        case named([String])
    }

    package struct NamedShare: Sendable {
        package var name: String
        package var share: Double

        package init(name: String, share: Double) {
            self.name = name
            self.share = share
        }
    }

    let experiment: LogFile
    let policies: LogFile
    /// nil: by policy where the experiment has a column assigned_policy, else by action.
    package var design: Design?
    package var propensity: Propensity?
    /// The probabilities of the policies in a design by policy; nil: as observed.
    package var shares: [NamedShare]?
    /// The policy that all others are compared with; nil: each with each.
    package var reference: String?
    package var covariates = Covariates.all
    /// nil: `means`, and `lin` where there are covariates.
    package var methods: [ComparisonMethod]?
    /// Whether an empty cell of a covariate stands for the column's mean; otherwise it is an error.
    package var replacesMissing = false
    /// Whether customers with another action than their policy's are left out; otherwise they are an error.
    package var dropsNonCompliance = false
    package var confidence = 0.95
    package var workers = 1

    /// Files by their paths; `-` is standard input.
    package init(experiment: String, policies: String) {
        func file(_ path: String) -> LogFile { path == "-" ? .standardInput : .path(path) }
        self.experiment = file(experiment)
        self.policies = file(policies)
    }
}

/// An estimator of the difference between two policies.
package enum ComparisonMethod: String, CaseIterable, Sendable {
    case means
    case ols
    case olsHC2 = "ols-hc2"
    case lin
    case ips
    case pooled
}
