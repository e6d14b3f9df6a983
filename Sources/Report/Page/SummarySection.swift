import Allocation
import Domain
import Learning

/// All experiments at a glance: a row each.
struct SummarySection {
    /// With the id of each one's section.
    let experiments: [(id: String, summary: ExperimentSummary)]

    func html() -> String {
        let rows = experiments.map { id, summary in row(id, summary) }
        let table = DataTable(
            caption: "All experiments",
            columns: [
                "experiment", "leader", "winner", "#P(best)", "#its traffic", "last nights", "#moved",
                "#value remaining",
                "#nights to 95 %", "#visitors last day",
            ], rows: rows)
        return "<section id=summary><h2>Experiments</h2>\(table.html(hiddenCaption: true))"
            + "<p class=note>Moved: share of visitors that the newest table gives to other arms than the one before.</p>"
            + "</section>\n"
    }

    private func row(_ id: String, _ summary: ExperimentSummary) -> [DataTable.Cell] {
        let history = summary.history
        let name = "\(history.key.platform)/\(history.key.slot)"
        let link = DataTable.Cell("<a href=\"#\(id)\">\(HTML.name(name))</a>", value: name)
        let visitors = history.newestCounts.map { $0.reduce(Int64(0)) { $0 &+ ($1?.visitors ?? 0) } }
        let tail: [DataTable.Cell] = [
            history.movedTraffic.map { .number(Figures.percent($0, 2), PlainDecimal.string($0)) } ?? .empty,
            summary.valueRemaining.map { .number(Figures.percent($0, 2), PlainDecimal.string($0)) } ?? .empty,
            nights(summary.forecast),
            visitors.map { .number(Text.count($0), String($0)) } ?? .empty,
        ]
        guard let leader = summary.leader, let row = summary.arms[leader]?.row else {
            return [link, .text("none"), .empty, .empty, .empty, .empty] + tail
        }
        let recent = history.rows.suffix(30).map { $0[leader].map { Double($0.traffic) / 1e6 } }
        return [
            link, leaders(summary, leader), winner(summary),
            .number(Figures.percent(row.probabilityBest ?? 0, 2), PlainDecimal.string(row.probabilityBest ?? 0)),
            .number(
                Figures.percent(Double(row.traffic) / 1e6, 2),
                ExactDecimal.text(row.traffic, scale: 6, everyPlace: true)),
            DataTable.Cell(
                Sparkline.svg(recent, top: 1, description: "Traffic of the leader in the last \(recent.count) days"),
                value: ExactDecimal.text(row.traffic, scale: 6, everyPlace: true)),
        ] + tail
    }

    /// The leader, with how many others are its equals.
    private func leaders(_ summary: ExperimentSummary, _ leader: Int) -> DataTable.Cell {
        let name = summary.history.arms[leader].string
        guard summary.leaders.count > 1 else { return .name(name) }
        return DataTable.Cell(
            "\(HTML.name(name)) and \(Text.count(Int64(summary.leaders.count - 1), "equal"))", value: name)
    }

    /// By the verdict, whoever leads today.
    private func winner(_ summary: ExperimentSummary) -> DataTable.Cell {
        summary.arms.indices.first { summary.arms[$0]?.row.verdict == .winner }
            .map { .name(summary.history.arms[$0].string) } ?? .text("open")
    }

    private func nights(_ answer: BestForecast.Answer?) -> DataTable.Cell {
        switch answer {
        case .reached: .number("reached", "0")
        case .nights(let nights): .number(String(nights), String(nights))
        case .beyondLimit: .number("over \(BestForecast.limit)", String(BestForecast.limit + 1))
        case nil: .empty
        }
    }
}
