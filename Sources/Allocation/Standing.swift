package import Domain

/// Which arms of a group are outside the competition tonight, and why.
extension Blacklist {
    /// The arms that the table of a date must not show in a segment: blacklisted, outside their dates, stopped by a guardrail. Where
    /// there are several reasons, the last of these is said.
    package func outside(
        of experiment: Experiment, segment: Name, on date: CalendarDate, stopped: Set<Name> = []
    ) -> [Name: ArmStatus] {
        var outside: [Name: ArmStatus] = [:]
        for (arm, period) in experiment.periods {
            if let from = period.from, date < from { outside[arm] = .scheduled }
            if let until = period.until, date > until { outside[arm] = .ended }
        }
        for arm in variants(of: experiment, segment: segment, on: date) { outside[arm] = .blacklisted }
        // Who is stopped stays so when another reason is over: the next night reads it here.
        for arm in stopped where experiment.variants.contains(arm) { outside[arm] = .stopped }
        return outside
    }
}

/// Rows of an earlier table on their way into another.
package enum CarriedRows {
    /// The same rows without traffic of arms that must not be shown, in their statuses of tonight. What they had goes to the
    /// competing arms in proportion, or to the control where none is left.
    ///
    /// - Parameters:
    ///   - rows: of one group.
    ///   - outside: the arms that must not be shown.
    /// - Returns: nil when no arm is left.
    package static func withoutTraffic(
        of outside: [Name: ArmStatus], _ rows: [AllocationRow]
    ) -> [AllocationRow]? {
        var rows = rows
        for index in rows.indices {
            if let status = outside[rows[index].key.variant] {
                rows[index].traffic = 0
                rows[index].status = status
                rows[index].probabilityBest = nil
                rows[index].valueRemaining = nil
                rows[index].verdict = nil
                rows[index].evidence = nil
            }
        }
        let missing = 1_000_000 - rows.reduce(0) { $0 + $1.traffic }
        guard missing > 0 else { return rows }
        let competing = rows.indices.filter { [.active, .new].contains(rows[$0].status) }
        let served = competing.reduce(0) { $0 + rows[$1].traffic }
        if competing.isEmpty {
            guard let control = rows.firstIndex(where: { $0.status == .control }) else { return nil }
            rows[control].traffic = 1_000_000
            return rows
        }
        let total = served + missing
        let shares = competing.map { index in
            let part = served > 0 ? Double(rows[index].traffic) / Double(served) : 1 / Double(competing.count)
            return part * Double(total) / 1e6
        }
        let micro = Rounding.microShares(
            shares, names: competing.map { rows[$0].key.variant },
            floors: Array(repeating: 0, count: competing.count), total: total)
        for (index, traffic) in zip(competing, micro) { rows[index].traffic = traffic }
        return rows
    }
}
