import CSV
import Domain
import Learning
import Simulation

/// `simulate --study NAME`: the tables that the method rests on.
enum StudyMode: SimulationMode {
    static let switchName: String? = "study"
    static let options = [
        Option(
            name: "study", value: "NAME",
            help: "seasonality: days pooled or adjusted; segments: days adjusted or stratified; needs no world")
    ]
    static let shared: Set<SharedOption> = [.seed, .workers, .quiet, .worlds, .csv]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let name = try arguments.required("study")
        let options = try CountLevelOptions(arguments, worlds: 500)
        var study: Study
        switch name {
        case "seasonality": study = .seasonality(worlds: options.worlds, seed: options.seed ?? 1)
        case "segments": study = .segments(worlds: options.worlds, seed: options.seed ?? 1)
        default:
            let names = ["seasonality", "segments"]
            throw UsageError(
                "--study is '\(name)'\(Suggestion.text(for: name, among: names)); there are: "
                    + names.joined(separator: ", "))
        }
        study.threads = options.workers
        let rows = try options.watched(study.totalWorlds) { try study.rows(progress: $0) }
        Console.output(text(of: rows, study))
        try options.write(bytes(of: rows))
        return .done
    }

    private static func text(of rows: [Study.Row], _ study: Study) -> String {
        var cells = [
            [
                "site", "swing", "segments", "floor", "days are", "A/A calls", "best leads", "regret, days",
                "of all rewards", "churn a night",
            ]
        ]
        for row in rows {
            let cell = row.cell
            cells.append([
                "\(cell.arms) arms, \(Text.count(Int64(cell.visitorsPerDay))) a day",
                cell.swing > 0 ? "±\(Text.decimal(cell.swing * 100, 0)) %" : "none", segments(cell, " "),
                "\(Text.decimal(cell.floor * 100, 0)) %", row.learning == .none ? "pooled" : row.learning.rawValue,
                Figures.percent(row.summary.falseCalls), Figures.percent(row.summary.bestLeads),
                Figures.decimal(row.summary.regretInDays), Figures.decimal(row.summary.regretInRewards),
                Figures.percent(row.summary.churn),
            ])
        }
        return """
            \(Study.nights) nights at \(Text.decimal(Study.rate * 100, 0)) %, \
            \(Text.count(Int64(study.worlds), "world")) for each figure, 95 % intervals
            A/A calls: worlds without a best arm in which some night names a winner by its verdict
            best leads, regret: worlds in which one arm is \(Text.decimal(Study.lead * 100, 0)) % better; \
            days of an even split that would lose as much, and days of all rewards

            \(TablePrinter.aligned(cells, rightAligned: [1, 2, 3, 5, 6, 7, 8, 9]))
            """
    }

    private static func segments(_ cell: Study.Cell, _ separator: String) -> String {
        cell.factors.isEmpty ? "none" : cell.factors.map { "×\(Text.decimal($0, 1))" }.joined(separator: separator)
    }

    private static func bytes(of rows: [Study.Row]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(["arms", "visitors_per_day", "swing", "segments", "floor"] + Figures.summaryColumns)
        for row in rows {
            writer.write(
                [
                    "\(row.cell.arms)", "\(Int(row.cell.visitorsPerDay))", "\(row.cell.swing)",
                    segments(row.cell, " "), "\(row.cell.floor)",
                ] + Figures.fields(row.summary))
        }
        return writer.bytes
    }
}
