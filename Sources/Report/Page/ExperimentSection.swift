import Allocation
import Configuration
import Domain
import Evaluation
import Learning

/// What the page says of one experiment.
struct ExperimentSection {
    /// Segments that the table shows, those of most visitors.
    static let segmentLimit = 200

    let id: String
    let summary: ExperimentSummary
    let charts: ExperimentCharts
    let pValues: [Double?]
    /// Whether the reader finds it unfolded.
    let isOpen: Bool
    let whatIf: WhatIf?

    init(id: String, summary: ExperimentSummary, pValues: [Double?], isOpen: Bool, whatIf: WhatIf? = nil) {
        self.id = id
        self.summary = summary
        self.pValues = pValues
        self.isOpen = isOpen
        self.whatIf = whatIf
        charts = ExperimentCharts(section: id, summary: summary, pValues: pValues)
    }

    private var history: ExperimentHistory { summary.history }

    func html() -> String {
        """
        <details class=experiment id=\(id) data-experiment="\(id)-data"\(isOpen ? " open" : "")><summary><h3>\
        \(HTML.name(history.key.platform.string))/\(HTML.name(history.key.slot.string))</h3></summary>
        <p class=narrative>\(HTML.prose(Narrative.text(summary)))</p>
        \(brought)\(note)\(arms.html(hiddenCaption: true))\(changes)
        <div class=charts>
        \(charts.html())</div>
        \(whatIf.map { WhatIfSection(section: id, whatIf: $0, history: history).html() } ?? "")\
        \(segments)</details>
        \(EmbeddedData(history, pValues: pValues).element(id: "\(id)-data"))
        """
    }

    private var brought: String {
        guard let text = whatIf?.brought?.text else { return "" }
        return "<p class=brought>\(HTML.prose(text))</p>\n"
    }

    private var note: String {
        var sentences: [String] = []
        if let reward = history.reward { sentences.append("The reward is \(reward.rawValue).") }
        if let unknown = summary.unknown { sentences.append(unknown) }
        sentences.append(
            "The raw rate is what was counted; the mean is what was learned: it takes out what days and segments did to all arms alike, "
                + "and adds the prior, so that the two differ where an arm had its traffic on better or worse days.")
        if history.facts?.reward == .revenue {
            sentences.append("Verdict, evidence and lift are of purchases.")
        }
        if history.isCarriedOver.contains(true) {
            let days = history.dates.indices.filter { history.isCarriedOver[$0] }.map { history.dates[$0] }
            sentences.append(
                "Carried over, because nothing new was learned: \(Text.days(days)) (hatched in the charts).")
        }
        return sentences.isEmpty ? "" : "<p class=note>\(HTML.escape(sentences.joined(separator: " ")))</p>\n"
    }

    private var changes: String {
        let events = Narrative.events(history)
        guard !events.isEmpty else { return "" }
        let items = events.reversed().prefix(20).map {
            "<li><time>\(history.dates[$0.day])</time> \(HTML.prose($0.text))"
        }
        return "<details class=changes><summary>\(Text.count(Int64(events.count), "change")) of arms</summary><ul>"
            + items.joined() + "</ul></details>\n"
    }

    private var arms: DataTable {
        let reward = history.reward
        let rows = summary.arms.enumerated().compactMap { index, arm -> [DataTable.Cell]? in
            guard let arm else { return nil }
            let row = arm.row
            return [
                DataTable.Cell(
                    "<span class=\"swatch \(ArmKeys.classes(index))\" data-arm=\(index)></span> "
                        + HTML.name(history.arms[index].string), value: history.arms[index].string),
                DataTable.Cell(badges(arm, index), value: row.status.rawValue),
                .number(
                    Figures.percent(Double(row.traffic) / 1e6, 2),
                    ExactDecimal.text(row.traffic, scale: 6, everyPlace: true)),
                arm.change.map { .number(Figures.points($0), ExactDecimal.text($0, scale: 6)) } ?? .empty,
                row.probabilityBest.map { .number(Figures.percent($0, 2), PlainDecimal.string($0)) } ?? .empty,
                raw(row, reward),
                .number(Figures.mean(row.mean, reward), PlainDecimal.string(row.mean)),
                interval(row, reward),
                row.verdict.map { .text($0.rawValue) } ?? .empty,
                row.evidence.map { .number(evidence($0), PlainDecimal.string($0)) } ?? .empty,
                arm.lift.map {
                    .interval(
                        ExperimentCharts.text($0),
                        [PlainDecimal.string($0.low), $0.high.map { PlainDecimal.string($0) } ?? ""])
                } ?? (index == summary.reference ? .number("reference", "") : .empty),
                .number(Text.count(row.visitors), String(row.visitors)),
                .number(
                    Figures.successes(millionths: row.successes, reward),
                    ExactDecimal.text(row.successes, scale: 6)),
            ]
        }
        return DataTable(
            caption: "Arms of \(history.key.platform)/\(history.key.slot) in the table of \(summary.date)",
            columns: [
                "arm", "status", "#traffic", "#change", "#P(best)", "#raw rate", "#mean", "#95 % interval",
                "verdict", "#evidence", "#lift, 95 %", "#visitors", "#\(reward?.noun ?? "successes")",
            ],
            names: [
                "variant", "status", "traffic", "change", "probability_best", "raw_rate", "mean", "mean_low mean_high",
                "verdict", "evidence", "lift_low lift_high", "visitors", "successes",
            ], rows: rows)
    }

