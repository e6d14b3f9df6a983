import Allocation
import Domain
import Learning

/// The charts of an experiment.
struct ExperimentCharts {
    /// Newest days that a chart's table holds without script.
    static let tableDays = 3

    let section: String
    let summary: ExperimentSummary
    let pValues: [Double?]
    private let history: ExperimentHistory
    private let tables: DayAxis
    private let counts: DayAxis

    init(section: String, summary: ExperimentSummary, pValues: [Double?]) {
        self.section = section
        self.summary = summary
        self.pValues = pValues
        history = summary.history
        let hasTable = history.rows.map { day in day.contains { $0 != nil } }
        var tables = DayAxis(
            dates: history.dates, isCarriedOver: history.isCarriedOver, isMissing: hasTable.map { !$0 })
        var counts = DayAxis(
            dates: history.dates, isCarriedOver: history.dates.map { _ in false },
            isMissing: history.dates.indices.map { [history] in
                history.isWithoutVisitors($0) && !history.isPending($0)
            })
        for event in Narrative.events(history) {
            let text = Isolation.removed(event.text)
            let before = tables.events[event.day].map { $0 + "; " } ?? "\(history.dates[event.day]): "
            tables.events[event.day] = before + text
        }
        counts.events = tables.events
        self.tables = tables
        self.counts = counts
    }

    func html() -> String {
        [traffic, means, lifts, liftsByNight, probabilities, remaining, densities, visitors, successes]
            .compactMap { $0?.html() }.joined()
    }

    private var names: [String] { history.arms.map(\.string) }

    private var reward: Reward? { history.reward }

    private var traffic: Chart? {
        chart(
            "traffic", "Traffic", "Share of visitors by the table in force on each day, in percent, stacked.",
            StackedChart(
                axis: tables, values: history.rows.map { $0.map { $0.map { Double($0.traffic) / 1e6 } } }, names: names,
                top: 1,
                label: ExperimentCharts.percent
            ).svg()
        ) { history.rows[$0][$1].map { Figures.percent(Double($0.traffic) / 1e6, 2) } }
    }

    private var means: Chart? {
        chart(
            "mean", "Posterior means",
            "\(capitalized(reward?.meanNoun ?? "reward per visitor")) as learned by the table of each day, with 95 % intervals. The scale does not "
                + "begin at 0; wide early intervals are cut at the frame; diamonds mark days on which an arm is new.",
            LineChart(
                axis: tables,
                points: history.rows.map { day in
                    day.map {
                        $0.map {
                            LineChart.Point(value: $0.mean, low: $0.meanLow, high: $0.meanHigh)
                        }
                    }
                }, range: meanRange, label: meanLabel, names: names,
                isMarked: { day, arm in history.rows[day][arm]?.status == .new }
            ).svg()
        ) {
            history.rows[$0][$1].map { row in
                let interval = Figures.interval(row, reward)
                return Figures.mean(row.mean, reward) + (interval.isEmpty ? "" : " (\(interval))")
            }
        }
    }

    /// Nil when no table of these days has lifts.
    private var liftsByNight: Chart? {
        let lifts = history.rows.map { day in day.map { $0.flatMap(Lift.init) } }
        let ends = lifts.joined().compactMap { $0 }
        guard !ends.isEmpty, let newest = lifts.last(where: { $0.contains { $0 != nil } }) else { return nil }
        let top = min(2, newest.compactMap { $0?.high }.max() ?? 1)
        let bottom = newest.compactMap { $0?.low }.min() ?? -1
        let margin = max(0.02, 0.2 * (max(0, top) - min(0, bottom)))
        let range = max(-1, min(0, bottom) - margin)...(max(0, top) + margin)
        return chart(
            "lifts", "Lift night by night",
            "By how much each arm's rate of \(reward == .revenue ? "purchases" : reward?.noun ?? "rewards") is above that of the "
                + "\(history.control == nil ? "night's leader" : "control"), in percent: the middle of the always-valid 95 % interval, "
                + "and the interval as a band. Where a band leaves 0 the difference is real, on whichever night one looks. Wide "
                + "early bands are cut at the frame.",
            LineChart(
                axis: tables,
                points: lifts.map { day in
                    day.map { lift in
                        lift.flatMap { lift in
                            lift.middle.map { LineChart.Point(value: $0, low: lift.low, high: lift.high) }
                        }
                    }
                }, range: range,
                label: { value, places in value == 0 ? "0 %" : Figures.signed(value * 100, max(0, places - 2)) + " %" },
                names: names
            ).svg()
        ) { day, arm in lifts[day][arm].map(ExperimentCharts.text) }
    }

    private var probabilities: Chart? {
        chart(
            "best", "P(best)",
            "Probability of being the best arm as learned by the table of each day, in percent. It moves traffic and is no "
                + "verdict: of two equal arms one is above 95 % on some night in four experiments of ten.",
            LineChart(
                axis: tables,
                points: history.rows.map { day in
                    day.map { $0?.probabilityBest.map { LineChart.Point(value: $0) } }
                }, range: 0...1, label: ExperimentCharts.percent, names: names
            ).svg()
        ) { history.rows[$0][$1]?.probabilityBest.map { Figures.percent($0, 2) } }
    }

