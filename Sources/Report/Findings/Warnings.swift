import Pipeline
import Randomizer
import Vocabulary

/// What whoever looks at a state should know first, worst first. Plain text; names are as in the data.
package enum Warnings {
    package static func list(_ history: StateHistory) -> [String] {
        tables(history) + damage(history) + newestQuality(history) + gaps(history)
    }

    private static func tables(_ history: StateHistory) -> [String] {
        guard let (index, table) = history.newestTable else { return ["No table of these days can be read."] }
        let day = history.days[index]
        var warnings: [String] = []
        if history.current == nil {
            warnings.append("No table is served: allocations/current leads to none.")
        } else if let current = history.current, current != day.date {
            warnings.append(
                "The table of \(current) is served, not that of \(day.date), which this page describes.")
        }
        if table.isWithoutNewData(on: day.date) {
            let through =
                table.manifest.statisticsThrough.map { "the last data is of \($0)" } ?? "nothing was learned yet"
            warnings.append("The table of \(day.date) carries the shares over: its night had no data; \(through).")
        }
        return warnings
    }

    private static func damage(_ history: StateHistory) -> [String] {
        history.faults.map { fault in
            "The \(fault.subject.rawValue) of \(fault.date) cannot be read and is left out: \(fault.problem)"
        }
    }

    /// Of the newest day with a quality file: shares that visitors should not have come in, and many bad lines.
    private static func newestQuality(_ history: StateHistory) -> [String] {
        guard let day = history.days.last(where: { $0.quality != nil }), let quality = day.quality else { return [] }
        var warnings: [String] = []
        for check in quality.sampleRatio {
            let name = "\(check.platform)/\(check.slot)"
            if check.isSuspicious, let pValue = check.pValue {
                warnings.append(
                    "\(name): on \(day.date) visitors did not come in the shares of the table (p = \(pValue)): assignment, "
                        + "logging or the bot filter treats arms differently; do not trust that day's results.")
            }
            for arm in check.withoutTraffic {
                warnings.append(
                    "\(name): on \(day.date) \(arm.variant) got \(Text.count(arm.visitors, "visitor")) without traffic."
                )
            }
        }
        if quality.lines > 0, quality.rejected.total * 1000 > quality.lines {
            let share = Figures.percent(Double(quality.rejected.total) / Double(quality.lines), 2)
            warnings.append("\(share) of the lines of \(day.date) were rejected; the reasons stand under data quality.")
        }
        if !quality.mature {
            warnings.append(
                "Conversions of \(day.date) may still come: they are counted through "
                    + "\(quality.through ?? quality.date) so far.")
        }
        return warnings
    }

    private static func gaps(_ history: StateHistory) -> [String] {
        let damaged = Set(history.faults.filter { $0.subject == .table }.map(\.date))
        guard let first = history.days.firstIndex(where: { $0.table != nil }) else { return [] }
        let missing = history.days[first...].filter { $0.table == nil && !damaged.contains($0.date) }.map(\.date)
        // The newest statistics may belong to a night that is half done.
        let past = missing.filter { $0 < (history.newestTable.map { history.days[$0.index].date } ?? $0) }
        return past.isEmpty ? [] : ["There is no table of \(Text.days(past)): the one before stayed in force."]
    }
}
