import Configuration

/// What `sluice help` explains beside commands.
struct HelpTopic {
    var name: String
    /// One line, for lists.
    var summary: String
    var text: String

    static var all: [HelpTopic] {
        [
            HelpTopic(name: "log", summary: "the log: fields, sources, times, ids, types, files", text: LogPage.text),
            HelpTopic(name: "config", summary: "every key of the configuration", text: Setting.page),
            HelpTopic(name: "exit", summary: "what exit codes mean and ask of you", text: ExitCode.page),
            HelpTopic(name: "metrics", summary: "the metrics that `run --metrics` writes", text: MetricFamily.page),
        ]
    }
}
