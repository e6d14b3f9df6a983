package import Domain

/// The step from all of an experiment's raw rows to the evidence for verdicts and lifts: no window, half-life, prior or
/// adjustment.
///
/// Strata are (day, table, segment): within one the same shares applied to all visitors.
package struct EvidenceLearner: Sendable {
    /// A row group and the arms that compete in it tonight.
    package struct Group: Sendable {
        package var segment: Name
        package var competing: Set<Name>

        package init(segment: Name, competing: Set<Name>) {
            self.segment = segment
            self.competing = competing
        }
    }

    private let arms: [Name]
    private let control: Name?
    private let reward: Reward

    /// - Parameter reward: of revenue the purchasers are looked at, as its verdict is about purchases.
    package init(experiment: Experiment, reward: Reward) {
        arms = experiment.arms
        control = experiment.control?.variant
        self.reward = reward
    }

    /// The evidence of each group, in their order. Everyone's (`*`) has the strata of all segments, another its own alone.
    ///
    /// - Parameter rows: in any order, undeclared arms' too, which count as arms that were tried.
    /// - Complexity: O(rows + strata · arms²), and sorting where rows are not in the order of days.
    package func evidence(_ rows: some Sequence<DailyRow>, groups: [Group]) -> [GroupEvidence] {
        let placed = PlacedRows(rows, arms: arms, reward: reward)
        let segments = groups.count { $0.segment != .everyone }
        var evidence = groups.map { group in
            GroupEvidence(
                segment: group.segment, arms: arms, control: control, competing: group.competing,
                groups: group.segment == .everyone ? 1 : segments)
        }
        let everyone = groups.firstIndex { $0.segment == .everyone }
        var groupOfSegment: [Name: Int] = [:]
        for (index, group) in groups.enumerated() where group.segment != .everyone {
            groupOfSegment[group.segment] = index
        }
        let ownGroup = placed.segments.map { groupOfSegment[$0] }
        var touched: Set<Int> = []
        for (number, stratum) in placed.strata.enumerated() {
            let reached = [everyone, ownGroup[stratum.segment]].compactMap(\.self)
            for group in reached {
                evidence[group].add(number, of: placed.history)
                for arm in stratum.retired { evidence[group].addRetired(arm) }
                touched.insert(group)
            }
            let isLast = number + 1 == placed.strata.count || placed.strata[number + 1].day != stratum.day
            if isLast {
                for group in touched { evidence[group].endDay() }
                touched.removeAll(keepingCapacity: true)
            }
        }
        for group in evidence.indices { evidence[group].finish(placed.history) }
        return evidence
    }
}

/// An experiment's rows put together by stratum, in the order of days, segments and tables.
private struct PlacedRows {
    struct Stratum {
        var day: Int
        var segment: Int
        var table: Int
        /// Undeclared arms with visitors.
        var retired: [Name] = []
    }

    /// In byte order.
    let segments: [Name]
    private(set) var strata: [Stratum] = []
    let history: StratumHistory

    private struct Row {
        var day: Int
        var segment: Int
        var table: Int
        /// Below 0: retired, −1 − its number.
        var arm: Int
        var visitors: Double
        var successes: Double

        static func isBefore(_ left: Row, _ right: Row) -> Bool {
            if left.day != right.day { return left.day < right.day }
            if left.segment != right.segment { return left.segment < right.segment }
            return left.table < right.table
        }
    }

    init(_ rows: some Sequence<DailyRow>, arms: [Name], reward: Reward) {
        var segmentNumbers = Numbering()
        var armNumbers = Numbering(arms)
        var placed: [Row] = []
        placed.reserveCapacity(rows.underestimatedCount)
        for row in rows where row.counts.visitors > 0 {
            let arm = armNumbers.number(of: row.key.variant)
            placed.append(
                Row(
                    day: row.date.dayNumber, segment: segmentNumbers.number(of: row.key.segment),
                    table: row.table?.dayNumber ?? .min, arm: arm < arms.count ? arm : arms.count - 1 - arm,
                    visitors: Double(row.counts.visitors), successes: Double(reward.successes(row.counts))))
        }
        // Sums run in the order of names, whatever that of the rows.
        let order = segmentNumbers.names.indices.sorted { segmentNumbers.names[$0] < segmentNumbers.names[$1] }
        segments = order.map { segmentNumbers.names[$0] }
        var ranks = Array(repeating: 0, count: order.count)
        for (rank, number) in order.enumerated() { ranks[number] = rank }
        for index in placed.indices { placed[index].segment = ranks[placed[index].segment] }
        let isSorted = placed.indices.dropFirst().allSatisfy { !Row.isBefore(placed[$0], placed[$0 - 1]) }
        if !isSorted { placed.sort(by: Row.isBefore) }

        var cells: [Double] = []
        var found: [Stratum] = []
        for row in placed {
            if found.last.map({ $0.day == row.day && $0.segment == row.segment && $0.table == row.table }) != true {
                found.append(Stratum(day: row.day, segment: row.segment, table: row.table))
                cells.append(contentsOf: repeatElement(0, count: 2 * arms.count))
            }
            if row.arm < 0 {
                found[found.count - 1].retired.append(armNumbers.names[arms.count - 1 - row.arm])
            } else {
                let start = cells.count - 2 * arms.count
                cells[start + row.arm] += row.visitors
                cells[start + arms.count + row.arm] += row.successes
            }
        }
        strata = found
        history = StratumHistory(arms: arms.count, cells: cells)
    }
}

extension Reward {
    /// What verdicts count: clickers, or purchasers.
    func successes(_ counts: ArmCounts) -> Int64 {
        self == .click ? counts.clickers : counts.purchasers
    }
}
