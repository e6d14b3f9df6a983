import Domain
import Randomizer
import State

/// What whoever looks at a state should know first, worst first. Plain text; names are as in the data.
package enum Warnings {
    package static func list(_ history: StateHistory) -> [String] {
        tables(history) + damage(history) + sampleRatios(history) + newestQuality(history) + gaps(history)
    }

    private static func tables(_ history: StateHistory) -> [String] {
        guard let (index, table) = history.newestTable else { return ["No table of these days can be read."] }
        let day = history.days[index]
        var warnings: [String] = []
        if history.current == nil {
            warnings.append("No table is served: `current` leads to none.")
        } else if let current = history.current, current != day.date {
            warnings.append(
                "The table of \(current) is served, not that of \(day.date), which this page describes.")
        }
        if table.isWithoutNewData(on: day.date) {
            let through = table.manifest.statisticsThrough ?? ""
            warnings.append(
                "The table of \(day.date) carries the shares over: its night had no data; the last data is of "
                    + "\(Isolation.around(through)).")
        } else if table.manifest.statisticsThrough == nil {
            warnings.append("The table of \(day.date) is learned from nothing: no night before it had data.")
        }
        if !history.beyond.isEmpty {
            warnings.append(
                "Statistics of \(Text.days(history.beyond)) lie beyond the newest table, that of \(day.date), and are left "
                    + "out: allocate those nights, or remove the folders if the dates are wrong.")
        }
        return warnings
    }

    private static func damage(_ history: StateHistory) -> [String] {
        history.faults.map { fault in
            "The \(fault.subject.rawValue) of \(fault.date) cannot be read and is left out: \(Isolation.around(fault.problem))"
        }
    }

    /// Days on which visitors did not come in the shares of the table, a warning for each experiment: such days stay in what
    /// is learned until they are forgotten.
    private static func sampleRatios(_ history: StateHistory) -> [String] {
        var suspicious: [SlotKey: [(date: CalendarDate, pValue: Double)]] = [:]
        for day in history.days {
            for check in day.quality?.sampleRatio ?? [] where check.isSuspicious {
                guard let pValue = check.pValue else { continue }
                let key = SlotKey(platform: Name(check.platform), slot: Name(check.slot))
                suspicious[key, default: []].append((day.date, pValue))
            }
        }
        return suspicious.keys.sorted().map { key in
            let days = suspicious[key] ?? []
            let least = (days.count > 1 ? "least " : "") + Figures.pStatement(days.map(\.pValue).min() ?? 0)
            return
                "\(Isolation.around("\(key.platform)/\(key.slot)")): on \(Text.days(days.map(\.date))) visitors did not come in "
                + "the shares of the table (\(least)): assignment, logging or the bot filter treats arms differently; do not "
                + "trust what was learned on \(days.count > 1 ? "those days" : "that day")."
        }
    }

    /// Of the newest day with a quality file: visitors where none should be, many bad lines, and conversions still to come.
    private static func newestQuality(_ history: StateHistory) -> [String] {
        guard let day = history.days.last(where: { $0.quality != nil }), let quality = day.quality else { return [] }
        var warnings: [String] = []
        for check in quality.sampleRatio {
            let name = Isolation.around("\(check.platform)/\(check.slot)")
            for arm in check.withoutTraffic {
                warnings.append(
                    "\(name): on \(day.date) \(Isolation.around(arm.variant)) got "
                        + "\(Text.count(arm.visitors, "visitor")) without traffic.")
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
