/// A metric as Prometheus knows it: a name, what it measures, and the names of its labels.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        /// Counted in one run; the next begins at 0 again.
        case counter
        case gauge
    }

    var name: String
    var kind: Kind
    var help: String
    /// Every metric has the pipeline besides, as its first label: node_exporter puts the files of all pipelines together.
    var labels: [String]

    private init(_ name: String, _ kind: Kind, _ help: String, _ labels: String...) {
        (self.name, self.kind, self.help) = ("sluice_" + name, kind, help)
        self.labels = ["pipeline"] + labels
    }

    /// The text of `sluice help metrics`.
    static var page: String {
        let entries = all.map { family in
            "\(family.name){\(family.labels.joined(separator: ","))} \(family.kind.rawValue)\n    \(family.help)\n"
        }
        return """
            What `sluice run --metrics FILE` writes for node_exporter's textfile collector, after a failure too. Counters are those
            of one run. Metrics that begin with sluice_run_ are of the run, the others of the state that it left.

            \(entries.joined())
            """
    }
}

// MARK: - The run

extension MetricFamily {
    static let runInformation = MetricFamily(
        "run_info", .gauge, "The last run: version, first and last day.", "command", "version", "first_day", "last_day")
    static let runExitCode = MetricFamily(
        "run_exit_code", .gauge, "The exit code of the last run, see sluice help exit.", "command")
    static let runStart = MetricFamily(
        "run_start_timestamp_seconds", .gauge, "When the last run began.", "command")
    static let runDuration = MetricFamily(
        "run_duration_seconds", .gauge, "How long the last run took.", "command")
    static let runStepDuration = MetricFamily(
        "run_step_duration_seconds", .gauge, "How long a step of the last run took, all its nights together.",
        "command",
        "step")
    static let runMessages = MetricFamily(
        "run_messages_total", .counter, "Messages by their code, an error that ended the run among them.", "command",
        "severity", "code")
    static let runFiles = MetricFamily("run_files_total", .counter, "Log files read.", "command")
    static let runBytes = MetricFamily("run_bytes_total", .counter, "Bytes of logs, decompressed.", "command")
    static let runLines = MetricFamily("run_lines_total", .counter, "Lines of logs.", "command")
    static let runRejected = MetricFamily(
        "run_rejected_lines_total", .counter, "Lines that are not what log lines must be, by reason.", "command",
        "reason")
    static let runIgnored = MetricFamily(
        "run_ignored_lines_total", .counter, "Lines that count nowhere, by reason.", "command", "reason")
    static let runEvents = MetricFamily("run_events_total", .counter, "Events by type.", "command", "type")
    static let runVisitors = MetricFamily(
        "run_visitors_total", .counter, "Visitors, bots too; one that comes on several days counts on each.", "command")
    static let runBots = MetricFamily("run_bots_total", .counter, "Visitors dropped as bots.", "command")
    static let runBotsByRule = MetricFamily(
        "run_bots_by_rule_total", .counter, "Visitors that a rule of the bot filter matched; some match several.",
        "command",
        "rule")
    static let runUnits = MetricFamily(
        "run_units_total", .counter, "Visitors counted in an experiment.", "command")
    static let runMixedUnits = MetricFamily(
        "run_mixed_units_total", .counter, "Units that saw more than one variant.", "command")
    static let runCarriedOver = MetricFamily(
        "run_carried_over", .gauge, "Experiments that kept the rows of the last table in the last night.", "command")
    static let sampleRatio = MetricFamily(
        "sample_ratio_p_value", .gauge,
        "Probability of visitors so far from the shares they were served by, in the last day read.",
        "platform", "slot")
}

// MARK: - The state

extension MetricFamily {
    static let lastSuccess = MetricFamily(
        "last_success_timestamp_seconds", .gauge, "When the newest run began that ended with exit code 0.")
    static let tableVerified = MetricFamily(
        "table_verified", .gauge, "1: the table that serves is as it was published; 0: there is none, or it is damaged."
    )
    static let tableDate = MetricFamily(
        "table_date_timestamp_seconds", .gauge, "The date of the table that serves, at 00:00 UTC.")
    static let tableSince = MetricFamily(
        "table_serving_since_timestamp_seconds", .gauge, "Since when the table serves, by the journal of tables.")
    static let tableAge = MetricFamily(
        "table_age_seconds", .gauge, "How long the table had served when the run ended.")
    static let newestDay = MetricFamily(
        "newest_day_timestamp_seconds", .gauge, "The newest day that has statistics, at 00:00 UTC.")
    static let nightsMissing = MetricFamily(
        "nights_missing", .gauge, "Of the last 30 days, those that no night has counted.")
    static let nightsHeld = MetricFamily(
        "nights_held", .gauge, "Days that guards held, and that were neither run again nor accepted since.")
    static let nightsWithoutData = MetricFamily(
        "nights_without_data", .gauge, "Of the last 30 days, those on which nothing was found to count.")
    static let arms = MetricFamily("arms", .gauge, "Arms of everyone's group by status.", "platform", "slot", "status")
    static let armTraffic = MetricFamily(
        "arm_traffic_ratio", .gauge, "Share of visitors, in everyone's group.", "platform", "slot", "variant")
    static let armBest = MetricFamily(
        "arm_best_probability", .gauge, "Probability of being the best arm, in everyone's group.", "platform", "slot",
        "variant")
    static let armVerdict = MetricFamily(
        "arm_verdict", .gauge, "1: the verdict on the arm: open, excluded or winner.", "platform", "slot", "variant",
        "verdict")
    static let armEvidence = MetricFamily(
        "arm_exclusion_evidence", .gauge, "Evidence that the arm is not the best; 40 excludes it.", "platform", "slot",
        "variant")
    static let armMean = MetricFamily(
        "arm_reward_mean", .gauge, "Posterior mean of the reward: a rate, or revenue per visitor.", "platform", "slot",
        "variant")
    static let armVisitors = MetricFamily(
        "arm_visitors", .gauge, "Visitors that the arm was learned from.", "platform", "slot", "variant")
    static let valueRemaining = MetricFamily(
        "experiment_value_remaining_ratio", .gauge,
        "What the best arm may still have over the leading one, 95th percentile.", "platform", "slot")
    static let moved = MetricFamily(
        "experiment_moved_ratio", .gauge, "Share of visitors who see another variant since the last night's table.",
        "platform",
        "slot")

    static let guardTripped = MetricFamily(
        "guard_tripped", .gauge,
        "Guards that tripped in the last night; those of the whole pipeline have no platform and slot.",
        "platform", "slot", "guard", "action")

    /// All, in the order of the file. Verdicts of experiments get families of their own here, and their values in
    /// ``RunMetrics/addExperiments()``.
    static let all = [
        runInformation, runExitCode, runStart, runDuration, runStepDuration, runMessages, runFiles, runBytes, runLines,
        runRejected, runIgnored, runEvents, runVisitors, runBots, runBotsByRule, runUnits, runMixedUnits,
        runCarriedOver,
        sampleRatio, lastSuccess, tableVerified, tableDate, tableSince, tableAge, newestDay, nightsMissing,
        nightsWithoutData, nightsHeld, guardTripped,
        arms, armTraffic, armBest, armVerdict, armEvidence, armMean, armVisitors, valueRemaining, moved,
    ]
}
