import Pipeline

/// The nightly job.
enum RunCommand: Command {
    static let name = "run"
    static let steps: Set<NightlyRun.Step> = [.statistics, .allocation]
    static let summary = "Runs the night: reads the day's logs, learns, and publishes tomorrow's table."
    static let discussion = """
        Reads the logs that the configuration names for the day, writes the day's statistics, learns from all days up to
        it, and publishes the table of the day after. The table being served changes at the end, in one step, or not at all.
        Guards compare the night with the table in force and with the nights before it; where one holds the table, statistics are
        written, nothing is published, and the run exits 76 (pipelines/guards.md). Of a day that is not over nothing is published
        either. Running a night again writes the same bytes. Messages go to standard error. With a conversion window the days whose
        windows are still open are read and counted again too.
        """
    static let examples = [
        "sluice run --config pipelines/banners.json5",
        "sluice run --config pipelines/banners.json5 --state /var/lib/sluice --date 2026-11-18..2026-11-20",
        "sluice run --config pipelines/banners.json5 --date 2026-11-20 --dry-run",
        "sluice run --config pipelines/banners.json5 --date 2026-11-20 --accept",
    ]
    static let options = NightOptions.all

    static func run(_ arguments: Arguments) throws -> ExitCode {
        try NightOptions.run(arguments, command: name, steps: steps)
    }
}

/// The first half of the nightly job.
enum StatisticsCommand: Command {
    static let name = "statistics"
    static let steps: Set<NightlyRun.Step> = [.statistics]
    static let summary = "Runs the night's first half: the day's logs to its statistics."
    static let discussion = """
        Reads the logs that the configuration names for the day and writes statistics.csv and quality.json into the state
        directory. No table is made or changed. With a conversion window the days whose windows are still open are read and
        counted again too.

        With --part: counts some of the visitors, all of whose lines the PATHs hold (or the configuration's paths), as blocks of
        `sluice split` or as they are, and writes a part for `sluice merge` into a folder. Nothing is judged, no lock is taken, and a
        part without data is one too (exit 0). Of the state directory only the journal of served tables is read, which --served
        names where it was copied elsewhere, and under a conversion window how far days were counted
        (statistics/*/quality.json); PATHs then have {date} where the log day goes.
        """
    static let examples = [
        "sluice statistics --config pipelines/banners.json5 --date 2026-11-20 --audit",
        "sluice statistics --config pipelines/banners.json5 --date 2026-11-20 --part parts/3 blocks/3",
    ]
    static let operands: String? = "[PATH…|-]"
    static let options =
        NightOptions.all.filter { !["print", "accept", "dry-run"].contains($0.name) } + [
            Option(
                name: "part", value: "DIR",
                help: "write a part of the night into this folder, and nothing into the state"),
            Option(name: "served", value: "FILE", help: "with --part: the journal of served tables"),
            Option(name: "name", value: "FILE", help: "with --part: the file that standard input is"),
        ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        if let folder = arguments["part"] { return try PartWriting.run(arguments, folder: folder) }
        for option in ["served", "name"] where arguments[option] != nil {
            throw UsageError("--\(option) is for --part")
        }
        if let path = arguments.operands.first {
            throw UsageError("'\(path)' is not expected here; PATHs are for --part")
        }
        return try NightOptions.run(arguments, command: name, steps: steps)
    }
}

/// The second half of the nightly job.
enum AllocateCommand: Command {
    static let name = "allocate"
    static let steps: Set<NightlyRun.Step> = [.allocation]
    static let summary = "Runs the night's second half: all statistics to tomorrow's table."
    static let discussion = """
        Learns from the statistics in the state directory, up to the day, and publishes the table of the day after. No log
        is read: this is how a changed blacklist or floor takes effect at once.
        """
    static let examples = ["sluice allocate --config pipelines/banners.json5 --date 2026-11-20 --print"]
    static let options = NightOptions.all.filter { $0.name != "audit" }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        try NightOptions.run(arguments, command: name, steps: steps)
    }
}