    private var remaining: Chart? {
        let values = history.rows.map { day in day.lazy.compactMap { $0?.valueRemaining }.first }
        let greatest = values.compactMap { $0 }.max() ?? 0
        return chart(
            "remaining", "Value remaining",
            "What the best arm may still have over the leader (95th percentile), in percent of the leader's mean."
                + (greatest > 1
                    ? " Values above 100 % are cut at the frame." : " Under 1 % there is little left to learn."),
            LineChart(
                axis: tables, points: values.map { [$0.map { LineChart.Point(value: $0) }] },
                range: 0...Ticks.roof(min(1, greatest)), label: ExperimentCharts.percent
            ).svg(), columns: ["value remaining"]
        ) { day, _ in values[day].map { Figures.percent($0, 2) } }
    }

    private var visitors: Chart? {
        chart(
            "visitors", "Visitors",
            "Visitors counted on each day, bots left out, stacked\(pending). The p-value says how likely so uneven a split is by "
                + "chance.",
            StackedChart(
                axis: counts, values: history.counts.map { $0.map { $0.map { Double($0.visitors) } } }, names: names,
                label: Figures.tick
            ).svg(), columns: history.arms.map(\.string) + ["sample-ratio p"], mark: countMark
        ) { day, arm in
            arm < history.arms.count
                ? history.counts[day][arm].map { Text.count($0.visitors) } : pValues[day].map(Figures.pValue)
        }
    }

    /// Nil when nobody says which of the counts are successes.
    private var successes: Chart? {
        guard let reward else { return nil }
        return chart(
            "rewards", capitalized(reward.noun),
            reward == .revenue
                ? "Revenue counted on each day, in the currency of the log, stacked"
                    + "\(hasLosses ? ", losses below 0" : "")\(pending)."
                : "Visitors with a \(reward.rawValue) counted on each day, stacked\(pending).",
            StackedChart(
                axis: counts,
                values: history.counts.map { day in
                    day.map { $0.map { Double(reward.successes($0)) / (reward == .revenue ? 1e6 : 1) } }
                }, names: names, label: Figures.tick
            ).svg(), mark: countMark
        ) { history.counts[$0][$1].map { Figures.successes(reward.successes($0), reward) } }
    }

    /// What the charts of counts say of a newest day that has none.
    private var pending: String {
        let newest = history.dates.count - 1
        return history.isPending(newest) ? "; \(history.dates[newest]) is not counted yet" : ""
    }

    private var hasLosses: Bool {
        history.counts.contains { $0.contains { ($0?.revenue ?? 0) < 0 } }
    }

    private func tableMark(_ day: Int) -> String { history.isCarriedOver[day] ? " (carried over)" : "" }

    private func countMark(_ day: Int) -> String {
        history.isPending(day) ? " (not counted yet)" : history.isWithoutVisitors(day) ? " (no visitors)" : ""
    }

    private func chart(
        _ name: String, _ title: String, _ description: String, _ svg: String, columns: [String]? = nil,
        mark: ((Int) -> String)? = nil, cell: (Int, Int) -> String?
    ) -> Chart {
        let names = columns ?? history.arms.map(\.string)
        let days = history.dates.indices.suffix(ExperimentCharts.tableDays).reversed()
        let rows = days.map { day -> [DataTable.Cell] in
            let first = history.dates[day].description + (mark ?? tableMark)(day)
            return [.text(first)] + names.indices.map { .text(cell(day, $0) ?? "–") }
        }
        return Chart(
            section: section, name: name, title: title, description: description, svg: svg,
            table: DataTable(
                caption: "\(title), newest days", columns: ["day"] + names.map { "#" + $0 }, rows: rows,
                isSortable: false))
    }

    private func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    static func percent(_ value: Double, _ places: Int) -> String {
        Figures.percent(value, max(0, places - 2))
    }

    func meanLabel(_ value: Double, _ places: Int) -> String {
        reward == .revenue || reward == nil ? Figures.tick(value, places) : ExperimentCharts.percent(value, places)
    }

    /// From the newest intervals and all means, of arms that are not new; of all arms when all are.
    private var meanRange: ClosedRange<Double> {
        func bounds(_ isTaken: (AllocationRow) -> Bool) -> (Double, Double)? {
            var low = Double.infinity
            var high = -Double.infinity
            for (day, rows) in history.rows.enumerated() {
                for row in rows {
                    guard let row, isTaken(row) else { continue }
                    let isNewest = day == history.latest
                    low = min(low, isNewest ? row.meanLow ?? row.mean : row.mean)
                    high = max(high, isNewest ? row.meanHigh ?? row.mean : row.mean)
                }
            }
            return low <= high ? (low, high) : nil
        }
        let (low, high) = bounds { $0.status != .new && $0.visitors >= 100 } ?? bounds { _ in true } ?? (0, 1)
        let margin = (high - low) * 0.05
        return max(low >= 0 ? 0 : -.infinity, low - margin)...(high + margin)
    }
}
