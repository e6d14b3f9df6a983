package import Domain

/// Segments that a day's file does not tell apart are counted as `*` before rows are made of numbers: of a log with a segment a
/// visitor there would be as many rows as visitors.
extension ArmCountTable {
    /// The same counts, and what became of which experiment. O(rows).
    ///
    /// - Parameter date: of a table's number.
    func folded(
        _ folding: SegmentFolding, experiments: [SlotKey], segments: SegmentNames,
        date: (UInt32) -> CalendarDate?
    ) throws(CountOverflow) -> (counts: ArmCountTable, folded: [SegmentBound.Folded]) {
        guard folding.bound.declared != nil || segments.count > folding.bound.atMost else { return (self, []) }
        var units: [[UInt32: Int64]] = experiments.map { _ in [:] }
        var tables: Set<UInt32> = []
        for index in 0..<count {
            let row = self[index]
            tables.insert(row.table)
            guard row.segment != SegmentNames.everyone else { continue }
            units[row.arm.experiment][row.segment, default: 0] += row.counts.visitors
        }
        var served: Set<UInt32>?
        var outside: [Set<UInt32>] = experiments.map { _ in [] }
        var folded: [SegmentBound.Folded] = []
        for (number, experiment) in experiments.enumerated() {
            let (beyond, isBeyond) = folding.bound.outsiders(
                of: units[number].map { ($0.key, $0.value) }, name: { Name(segments.string($0)) },
                isBefore: segments.isLess)
            guard !beyond.isEmpty else { continue }
            if served == nil { served = segments.numbers(of: folding.served(Set(tables.compactMap(date)))) }
            let rest = beyond.filter { !(served?.contains($0.segment) ?? false) }
            guard !rest.isEmpty else { continue }
            outside[number] = Set(rest.map(\.segment))
            folded.append(try SegmentBound.Folded(experiment, rest.map(\.units), isBeyond: isBeyond))
        }
        guard !folded.isEmpty else { return (self, []) }
        var counts = ArmCountTable()
        for index in 0..<count {
            var row = self[index]
            if outside[row.arm.experiment].contains(row.segment) { row.segment = SegmentNames.everyone }
            try counts.add(row)
        }
        return (counts, folded.sorted { $0.experiment < $1.experiment })
    }
}

extension DayStatistics {
    /// The same of rows that were counted elsewhere. O(rows · log rows).
    package mutating func fold(_ folding: SegmentFolding) throws(CountOverflow) {
        let (outside, steps) = try folding.bound.outsiders(in: rows.map { ($0.key, $0.counts.visitors) }) {
            folding.served(Set(rows.compactMap(\.table)))
        }
        guard !outside.isEmpty else { return }
        for index in rows.indices {
            let key = rows[index].key
            if outside[key.slotKey]?.contains(key.segment) ?? false { rows[index].key.segment = .everyone }
        }
        folded = try SegmentBound.Folded.joined(folded + steps)
        rows = try Row.merged([rows])
    }
}
