import CSV
import Domain
import Pipeline
import State

/// The sum of parts.
enum MergeCommand: Command {
    static let name = "merge"
    static let steps: Set<NightlyRun.Step> = [.statistics]
    static let summary = "Adds up parts of a night, or statistics files, made from disjoint visitors."
    static let discussion = """
        With --config: adds up the parts of a night that `sluice statistics --part` wrote, judges and checks the sum, and writes the
        day's statistics.csv and quality.json into the state directory, the same bytes as if one machine had read all; then
        `sluice allocate` makes the table. Exit codes are those of `run`. Where the lines came from `sluice split`, give all its
        tallies with --tally: lines of a part that is missing or there twice are counted and refused, and so are parts of another
        configuration, date or journal, visitors in two parts, and files that were changed (exit 65; the state stays as it was).

        Without --config: reads statistics.csv files, adds up the rows of one date and arm, and prints the sum on standard output.
        """
    static let examples = [
        "sluice merge --config pipelines/banners.json5 --date 2026-11-20 --tally split.tally parts/*",
        "sluice merge part-0/statistics.csv part-1/statistics.csv > statistics.csv",
    ]
    static let options: [Option] =
        NightOptions.all.filter { !["print", "accept", "dry-run", "workers", "memory"].contains($0.name) }.map {
            option in
            var option = option
            option.isRequired = false
            return option
        } + [
            Option(
                name: "tally", value: "FILE",
                help: "what `sluice split` wrote each time it ran; a file may hold several, one a line",
                isRepeatable: true)
        ]
    static let operands: String? = "PART…"

    static func run(_ arguments: Arguments) throws -> ExitCode {
        guard !arguments.operands.isEmpty else { throw UsageError("no file or part given") }
        guard arguments["config"] == nil else {
            return try NightOptions.run(arguments, command: name, steps: steps)
        }
        guard arguments.all("tally").isEmpty else { throw UsageError("--config is missing") }
        var parts: [[DailyRow]] = []
        for path in arguments.operands {
            if try FileSystem.isDirectory(path) {
                throw UsageError("\(path) is a folder; to add up the parts of a night give --config too")
            }
            let bytes = try FileSystem.read(path)
            do throws(CSVError) {
                parts.append(try StatisticsFile.rows(bytes))
            } catch {
                throw InputError(description: "\(path):\(error.line): \(error)")
            }
        }
        do throws(CountOverflow) {
            Console.output(StatisticsFile.bytes(of: try StatisticsFile.merged(parts)))
        } catch {
            throw InputError(description: "\(error)")
        }
        return .done
    }
}
