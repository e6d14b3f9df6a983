/// One day's sufficient statistics of an arm in a segment under one table. Rows of disjoint visitors add.
///
/// All visitors of a row had the same shares: where a new table takes over during a day, the day has a row for each of the two.
package struct DailyRow: Equatable, Sendable {
    package var date: CalendarDate
    /// The date of the table that served when the row's visitors were exposed; nil: none is known.
    package var table: CalendarDate?
    package var key: ArmKey
    package var counts: ArmCounts

    package init(date: CalendarDate, table: CalendarDate? = nil, key: ArmKey, counts: ArmCounts) {
        self.date = date
        self.table = table
        self.key = key
        self.counts = counts
    }
}

extension DailyRow {
    /// Whether a row stands before another in `statistics.csv`: byte order of date, platform, slot, segment, table, variant,
    /// no table first.
    package static func isBefore(_ left: DailyRow, _ right: DailyRow) -> Bool {
        if left.date != right.date { return left.date < right.date }
        if left.key.slotKey != right.key.slotKey { return left.key.slotKey < right.key.slotKey }
        if left.key.segment != right.key.segment { return left.key.segment < right.key.segment }
        if left.table != right.table {
            guard let table = left.table else { return true }
            return right.table.map { table < $0 } ?? false
        }
        return left.key.variant < right.key.variant
    }
}

/// What is counted of an arm's units: a unit is a visitor in an experiment on a day.
package struct ArmCounts: Codable, Equatable, Sendable {
    package var visitors: Int64 = 0
    package var views: Int64 = 0
    package var clicks: Int64 = 0
    package var purchases: Int64 = 0
    /// Units that clicked at or after their exposure.
    package var clickers: Int64 = 0
    /// Units that purchased at or after their exposure.
    package var purchasers: Int64 = 0
    /// In millionths of the major unit, exact.
    package var revenue: Int128 = 0
    /// Sum over units of the square of the unit's revenue, in 10⁻¹² of the squared major unit, exact.
    package var revenueSquared: Int128 = 0

    package init() {}

    /// Adds the counts of other visitors. Throws when a sum leaves 64 bits (money: 128 bits), rather than be wrong.
    package mutating func add(_ other: ArmCounts) throws(CountOverflow) {
        visitors = try CountOverflow.sum(visitors, other.visitors)
        views = try CountOverflow.sum(views, other.views)
        clicks = try CountOverflow.sum(clicks, other.clicks)
        purchases = try CountOverflow.sum(purchases, other.purchases)
        clickers = try CountOverflow.sum(clickers, other.clickers)
        purchasers = try CountOverflow.sum(purchasers, other.purchasers)
        revenue = try CountOverflow.sum(revenue, other.revenue)
        revenueSquared = try CountOverflow.sum(revenueSquared, other.revenueSquared)
    }
}

/// A count or an amount of money that fits no integer: the input is not a log of a shop.
package struct CountOverflow: Error, Equatable, CustomStringConvertible {
    package init() {}

    package var description: String { "a sum of counts or of revenue exceeds what 128 bits hold" }

    package static func sum<Value: FixedWidthInteger>(_ left: Value, _ right: Value) throws(CountOverflow) -> Value {
        let (value, overflow) = left.addingReportingOverflow(right)
        if overflow { throw CountOverflow() }
        return value
    }

    package static func product<Value: FixedWidthInteger>(_ left: Value, _ right: Value) throws(CountOverflow) -> Value
    {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        if overflow { throw CountOverflow() }
        return value
    }
}
