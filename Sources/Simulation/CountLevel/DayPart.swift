package import Domain
package import Policies

/// A part of a day's visitors: those who are served by one table.
///
///     00:00      publishAt                                   24:00
///       │ table before │           the day's own table          │
package struct DayPart: Sendable {
    package var table: PolicyTable
    /// The day that the table was made for.
    package var tableDate: CalendarDate
    /// Of the day's visitors, 0…1.
    package var visitors: Double
    /// What every rate is multiplied by at these hours.
    package var rate: Double

    package init(table: PolicyTable, tableDate: CalendarDate, visitors: Double = 1, rate: Double = 1) {
        self.table = table
        self.tableDate = tableDate
        self.visitors = visitors
        self.rate = rate
    }
}
