/// Which segments are told apart in a day's statistics. What a stranger writes into the log must not make files grow for ever, since
/// every later night reads them.
package struct SegmentBound: Equatable, Sendable {
    /// The names that may stand; nil: any.
    package var declared: Set<Name>?
    /// The most of an experiment's segments on a day, beside `*`; those with most visitors stand, of equal ones the first in byte order.
    package var atMost = 10_000

    package init() {}

    /// An experiment's segments that are counted as `*`.
    package struct Folded: Equatable, Sendable {
        package var experiment: SlotKey
        package var segments: Int
        /// Their visitors.
        package var units: Int64
        /// Whether there were more than `atMost`; else they are only not declared.
        package var isBeyond: Bool
    }

    /// The rows, those of segments that may not stand added to the arms' rows of `*`; and what became of which experiment, in byte order.
    ///
    /// - Parameter rows: of one day.
    /// - Throws: `CountOverflow` when sums leave their integers.
    package func folding(_ rows: [DailyRow]) throws(CountOverflow) -> (rows: [DailyRow], folded: [Folded]) {
        var units: [SlotKey: [Name: Int64]] = [:]
        for row in rows where row.key.segment != .everyone {
            let sum = units[row.key.slotKey]?[row.key.segment] ?? 0
            units[row.key.slotKey, default: [:]][row.key.segment] = try CountOverflow.sum(sum, row.counts.visitors)
        }
        var outside: [SlotKey: Set<Name>] = [:]
        var folded: [Folded] = []
        for (experiment, segments) in units.sorted(by: { $0.key < $1.key }) {
            var kept = segments.filter { declared?.contains($0.key) ?? true }
            let isBeyond = kept.count > atMost
            if isBeyond {
                let greatest = kept.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(atMost)
                kept = Dictionary(uniqueKeysWithValues: greatest.map { ($0.key, $0.value) })
            }
            guard kept.count < segments.count else { continue }
            let rest = segments.filter { kept[$0.key] == nil }
            outside[experiment] = Set(rest.keys)
            var sum: Int64 = 0
            for count in rest.values { sum = try CountOverflow.sum(sum, count) }
            folded.append(Folded(experiment: experiment, segments: rest.count, units: sum, isBeyond: isBeyond))
        }
        guard !folded.isEmpty else { return (rows, []) }
        let moved = rows.map { row in
            guard outside[row.key.slotKey]?.contains(row.key.segment) ?? false else { return row }
            var row = row
            row.key.segment = .everyone
            return row
        }
        return (try StatisticsFile.merged([moved]), folded)
    }
}
