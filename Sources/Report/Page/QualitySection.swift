import Domain
import Randomizer
import State

/// Day by day: what was read, turned away and dropped, and what ran.
struct QualitySection {
    /// Newest days whose reasons and samples are told.
    static let detailedDays = 14

    let history: StateHistory

    func html() -> String {
        let table = DataTable(
            caption: "Data quality and runs by day",
            columns: [
                "day", "#lines", "#rejected", "#ignored", "#visitors", "#bots", "#mixed", "#least sample-ratio p",
                "learned from it", "table of the day", "configuration",
            ], rows: history.days.reversed().map(row))
        return
            "<section id=quality><h2>Data quality by day</h2>\(table.html(hiddenCaption: true))\(details)</section>\n"
    }

    private func row(_ day: StateHistory.Day) -> [DataTable.Cell] {
        let date = DataTable.Cell.text(day.date.description)
        let run = [learned(day), published(day), configuration(day)]
        guard let quality = day.quality else {
            return [date] + Array(repeating: .empty, count: 7) + run
        }
        let pValues = quality.sampleRatio.compactMap(\.pValue)
        let suspicious = quality.sampleRatio.count(where: \.isSuspicious)
        let least = pValues.min().map { value in
            DataTable.Cell(
                HTML.escape(Figures.pValue(value))
                    + (suspicious > 0 ? " <span class=\"badge out\">\(suspicious) suspicious</span>" : ""),
                value: String(value))
        }
        return [date]
            + [
                quality.lines, quality.rejected.total, quality.ignored.total, quality.visitors, quality.bots.visitors,
                quality.mixedUnits,
            ].map { .number(Text.count($0), String($0)) } + [least ?? .empty] + run
    }

    /// Whether the day's statistics are there, and whether conversions may still come.
    private func learned(_ day: StateHistory.Day) -> DataTable.Cell {
        guard day.counts != nil else {
            return .text(isDamaged(day, .statistics) ? "damaged" : "no statistics")
        }
        guard let quality = day.quality, !quality.mature else { return .text("yes") }
        return .text("young, counted through \(quality.through ?? quality.date)")
    }

    private func published(_ day: StateHistory.Day) -> DataTable.Cell {
        guard let table = day.table else { return .text(isDamaged(day, .table) ? "damaged" : "none") }
        var words: [String] = []
        if day.date == history.current { words.append("<span class=\"badge lead\">served</span>") }
        words.append(table.isWithoutNewData(on: day.date) ? "<span class=badge>carried over</span>" : "verified")
        if let through = table.manifest.statisticsThrough { words.append("through \(HTML.escape(through))") }
        return DataTable.Cell(words.joined(separator: " "), value: day.date == history.current ? "served" : "verified")
    }

    /// The digest of the configuration that the table was made with, marked where it changed.
    private func configuration(_ day: StateHistory.Day) -> DataTable.Cell {
        guard let digest = day.table?.manifest.configuration else { return .empty }
        let before = history.days.last { $0.date < day.date && $0.table != nil }?.table?.manifest.configuration
        let changed = before.map { $0 != digest } ?? false
        return DataTable.Cell(
            "<code>\(HTML.escape(digest.prefix(16)))</code>\(changed ? " <span class=badge>changed</span>" : "")",
            value: digest)
    }

    private func isDamaged(_ day: StateHistory.Day, _ subject: StateHistory.Fault.Subject) -> Bool {
        history.faults.contains { $0.date == day.date && $0.subject == subject }
    }

    private var details: String {
        "<h3>Reasons, samples and bots of the newest days</h3>\n"
            + history.days.filter { $0.quality != nil }.suffix(QualitySection.detailedDays).reversed().compactMap {
                day in
                day.quality.map { detail($0, day.date) }
            }.joined()
    }

    private func detail(_ quality: Quality, _ date: CalendarDate) -> String {
        let reasons = [("rejected", quality.rejected), ("ignored", quality.ignored)].flatMap { kind, lines in
            lines.reasons.filter { $0.lines > 0 }.map { reason -> [DataTable.Cell] in
                [
                    .text("\(kind): \(reason.reason)"), .number(Text.count(reason.lines), String(reason.lines)),
                    .text(reason.samples.prefix(3).joined(separator: ", ")),
                ]
            }
        }
        let bots = quality.bots.rules.sorted { $0.key < $1.key }.filter { $0.value.visitors > 0 }
            .map { rule, tally -> [DataTable.Cell] in
                [
                    .text("bots: \(rule)"), .number(Text.count(tally.visitors), String(tally.visitors)),
                    .text("\(Text.count(tally.events, "event"))"),
                ]
            }
        let uneven = quality.sampleRatio.filter { $0.isSuspicious || !$0.withoutTraffic.isEmpty }
        let ratios = uneven.map { check -> [DataTable.Cell] in
            let arms = check.arms.map { "\($0.variant) \($0.visitors) of \(Text.decimal($0.expected, 1))" }
            let stray = check.withoutTraffic.map { "\($0.variant) \($0.visitors) without traffic" }
            return [
                .text("sample ratio: \(check.platform)/\(check.slot)"),
                check.pValue.map { .number(Figures.pStatement($0), String($0)) } ?? .empty,
                .text((arms + stray).joined(separator: ", ")),
            ]
        }
        let rows = reasons + bots + ratios
        guard !rows.isEmpty else { return "" }
        let table = DataTable(
            caption: "Details of \(date)", columns: ["what", "#how many", "where"], rows: rows, isSortable: false)
        return "<details class=day><summary>\(date)</summary>\(table.html(hiddenCaption: true))</details>\n"
    }
}
