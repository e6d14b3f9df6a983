import CSV
import Pipeline
import Simulation

/// `simulate --study seasonality`: the table behind the seasonal adjustment.
enum StudyMode: SimulationMode {
    static let switchName: String? = "study"
    static let options = [
        Option(name: "study", value: "NAME", help: "seasonality: pooled against adjusted learning; needs no world")
    ]
    private static let names = ["seasonality"]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let name = try arguments.required("study")
        let options = try FastOptions(arguments, worlds: 500)
        guard names.contains(name) else {
            throw UsageError("--study is '\(name)'\(Suggestion.text(for: name, among: names)); there is: seasonality")
        }
        var study = SeasonalityStudy(worlds: options.worlds, seed: options.seed ?? 1)
        study.threads = options.workers
        let rows = try options.watched(study.totalWorlds) { try study.rows(progress: $0) }
        Console.output(text(of: rows, worlds: options.worlds))
        try options.write(bytes(of: rows))
        return .done
    }

    private static func text(of rows: [SeasonalityStudy.Row], worlds: Int) -> String {
        var cells = [
            ["site", "swing", "floor", "days are", "A/A calls", "best leads", "regret, days", "churn a night"]
        ]
        for row in rows {
            cells.append([
                "\(row.site.arms) arms, \(Text.count(Int64(row.site.visitorsPerDay))) a day",
                row.swing > 0 ? "±\(Text.decimal(row.swing * 100, 0)) %" : "none",
                "\(Text.decimal(row.floor * 100, 0)) %", row.summary.name, Figures.percent(row.summary.falseCalls),
                Figures.percent(row.summary.bestLeads), Figures.decimal(row.summary.regretInDays),
                Figures.percent(row.summary.churn),
            ])
        }
        return """
            \(SeasonalityStudy.nights) nights at \(Text.decimal(SeasonalityStudy.rate * 100, 0)) %, \
            \(Text.count(Int64(worlds), "world")) for each figure, 95 % intervals. A/A calls: worlds without a best arm in \
            which some night calls one (P > 0.95). Else one arm is \(Text.decimal(SeasonalityStudy.lead * 100, 0)) % better.

            \(TablePrinter.aligned(cells, rightAligned: [1, 2, 4, 5, 6, 7]))
            """
    }

    private static func bytes(of rows: [SeasonalityStudy.Row]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(["arms", "visitors_per_day", "swing", "floor"] + Figures.summaryColumns)
        for row in rows {
            writer.write(
                ["\(row.site.arms)", "\(Int(row.site.visitorsPerDay))", "\(row.swing)", "\(row.floor)"]
                    + Figures.fields(row.summary))
        }
        return writer.bytes
    }
}
