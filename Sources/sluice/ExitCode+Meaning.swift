extension ExitCode {
    /// What the code means, in the words of `--help`, `sluice help exit` and the man page.
    struct Meaning {
        var code: ExitCode
        /// One line.
        var summary: String
        /// What serving does meanwhile.
        var serving: String
        /// What somebody has to do.
        var remedy: String
    }

    private static let nothingMoves = "the table of before goes on serving; nothing moves"

    /// Every code, ascending. Others never come from Sluice itself: 128 and more is a signal that ended it.
    static let all = [
        Meaning(
            code: .done, summary: "done", serving: "the new table",
            remedy: "nothing; warnings are in the log"),
        Meaning(
            code: .attention, summary: "done, but something needs a look (`run --strict`, `status`)",
            serving: "the new table",
            remedy: "look up the codes of the warnings; the run itself is whole"),
        Meaning(
            code: .usage, summary: "the command line is wrong", serving: nothingMoves,
            remedy: "read what it says; `sluice COMMAND --help`"),
        Meaning(
            code: .badData, summary: "too many lines of the log are bad: nothing was published", serving: nothingMoves,
            remedy: "mend or move away the log whose lines are named, then run the day again"),
        Meaning(
            code: .noData, summary: "no data for the day: shares were carried over",
            serving: "a table of the new date with the same shares",
            remedy: "find out why the logs are missing; once they are there, run the day again"),
        Meaning(
            code: .notAllocated, summary: "an experiment could not be allocated: it has no rows, or its last ones",
            serving: "the new table; the experiment named has its default or its last shares",
            remedy: "shorten the blacklist or declare a variant, then allocate the day again"),
        Meaning(
            code: .inputOutput, summary: "a file could not be read or written", serving: nothingMoves,
            remedy: "look at disk, permissions and mounts, then run the day again"),
        Meaning(
            code: .locked, summary: "another run holds the lock", serving: "what that run publishes",
            remedy: "wait for it; the lock goes with its process, so there is nothing to delete"),
        Meaning(
            code: .held, summary: "a guard holds the table, or the day is not over", serving: nothingMoves,
            remedy: "look at what it says; run the day again, or publish all the same with --accept"),
        Meaning(
            code: .configuration, summary: "the configuration, or a file it names, is wrong", serving: nothingMoves,
            remedy: "`sluice check --config FILE` says every fault at once"),
    ]

    /// The list at the end of `--help`.
    static var list: String {
        all.map { "  \($0.code.words)  \($0.summary)\n" }.joined()
    }

    /// The page of `sluice help exit`.
    static var page: String {
        let entries = all.map { meaning in
            """
              \(meaning.code.words)  \(meaning.summary)
                  serving: \(meaning.serving)
                  to do: \(meaning.remedy)

            """
        }
        return """
            What exit codes mean, what serves meanwhile, and what to do.

            \(entries.joined())
            A code of 128 and more is a signal that ended the program: run the day again, a crash leaves nothing half done.
            pipelines/when-a-night-breaks.md has it at length.

            """
    }

    /// The number in two places.
    private var words: String { rawValue < 10 ? "\(rawValue) " : "\(rawValue)" }
}
