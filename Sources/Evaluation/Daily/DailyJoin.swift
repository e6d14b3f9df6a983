package import Domain
package import Learning

/// The join of an experiment's daily rows with the tables that served them.
///
/// A row's own `table` says which; a row without goes by the date, and a part of its day's visitors, the handover, may have been
/// served by the table before.
package struct DailyJoin: Sendable {
    /// What part of a day the table before it still served, where rows do not say.
    package enum HandoverChoice: Equatable, Sendable {
        /// 0…1
        case share(Double)
        /// That of greatest likelihood.
        case estimate
    }

    private let key: SlotKey
    private let archive: TableArchive
    private let reward: Reward

    package init(key: SlotKey, archive: TableArchive, reward: Reward) {
        self.key = key
        self.archive = archive
        self.reward = reward
    }

    /// A row group with the one before it, for rows that do not know their table.
    private struct Group {
        var table: CalendarDate
        var segment: Name
        var arms: [ServedTable.Arm]
        var before: [ServedTable.Arm]?
    }

    /// - Parameters:
    ///   - rows: the experiment's, of all days to be judged, in any order.
    ///   - omissions: what was left out of them already.
    /// - Throws: `CountOverflow` when sums leave their integers.
    package func joined(
        _ rows: [DailyRow], handover choice: HandoverChoice, omissions: LoggedExperiment.Omissions
    ) throws(CountOverflow) -> LoggedExperiment {
        let placed = rows.filter { $0.counts.visitors > 0 }.map { (row: $0, group: group(of: $0)) }
        let estimate = handover(of: placed.compactMap { row, group in group.map { (row, $0) } })
        let share: Double
        var handover = estimate
        switch choice {
        case .share(let given): share = given
        case .estimate:
            share = estimate.share
            handover.isUsed = true
        }
        return try build(placed, share: share, omissions, handover)
    }

    private func group(of row: DailyRow) -> Group? {
        guard let table = row.table.map({ archive[$0] }) ?? archive.inForce(on: row.date),
            let (segment, arms) = table.group(serving: row.key.segment)
        else { return nil }
        var group = Group(table: table.date, segment: segment, arms: arms)
        if row.table == nil, table.date == row.date {
            let before = archive.inForce(on: row.date.advanced(by: -1))
            group.before = before?.group(serving: row.key.segment)?.arms
        }
        return group
    }

    // MARK: Strata

    private struct StratumKey: Hashable, Comparable {
        var date: CalendarDate
        var table: CalendarDate
        var segment: Name

        static func < (left: StratumKey, right: StratumKey) -> Bool {
            if left.date != right.date { return left.date < right.date }
            return left.table == right.table ? left.segment < right.segment : left.table < right.table
        }
    }

    private func build(
        _ placed: [(row: DailyRow, group: Group?)], share: Double, _ omissions: LoggedExperiment.Omissions,
        _ handover: Handover
    ) throws(CountOverflow) -> LoggedExperiment {
        var names: Set<Name> = []
        for table in archive.tables { for group in table.groups.values { names.formUnion(group.map(\.variant)) } }
        names.formUnion(placed.map(\.row.key.variant))
        let arms = names.sorted()
        let positions = Dictionary(uniqueKeysWithValues: arms.enumerated().map { ($0.element, $0.offset) })

        var omissions = omissions
        var withoutTable: Set<CalendarDate> = []
        var groups: [StratumKey: Group] = [:]
        var moments: [StratumKey: [Int: RewardMoments]] = [:]
        for (row, group) in placed {
            guard let group else {
                withoutTable.insert(row.date)
                continue
            }
            omissions.visitorsWithTable = try CountOverflow.sum(omissions.visitorsWithTable, row.counts.visitors)
            guard DailyJoin.share(of: row.key.variant, in: group, share) > 0, let arm = positions[row.key.variant]
            else {
                omissions.offTable = try CountOverflow.sum(omissions.offTable, row.counts.visitors)
                continue
            }
            let key = StratumKey(date: row.date, table: group.table, segment: row.key.segment)
            groups[key] = group
            try moments[key, default: [:]][arm, default: RewardMoments(reward)].add(row.counts, reward)
        }
        omissions.daysWithoutTable += withoutTable.count

        var strata: [LoggedExperiment.Stratum] = []
        var cells: [LoggedExperiment.Cell] = []
        for (key, group) in groups.sorted(by: { $0.key < $1.key }) {
            let start = cells.count
            for (arm, sums) in (moments[key] ?? [:]).sorted(by: { $0.key < $1.key }) {
                cells.append(LoggedExperiment.Cell(stratum: strata.count, arm: arm, moments: sums))
            }
            let standings = Dictionary(group.arms.map { ($0.variant, $0.standing) }) { first, _ in first }
            strata.append(
                LoggedExperiment.Stratum(
                    date: key.date, table: key.table, segment: key.segment, groupSegment: group.segment,
                    shares: arms.map { DailyJoin.share(of: $0, in: group, share) },
                    standings: arms.map { standings[$0] }, cells: start..<cells.count,
                    visitors: cells[start...].reduce(0) { $0 + $1.visitors }))
        }
        return LoggedExperiment(
            key: self.key, arms: arms, strata: strata, cells: cells, omissions: omissions, handover: handover)
    }

    /// p of an arm: its share in the table, mixed with that of the table before where a part was handed over.
    private static func share(of variant: Name, in group: Group, _ handover: Double) -> Double {
        let now = traffic(of: variant, in: group.arms)
        guard handover > 0, let before = group.before else { return now }
        return handover * traffic(of: variant, in: before) + (1 - handover) * now
    }

    private static func traffic(of variant: Name, in arms: [ServedTable.Arm]) -> Double {
        arms.first { $0.variant == variant }.map { Double($0.traffic) / 1e6 } ?? 0
    }

    // MARK: Handover

    /// The S in 0…1 of greatest likelihood Σ n·ln(S·p_before + (1 − S)·p), which is concave in S: the zero of its derivative by
    /// bisection to 1e-12, with SE = 1/√(Σ n·(p_before − p)²/mix²).
    private func handover(of placed: [(row: DailyRow, group: Group)]) -> Handover {
        var terms: [(visitors: Double, now: Double, before: Double)] = []
        for (row, group) in placed {
            guard let before = group.before else { continue }
            let term = (
                visitors: Double(row.counts.visitors), now: DailyJoin.traffic(of: row.key.variant, in: group.arms),
                before: DailyJoin.traffic(of: row.key.variant, in: before)
            )
            if term.now > 0 || term.before > 0 { terms.append(term) }
        }
        func slope(_ share: Double) -> Double {
            terms.reduce(0) { sum, term in
                let mix = share * term.before + (1 - share) * term.now
                return sum + term.visitors * (term.before - term.now) / mix
            }
        }
        guard !terms.isEmpty, slope(0) > 0 else { return Handover(share: 0, standardError: nil, isUsed: false) }
        guard slope(1) < 0 else { return Handover(share: 1, standardError: nil, isUsed: false) }
        var (low, high) = (0.0, 1.0)
        while high - low > 1e-12 {
            let middle = (low + high) / 2
            if slope(middle) > 0 { low = middle } else { high = middle }
        }
        let share = (low + high) / 2
        let information = terms.reduce(0) { sum, term in
            let mix = share * term.before + (1 - share) * term.now
            return sum + term.visitors * (term.before - term.now) * (term.before - term.now) / (mix * mix)
        }
        return Handover(share: share, standardError: 1 / information.squareRoot(), isUsed: false)
    }
}
