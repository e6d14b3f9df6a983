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
        _ rows: [DailyRow], armNames: [Name], settings: LearningSettings, others readsOthers: Bool
    ) throws(CountOverflow) {
        let arms = armNames.count
        var numbering = Numbering(armNames)
        let armOfRow = rows.indices.map { numbering.known(rows[$0].key.variant) }
        let strata = ExperimentCounts.strata(of: rows, armOfRow, settings)
        let stratumOfRow = strata.positions(of: rows)
        var everyone = GroupCounts(strata: strata.weights.count, arms: arms)
        var segments = RowsBySegment()
        for index in rows.indices {
            guard let arm = armOfRow[index], let stratum = stratumOfRow[index] else { continue }
            try everyone.add(rows[index].counts, stratum: stratum, arm: arm)
            if rows[index].key.segment != .everyone {
                segments.append(RowsBySegment.Row(index: index, stratum: stratum, arm: arm), rows[index].key.segment)
            }
        }
        var own: [Part] = []
        var others: [Part] = []
        var rest = everyone
        var ownPositions = Array(repeating: 0, count: strata.weights.count)
        for (segment, placed) in segments.sorted() {
            var visitors: Int64 = 0
            for row in placed { visitors = try CountOverflow.sum(visitors, rows[row.index].counts.visitors) }
            let isOwn = visitors >= settings.minimumVisitors
            guard isOwn || readsOthers && Double(visitors) >= SegmentPooling.leastTrials else { continue }
            let positions = ExperimentCounts.positions(of: placed)
            for (position, stratum) in positions.enumerated() { ownPositions[stratum] = position }
            var counts = GroupCounts(strata: positions.count, arms: arms)
            for row in placed {
                try counts.add(rows[row.index].counts, stratum: ownPositions[row.stratum], arm: row.arm)
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

    /// The strata of a segment's rows, ascending, each once. Files are sorted, and so are then the rows.
    private static func positions(of rows: [RowsBySegment.Row]) -> [Int] {
        var positions: [Int] = []
        for row in rows where positions.last != row.stratum { positions.append(row.stratum) }
        let isSorted = zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }
        return isSorted ? positions : Set(positions).sorted()
    }

    /// The strata with visitors of declared arms, on the days that the window takes.
    private static func strata(
        of rows: [DailyRow], _ armOfRow: [Int?], _ settings: LearningSettings
    ) -> Strata {
        var strata: Set<Stratum> = []
        var last: Stratum?
        for index in rows.indices where armOfRow[index] != nil && rows[index].counts.visitors > 0 {
            let stratum = Stratum(of: rows[index])
            if stratum != last { strata.insert(stratum) }
            last = stratum
        }
        let window = DayWindow(
            daysWithData: Set(strata.map(\.date)), window: settings.window, halfLife: settings.halfLife)
        return Strata(strata, in: window)
    }
}
