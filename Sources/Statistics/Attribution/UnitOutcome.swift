package import Domain
package import EventLog

/// What a visitor did in an experiment on a day, as attribution finds it: one record for each unit, with numbers for its names.
///
/// Bots have none, and no unit is in it that `onMixed: "exclude"` leaves out, so outcomes add up to the rows exactly.
package struct UnitOutcome: BitwiseCopyable {
    /// The visitor's id, valid only during the call that gets the outcome.
    package var visitor: ByteText
    let arm: ArmNumber
    /// The number of the exposure's segment, for ``UnitNames``.
    package let segment: UInt32
    /// The number of the table in force at the exposure, for ``UnitNames``; 0: none is known.
    package let table: UInt32
    /// The exposure's propensity in billionths; 0: it states none.
    package let propensity: UInt32
    package let isMixed: Bool
    /// Whether its last click is at or after the exposure.
    package var isClicked: Bool
    /// The exposure, in microseconds since the epoch.
    package let exposure: Int64
    package let views: Int64
    package var clicks: Int64
    package var purchases: Int64 = 0
    /// In millionths of the major unit, less refunds.
    package var revenue: Int128 = 0

    package var isPurchased: Bool { purchases > 0 }

    /// Brings the revenue to at most `cap` above or below 0; whether it lay beyond.
    mutating func bound(by cap: Int64?) -> Bool {
        guard let cap = cap.map({ Int128($0) }), revenue.magnitude > cap.magnitude else { return false }
        revenue = revenue < 0 ? -cap : cap
        return true
    }

    /// The number of its experiment among the job's, and of its arm among the experiment's.
    package var experiment: Int { arm.experiment }
    package var variant: Int { arm.arm }
}

/// Who takes units. Attribution is generic over it, so that counting costs no call and no memory for each.
protocol UnitSink: ~Copyable {
    mutating func take(_ unit: UnitOutcome) throws(CountOverflow)
}

/// The names that the numbers of outcomes stand for.
package struct UnitNames: Sendable {
    /// Arms by experiment, each in byte order.
    private let arms: [[Name]]
    private let segments: SegmentNames
    private let tables: ServingTables

    init(_ experiments: [Experiment], segments: SegmentNames, tables: ServingTables) {
        arms = experiments.map(\.arms)
        self.segments = segments
        self.tables = tables
    }

    package func variant(of unit: UnitOutcome) -> Name { arms[unit.experiment][unit.variant] }

    package func table(of unit: UnitOutcome) -> CalendarDate? { tables.date(of: unit.table) }

    /// Calls `body` with the name of a unit's segment, which is valid during the call.
    package func withSegment<Result>(of unit: UnitOutcome, _ body: (ByteText) -> Result) -> Result {
        segments.withName(of: unit.segment, body)
    }
}

/// Where the units of a day go when a job is run for them, and not for rows.
package struct UnitOutput: Sendable {
    /// Which of the job's days; the other days only contribute conversions.
    let day: Int
    let accepts: @Sendable (_ day: Int, LogTally) -> Bool
    let take: @Sendable (UnsafeBufferPointer<UnitOutcome>, UnitNames) -> Void

    /// - Parameters:
    ///   - day: which of the job's days.
    ///   - accepts: whether a day's log may be trusted, told what was read of it; asked before the first unit is given out.
    ///   - take: takes some hundred units at a time, from several threads at once, in no order.
    package init(
        day: Int, accepts: @escaping @Sendable (_ day: Int, LogTally) -> Bool,
        take: @escaping @Sendable (UnsafeBufferPointer<UnitOutcome>, UnitNames) -> Void
    ) {
        self.day = day
        self.accepts = accepts
        self.take = take
    }
}

/// A sink that hands units on, some hundred at a time.
struct UnitBatches: UnitSink, ~Copyable {
    private static let capacity = 512

    private let output: UnitOutput
    private let names: UnitNames
    private var units = UnsafeArray<UnitOutcome>(capacity: capacity)

    init(_ output: UnitOutput, _ names: UnitNames) {
        self.output = output
        self.names = names
    }

    mutating func take(_ unit: UnitOutcome) {
        units.append(unit)
        if units.count == UnitBatches.capacity { flush() }
    }

    /// Hands on what is left. Comes before the ids of the visitors go.
    mutating func flush() {
        if units.count > 0 { output.take(units.elements, names) }
        units.removeAll()
    }
}
