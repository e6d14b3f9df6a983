/// Which segments are told apart in a day's statistics. What a stranger writes into the log must not make files grow for ever, since
/// every later night reads them.
package struct SegmentBound: Equatable, Sendable {
    /// The names that may stand; nil: any.
    package var declared: Set<Name>?
    /// The most of an experiment's segments on a day, beside `*`; those with most visitors stand, of equal ones the first in byte order.
    package var atMost = 10_000

    package init() {}

    /// An experiment's segments that are counted as `*`.
    package struct Folded: Codable, Equatable, Sendable {
        package var experiment: SlotKey
        package var segments: Int
        /// Their visitors.
        package var units: Int64
        /// Whether there were more than `atMost`; else they are only not declared.
        package var isBeyond: Bool

        /// - Parameter units: each segment's visitors.
        package init(_ experiment: SlotKey, _ units: [Int64], isBeyond: Bool) throws(CountOverflow) {
            var sum: Int64 = 0
            for count in units { sum = try CountOverflow.sum(sum, count) }
            (self.experiment, segments, self.units, self.isBeyond) = (experiment, units.count, sum, isBeyond)
        }
    }

    /// The rows, those of segments that may not stand added to the arms' rows of `*`; and what became of which experiment, in byte order.
    ///
    /// - Parameter rows: of one day.
    /// - Throws: `CountOverflow` when sums leave their integers.
    package func folding(_ rows: [DailyRow]) throws(CountOverflow) -> (rows: [DailyRow], folded: [Folded]) {
        let (outside, folded) = try outsiders(in: rows.map { ($0.key, $0.counts.visitors) }) { [] }
        guard !folded.isEmpty else { return (rows, []) }
        let moved = rows.map { row in
            guard outside[row.key.slotKey]?.contains(row.key.segment) ?? false else { return row }
            var row = row
            row.key.segment = .everyone
            return row
        }
        return (try StatisticsFile.merged([moved]), folded)
    }

    /// The segments of rows that may not stand, by experiment, and what that means for which, in byte order. O(n log n).
    ///
    /// - Parameter served: segments that stand all the same; asked only where some may not.
    package func outsiders(
        in rows: [(key: ArmKey, visitors: Int64)], served: () -> Set<Name>
    ) throws(CountOverflow) -> (outside: [SlotKey: Set<Name>], folded: [Folded]) {
        var units: [SlotKey: [Name: Int64]] = [:]
        for (key, visitors) in rows where key.segment != .everyone {
            let sum = units[key.slotKey]?[key.segment] ?? 0
            units[key.slotKey, default: [:]][key.segment] = try CountOverflow.sum(sum, visitors)
        }
        var keeping: Set<Name>?
        var outside: [SlotKey: Set<Name>] = [:]
        var folded: [Folded] = []
        for (experiment, segments) in units.sorted(by: { $0.key < $1.key }) {
            var (beyond, isBeyond) = outsiders(of: segments.map { ($0.key, $0.value) }, name: { $0 }, isBefore: <)
            guard !beyond.isEmpty else { continue }
            let kept = keeping ?? served()
            keeping = kept
            beyond.removeAll { kept.contains($0.segment) }
            guard !beyond.isEmpty else { continue }
            outside[experiment] = Set(beyond.map(\.segment))
            folded.append(try Folded(experiment, beyond.map(\.units), isBeyond: isBeyond))
        }
        return (outside, folded)
    }

    /// Those of an experiment's segments that may not stand, and whether some of them were more than ``atMost``. O(n log n).
    ///
    /// - Parameters:
    ///   - segments: each once, with its visitors; `*` is none of them.
    ///   - isBefore: whether one's name comes before another's in byte order.
    package func outsiders<Segment>(
        of segments: [(segment: Segment, units: Int64)], name: (Segment) -> Name,
        isBefore: (Segment, Segment) -> Bool
    ) -> (outside: [(segment: Segment, units: Int64)], isBeyond: Bool) {
        var (kept, outside) = (segments, [(segment: Segment, units: Int64)]())
        if let declared {
            kept = segments.filter { declared.contains(name($0.segment)) }
            outside = segments.filter { !declared.contains(name($0.segment)) }
        }
        guard kept.count > atMost else { return (outside, false) }
        kept.sort { $0.units != $1.units ? $0.units > $1.units : isBefore($0.segment, $1.segment) }
        return (outside + kept[atMost...], true)
    }
}

/// Which segments a job's rows tell apart: as many as a day's file has, and those that the visitors' tables served by themselves, by
/// whose shares the day is checked.
package struct SegmentFolding: Sendable {
    package var bound: SegmentBound
    /// The segments with rows in any of these tables. Asked only where there are more segments than may stand.
    package var served: @Sendable (_ tables: Set<CalendarDate>) -> Set<Name>

    package init(_ bound: SegmentBound, served: @escaping @Sendable (_ tables: Set<CalendarDate>) -> Set<Name>) {
        self.bound = bound
        self.served = served
    }
}

extension SegmentBound.Folded {
    /// What became of experiments in one step after another, in byte order.
    package static func joined(_ steps: [SegmentBound.Folded]) throws(CountOverflow) -> [SegmentBound.Folded] {
        var joined: [SlotKey: SegmentBound.Folded] = [:]
        for step in steps {
            guard var sum = joined[step.experiment] else {
                joined[step.experiment] = step
                continue
            }
            sum.segments += step.segments
            sum.units = try CountOverflow.sum(sum.units, step.units)
            sum.isBeyond = sum.isBeyond || step.isBeyond
            joined[step.experiment] = sum
        }
        return joined.values.sorted { $0.experiment < $1.experiment }
    }
}