    /// What was counted, by visitor: nothing taken out, nothing added.
    private func raw(_ row: AllocationRow, _ reward: Reward?) -> DataTable.Cell {
        guard row.visitors > 0 else { return .empty }
        let rate = Double(row.successes) / 1e6 / Double(row.visitors)
        return .number(Figures.mean(rate, reward), PlainDecimal.string(rate))
    }

    /// Without decimals where it is beyond doubt.
    private func evidence(_ value: Double) -> String {
        value >= VerdictMark.greatestEvidence ? "over 1,000,000" : Figures.plain(value, value < 100 ? 2 : 0)
    }

    private func interval(_ row: AllocationRow, _ reward: Reward?) -> DataTable.Cell {
        guard let low = row.meanLow, let high = row.meanHigh else { return .empty }
        return .interval(
            Figures.interval(row, reward), [PlainDecimal.string(low), PlainDecimal.string(high)])
    }

    private func badges(_ arm: ExperimentSummary.Arm, _ index: Int) -> String {
        var words: [String] = []
        if summary.leaders.contains(index) { words.append("<span class=\"badge lead\">leader</span>") }
        switch arm.row.status {
        case .active: break
        case .new: words.append("<span class=\"badge new\">new</span>")
        case .control: words.append("<span class=\"badge\">control</span>")
        case .blacklisted:
            let since = "since \(arm.since)\(arm.sinceIsKnown ? "" : " or earlier")"
            words.append("<span class=\"badge out\">blacklisted \(since)</span>")
        case .scheduled, .ended, .stopped:
            words.append("<span class=\"badge out\">\(arm.row.status.rawValue)</span>")
        }
        if arm.row.verdict == .winner { words.append("<span class=\"badge lead\">winner</span>") }
        if arm.isAtFloor { words.append("<span class=badge>at its floor</span>") }
        return words.isEmpty ? "active" : words.joined(separator: " ")
    }

    private var segments: String {
        guard !history.segments.isEmpty else { return "" }
        let reward = history.reward
        let sized = history.segments.map { group in
            (group, group.rows.reduce(Int64(0)) { $0 &+ $1.visitors })
        }
        let shown = sized.sorted { ($1.1, $0.0.segment) < ($0.1, $1.0.segment) }.prefix(ExperimentSection.segmentLimit)
        let rows = shown.map { group, visitors -> [DataTable.Cell] in
            let leader = ExperimentHistory.leaders(group.rows).first.map { group.rows[$0] }
            let start: [DataTable.Cell] = [
                .name(group.segment.string), .number(Text.count(visitors), String(visitors)),
            ]
            guard let leader else { return start + Array(repeating: .empty, count: 6) }
            return start + [
                .name(leader.key.variant.string),
                .number(
                    Figures.percent(leader.probabilityBest ?? 0, 2), PlainDecimal.string(leader.probabilityBest ?? 0)),
                .number(
                    Figures.percent(Double(leader.traffic) / 1e6, 2),
                    ExactDecimal.text(leader.traffic, scale: 6, everyPlace: true)),
                .number(Figures.mean(leader.mean, reward), PlainDecimal.string(leader.mean)),
                interval(leader, reward),
                leader.valueRemaining.map { .number(Figures.percent($0, 2), PlainDecimal.string($0)) } ?? .empty,
            ]
        }
        let table = DataTable(
            caption: "Segments with shares of their own",
            columns: [
                "segment", "#visitors", "leader", "#P(best)", "#traffic", "#mean", "#95 % interval", "#value remaining",
            ],
            names: [
                "segment", "visitors", "leader", "probability_best", "traffic", "mean", "mean_low mean_high",
                "value_remaining",
            ], rows: rows)
        let left = sized.count - shown.count
        let more =
            left > 0
            ? "<p class=note>\(Text.count(Int64(left), "segment")) with fewer visitors \(left == 1 ? "stands" : "stand") in "
                + "allocation.csv.</p>" : ""
        return "<details class=segments><summary>\(Text.count(Int64(sized.count), "segment"))</summary>"
            + "\(table.html(hiddenCaption: true))\(more)</details>\n"
    }
}
