/// What policies that never ran would have earned.
enum EvaluateCommand: Command {
    static let name = "evaluate"
    static let summary = "Estimates what another table would have earned, from visitors whom the served ones sent."
    static let discussion = """
        "Would the old table have earned more last month?" Each night's table states the share of visitors that every variant got,
        so that the visitors of days past can be weighed as if another table had sent them. The state directory has all
        that this takes: statistics, and the tables that served.

        Policies are given as NAME=SPEC, where SPEC is
          even                the control keeps its share, the others have equal parts
          always:VARIANT      everyone sees it
          table:PATH          an allocation.csv, a table's directory, or a CSV with segment,variant,traffic
          night:YYYY-MM-DD    that archived table, on all days
          current             the table that serves now, on all days
          settings:FILE       the tables that another configuration's learning and allocation would have published

        `served`, what the tables did, is always the first. Read the column `value` by `dr` (doubly robust); `reliable` says whether
        there is enough to trust it, and the remarks why not. Days on which a policy wants an arm that could not be
        served are left out for all policies, unless --support says otherwise.

        \(EvaluateLogMode.discussion)
        """
    static let examples =
        [
            "sluice evaluate --policy even=even --policy last-week=night:2026-11-13",
            "sluice evaluate --platform web --slot home-hero --date 2026-11-01..2026-11-20 --policy winter=always:winter --csv",
            "sluice evaluate --policy longer=settings:pipelines/banners.json5 --reward purchase",
        ] + EvaluateLogMode.examples
    static let options =
        stateOptions
        + EvaluateLogMode.options.filter { option in
            !stateOptions.contains { $0.name == option.name }
        }

    private static let stateOptions = [
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        Option(name: "platform", value: "P", help: "only this platform's experiments"),
        Option(name: "slot", value: "S", help: "only this slot's"),
        Option(name: "date", value: "A..B", help: "the first and last day (default: all with statistics)"),
        Option(
            name: "reward", value: "R",
            help: "click, purchase or revenue (default: --config's, the table's, else click)"),
        Option(name: "policy", value: "NAME=SPEC", help: "a policy to judge; may be given often", isRepeatable: true),
        Option(name: "reference", value: "NAME", help: "the policy that others are compared with (default: served)"),
        Option(
            name: "support", value: "RULE",
            help: "where a policy wants arms that could not be served: drop, renormalise or keep (default: drop)"),
        Option(name: "strata", value: "S", help: "day-segment or none: what errors hold fixed (default: day-segment)"),
        Option(name: "model", value: "M", help: "day or pooled: what dm looks at first (default: day)"),
        Option(
            name: "handover", value: "S",
            help:
                "the part of each day that the table before still served, 0 to 1, or estimate; for rows without a table"
        ),
        Option(name: "day-weights", value: "W", help: "visitors or stable (default: visitors)"),
        Option(name: "mature", value: nil, help: "leave out days whose conversions may still come"),
        Option(name: "confidence", value: "C", help: "of the intervals (default: 0.95)"),
        Option(name: "by-segment", value: nil, help: "each segment by itself"),
        Option(name: "by-day", value: nil, help: "each day by itself"),
        Option(name: "skip-damaged", value: nil, help: "leave out days whose files are damaged, and count them"),
        Option(name: "config", value: "FILE", help: "a configuration that says which reward counts"),
        Option(name: "csv", value: nil, help: "print every figure as CSV"),
        Option(name: "exact", value: nil, help: "with --csv: numbers with all their digits"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        guard arguments["log"] == nil else { return try EvaluateLogMode.run(arguments) }
        if let name = arguments.given.first(where: { name in !stateOptions.contains { $0.name == name } }) {
            throw UsageError("--\(name) goes with --log; give the log, or leave it out")
        }
        return try EvaluateStateMode(arguments).run()
    }
}
