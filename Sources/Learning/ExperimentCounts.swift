import Domain

/// An experiment's rows as counts: of everyone, and of each named segment that says something.
///
/// Counts are added exactly, as integers; a segment keeps only the strata in which it has visitors.
struct ExperimentCounts {
    struct Part {
        var segment: Name
        var counts: GroupCounts
        /// The weight of each of its strata.
        var weights: [Double]
    }

    let everyone: GroupCounts
    let weights: [Double]
    /// Segments that have a group of their own, in byte order.
    let own: [Part]
    /// The visitors of no such segment.
    let rest: GroupCounts
    /// Segments without a group that may say how far segments agree.
    let others: [Part]

    /// - Parameter others: whether segments without a group are of interest.
    init(
        _ rows: [DailyRow], armPositions: [Name: Int], settings: LearningSettings, others readsOthers: Bool
    ) throws(CountOverflow) {
        let arms = armPositions.count
        let armOfRow = rows.map { armPositions[$0.key.variant] }
        let strata = ExperimentCounts.strata(of: rows, armOfRow, settings)
        let stratumOfRow = strata.positions(of: rows)
        var everyone = GroupCounts(strata: strata.weights.count, arms: arms)
        var segments = RowsBySegment()
        for (index, row) in rows.enumerated() {
            guard let arm = armOfRow[index], let stratum = stratumOfRow[index] else { continue }
            try everyone.add(row.counts, stratum: stratum, arm: arm)
            if row.key.segment != .everyone {
                segments.append(RowsBySegment.Row(index: index, stratum: stratum, arm: arm), row.key.segment)
            }
        }
        var own: [Part] = []
        var others: [Part] = []
        var rest = everyone
        for (segment, placed) in segments.sorted() {
            var visitors: Int64 = 0
            for row in placed { visitors = try CountOverflow.sum(visitors, rows[row.index].counts.visitors) }
            let isOwn = visitors >= settings.minimumVisitors
            guard isOwn || readsOthers && Double(visitors) >= SegmentPooling.leastTrials else { continue }
            let positions = Set(placed.map(\.stratum)).sorted()
            var ownPosition: [Int: Int] = [:]
            for (position, stratum) in positions.enumerated() { ownPosition[stratum] = position }
            var counts = GroupCounts(strata: positions.count, arms: arms)
            for row in placed {
                try counts.add(rows[row.index].counts, stratum: ownPosition[row.stratum] ?? 0, arm: row.arm)
            }
            let part = Part(segment: segment, counts: counts, weights: positions.map { strata.weights[$0] })
            if isOwn {
                own.append(part)
                rest.subtract(counts, at: positions)
            } else {
                others.append(part)
            }
        }
        self.everyone = everyone
        weights = strata.weights
        self.own = own
        self.rest = rest
        self.others = others
    }

    /// The strata with visitors of declared arms, on the days that the window takes.
    private static func strata(
        of rows: [DailyRow], _ armOfRow: [Int?], _ settings: LearningSettings
    ) -> Strata {
        var strata: Set<Stratum> = []
        var last: Stratum?
        for (row, arm) in zip(rows, armOfRow) where arm != nil && row.counts.visitors > 0 {
            let stratum = Stratum(of: row)
            if stratum != last { strata.insert(stratum) }
            last = stratum
        }
        let window = DayWindow(
            daysWithData: Set(strata.map(\.date)), window: settings.window, halfLife: settings.halfLife)
        return Strata(strata, in: window)
    }
}
