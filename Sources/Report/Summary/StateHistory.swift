package import Allocation
package import Domain
package import Randomizer
package import State

/// What a state directory tells of its last days: every calendar day from the first to the last, those without files too.
package struct StateHistory: Sendable {
    /// Something in the directory that could not be read, and is left out of everything else.
    package struct Fault: Equatable, Sendable {
        package var date: CalendarDate
        /// What was to be read.
        package var subject: Subject
        /// File below the state directory, line, what is wrong.
        package var problem: String

        package enum Subject: String, Sendable {
            case table, statistics, quality
        }
    }

    /// Ascending, without gaps; at least one.
    package var days: [Day]
    /// The date of the table that is served; nil when none is.
    package var current: CalendarDate?
    /// By date, then subject.
    package var faults: [Fault]
    /// The rows of the newest table's segments, `*` left out, by experiment.
    package var segments: [SlotKey: [AllocationRow]]
    /// Whether tables lie before the days shown.
    package var hasEarlierTables = false
    /// Days of statistics so far after the newest table that they are left out, ascending.
    package var beyond: [CalendarDate] = []
    /// Tables that were taken back, by date, with the date of the one that served again.
    package var takenBack: [CalendarDate: CalendarDate] = [:]

    package init(
        days: [Day], current: CalendarDate?, faults: [Fault], segments: [SlotKey: [AllocationRow]]
    ) {
        self.days = days
        self.current = current
        self.faults = faults
        self.segments = segments
    }

    /// A day with what was published for it and counted on it.
    package struct Day: Sendable {
        package var date: CalendarDate
        /// The table that takes effect on this day.
        package var table: Table?
        /// What was counted on this day, by experiment and variant, over all segments.
        package var counts: [SlotKey: [Name: ArmCounts]]?
        package var quality: Quality?
    }

    /// A table without its segments.
    package struct Table: Sendable {
        package var manifest: Manifest
        /// The rows of `*`, by experiment, in the order of the file.
        package var rows: [SlotKey: [AllocationRow]]
        /// How the rows of `*` were made, by experiment; none of a table of version 1, which does not say.
        package var facts: [SlotKey: ExperimentFacts]

        /// Whether the night before brought no data: what was learned ends earlier than on the day before. A table that was
        /// learned from nothing has no such night.
        package func isWithoutNewData(on date: CalendarDate) -> Bool {
            manifest.statisticsThrough.flatMap { CalendarDate($0) }.map { $0 < date.advanced(by: -1) } ?? false
        }
    }

    /// The newest day that has a readable table.
    package var newestTable: (index: Int, table: Table)? {
        for index in days.indices.reversed() {
            if let table = days[index].table { return (index, table) }
        }
        return nil
    }

    /// Every experiment of the tables and the statistics, in byte order.
    package var experiments: [SlotKey] {
        var keys: Set<SlotKey> = []
        for day in days {
            if let table = day.table { keys.formUnion(table.rows.keys) }
            if let counts = day.counts { keys.formUnion(counts.keys) }
        }
        return keys.sorted()
    }
}
