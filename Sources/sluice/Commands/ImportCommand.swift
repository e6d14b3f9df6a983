import Configuration
import Domain
import Learning
import Pipeline
import State

/// Daily counts of a warehouse into the state.
enum ImportCommand: Command {
    static let name = "import"
    static let summary = "Puts daily counts from a warehouse into the state, for teams without visitor-level logs."
    static let discussion = """
        Reads a CSV with a row for each day and arm: date, platform, slot, variant, visitors, and clickers or purchasers, the
        visitors who clicked or bought after they saw it. Comma, semicolon, tab or bar is found from the header. Optional: segment (default *), views, clicks, purchases, revenue and
        revenue_squared, the sum of the squares of each visitor's revenue; without that, orders are taken to be alike.
        --columns names what the file calls otherwise. Rows that cannot be (clickers over visitors, a slot that is not declared)
        are refused with their line, and then nothing is written. The days become statistics.csv of the state, as if a night
        had counted them: `sluice allocate` learns from them. Importing a file again writes the same bytes; a day that logs
        were counted for is not replaced unless --replace.
        """
    static let examples = [
        "sluice import counts.csv --config pipelines/banners.json5 --state /var/lib/sluice",
        "sluice import counts.csv --config pipelines/banners.json5 --columns date=day,visitors=users,clickers=users_clicked",
    ]
    static let options = [
        Option(name: "config", value: "FILE", help: "the pipeline's configuration", isRequired: true),
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        Option(name: "columns", value: "NAME=THEIRS,…", help: "what the file calls columns"),
        Option(name: "replace", value: nil, help: "also replace days that logs were counted for"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
        ClockOption.option,
    ]
    static let operands: String? = "COUNTS.csv"

    static func run(_ arguments: Arguments) throws -> ExitCode {
        guard arguments.operands.count == 1, let file = arguments.operands.first else {
            throw UsageError("give one file of counts")
        }
        let path = try arguments.required("config")
        let configuration = try Configuration.read(file: path)
        let bytes = try FileSystem.read(file)
        let names = try names(arguments["columns"])
        let today = DayClock(timeZone: configuration.timeZone).date(of: try ClockOption.clock(arguments).now)
        let counts: CountsFile
        do throws(InputFileError) {
            counts = try CountsFile(
                bytes, file: file, names: names, experiments: configuration.experiments.map(\.experiment),
                today: today)
        } catch {
            throw InputError(description: "\(error); nothing was imported")
        }
        guard let first = counts.days.first?.date, let last = counts.days.last?.date else {
            throw InputError(description: "\(file): no row; nothing to import")
        }
        let state = try StateDirectory(arguments)
        let night = NightlyRun(
            configuration: configuration, configurationBytes: [], state: state, options: NightlyRun.Options(),
            report: { Console.show($0) })
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        if let taken = try night.importCounts(counts, replaces: arguments.has("replace")) {
            throw InputError(
                description:
                    "\(file): logs were counted for \(Text.days(taken)); nothing was imported: leave these days out, or "
                    + "replace them with --replace")
        }
        if counts.rowsWithoutSquares > 0 {
            Console.warning(
                "\(file): \(Text.count(Int64(counts.rowsWithoutSquares), "row")) without revenue_squared: their orders are taken to be "
                    + "alike, so that revenue looks surer than it is")
        }
        for configured in configuration.experiments {
            let (reward, key) = (configured.learning.reward, configured.experiment.key)
            guard reward == .click ? !counts.hasClickers : !counts.hasPurchasers else { continue }
            Console.warning(
                "\(file): \(key.platform)/\(key.slot) decides by \(reward.rawValue), and there is no column "
                    + "\(reward == .click ? "clickers" : "purchasers"): its arms count as without any")
        }
        if !arguments.has("quiet") {
            let rows = counts.days.reduce(0) { $0 + $1.rows.count }
            Console.information(
                "\(file): \(Text.count(Int64(rows), "row")) of \(Text.count(Int64(counts.days.count), "day")) in \(state.statistics); "
                    + "`sluice allocate --config \(path) --date \(last)` learns from them (first day \(first))")
        }
        return .done
    }

    /// What the file calls columns, from `visitors=users,slot=place`.
    private static func names(_ text: String?) throws(UsageError) -> [String: String] {
        var names: [String: String] = [:]
        for pair in text?.split(separator: ",") ?? [] {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw UsageError("--columns has '\(pair)'; write pairs like visitors=users") }
            guard CountsFile.columns.contains(parts[0]) else {
                throw UsageError(
                    "--columns: '\(parts[0])' is no column\(Suggestion.text(for: parts[0], among: CountsFile.columns)); they are "
                        + CountsFile.columns.joined(separator: ", "))
            }
            guard names.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw UsageError("--columns names \(parts[0]) twice; give it once")
            }
        }
        return names
    }
}
