import Allocation
import Domain
import Learning
import Randomizer
import Report
import State
import TestSupport

/// A state directory of tables written by hand, one experiment `web/hero`.
struct TabledState {
    let directory: ScratchDirectory
    let state: StateDirectory
    static let first = CalendarDate(dayNumber: 20_000)
    static let key = SlotKey(platform: "web", slot: "hero")

    init() throws {
        directory = try ScratchDirectory()
        state = StateDirectory(path: directory.path)
    }

    /// A row as the allocator writes it: the mean and the interval of the posterior.
    static func row(
        _ variant: Name, _ traffic: Double, best: Double?, _ posterior: Posterior = .beta(alpha: 1, beta: 1),
        status: ArmStatus = .active, visitors: Int64 = 0, successes: Int128 = 0, remaining: Double? = nil
    ) -> AllocationRow {
        AllocationRow(
            date: first, key: ArmKey(platform: key.platform, slot: key.slot, segment: "*", variant: variant),
            traffic: Int((traffic * 1e6).rounded()), status: status, probabilityBest: best, mean: posterior.mean,
            meanLow: posterior.quantile(0.025), meanHigh: posterior.quantile(0.975), visitors: visitors,
            successes: successes, valueRemaining: best == nil ? nil : remaining ?? 0.3)
    }

    /// An arm of 500 clickers in 10,000 visitors, with so many more.
    static func known(_ variant: Name, _ traffic: Double, best: Double, more: Int64 = 0) -> AllocationRow {
        row(
            variant, traffic, best: best, .beta(alpha: 501 + Double(more), beta: 9501 - Double(more)),
            visitors: 10_000, successes: Int128(500 + more) * 1_000_000)
    }

    static func new(_ variant: Name, _ traffic: Double, best: Double) -> AllocationRow {
        row(variant, traffic, best: best, status: .new)
    }

    /// How rows of clicks were made: each posterior is what the row's counts make of Beta(1, 1).
    static func facts(_ rows: [AllocationRow], _ change: (inout ExperimentFacts) -> Void = { _ in }) -> ExperimentFacts
    {
        let arms = rows.map { row in
            let clickers = Double(row.successes) / 1e6
            return LearnedArm(
                variant: row.key.variant,
                posterior: .beta(alpha: 1 + clickers, beta: 1 + Double(row.visitors) - clickers),
                visitors: row.visitors, successes: row.successes)
        }
        var facts = ExperimentFacts(
            experiment: Experiment(key: key, variants: rows.map(\.key.variant)), learning: LearningSettings(),
            allocation: AllocationSettings(), groups: [LearnedGroup(segment: .everyone, arms: arms)], rows: rows)
        change(&facts)
        return facts
    }

    /// Publishes the table of the day, by default learned through the day before.
    ///
    /// - Parameter facts: nil: as the rows' counts have them.
    func table(
        _ day: Int, _ rows: [AllocationRow], through: Int? = nil, configuration: String = "a",
        facts: ExperimentFacts? = nil
    ) throws {
        try publish(
            day, rows, through: TabledState.first.advanced(by: through ?? day - 1), configuration,
            [facts ?? TabledState.facts(rows)])
    }

    /// Publishes a table that no day was learned from.
    func table(unlearned day: Int, _ rows: [AllocationRow]) throws {
        try publish(day, rows, through: nil, "a", [TabledState.facts(rows)])
    }

    /// Publishes the table of the day as the version before did, which does not say how it was made.
    func table(version1 day: Int, _ rows: [AllocationRow]) throws {
        try publish(day, rows, through: TabledState.first.advanced(by: day - 1), "a", [])
        let path = state.allocation(on: TabledState.first.advanced(by: day)) + "/" + AllocationFormat.manifestFile
        let manifest = String(decoding: try FileSystem.read(path), as: UTF8.self)
        try FileSystem.write(
            Array(manifest.replacing("sluice-allocation/2", with: "sluice-allocation/1").utf8), to: path)
    }

    private func publish(
        _ day: Int, _ rows: [AllocationRow], through: CalendarDate?, _ configuration: String,
        _ facts: [ExperimentFacts]
    ) throws {
        let date = TabledState.first.advanced(by: day)
        let dated = rows.map { row in
            var row = row
            row.date = date
            return row
        }
        let bytes = AllocationFile.bytes(dated)
        var manifest = Manifest(date: date.description, rows: rows.count, table: bytes)
        manifest.statisticsThrough = through?.description
        manifest.pipeline = "shop"
        manifest.configuration = configuration
        try state.publish(
            [
                (AllocationFormat.tableFile, bytes),
                (AllocationFormat.manifestFile, manifest.json(experiments: facts.map(\.json))),
            ],
            as: state.allocation(on: date))
        try state.setCurrent(date)
    }

    /// Writes a day's counts by variant.
    func counts(_ day: Int, _ counts: [Name: ArmCounts]) throws {
        let date = TabledState.first.advanced(by: day)
        let rows = counts.sorted { $0.key < $1.key }.map { variant, counts in
            DailyRow(
                date: date,
                key: ArmKey(
                    platform: TabledState.key.platform, slot: TabledState.key.slot, segment: "*", variant: variant),
                counts: counts)
        }
        try state.publish([("statistics.csv", StatisticsFile.bytes(of: rows))], as: state.statistics(on: date))
    }

    func history(days: Int = 90) throws -> StateHistory {
        guard let history = try StateReader(state).read(days: days) else { throw NothingWritten() }
        return history
    }

    struct NothingWritten: Error {}

    func summary(_ settings: ExperimentSettings? = nil) throws -> ExperimentSummary {
        let history = try history()
        guard
            let summary = ExperimentSummary(
                ExperimentHistory(TabledState.key, in: history, settings: settings))
        else { throw NothingWritten() }
        return summary
    }

    /// What the page says of the experiment, without the marks around names.
    func narrative(_ settings: ExperimentSettings? = nil) throws -> String {
        Narrative.text(try summary(settings)).unicodeScalars.filter { !("\u{2068}"..."\u{2069}").contains($0) }
            .reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    func terminal(width: Int? = nil, nights: Int = 30, ascii: Bool = false) throws -> String {
        TerminalNarrative(try history(), nights: nights, width: width, ascii: ascii).text { rows, _ in
            let widths = (0..<rows[0].count).map { column in rows.map { $0[column].count }.max() ?? 0 }
            return rows.map { row in
                zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                    + "\n"
            }.joined()
        }
    }
}
