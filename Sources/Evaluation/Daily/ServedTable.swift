package import Domain

/// An experiment's rows of an archived table.
package struct ServedTable: Sendable {
    /// An arm of a row group.
    package struct Arm: Equatable, Sendable {
        package var variant: Name
        /// In millionths.
        package var traffic: Int
        package var standing: LoggedExperiment.Standing

        package init(variant: Name, traffic: Int, standing: LoggedExperiment.Standing) {
            self.variant = variant
            self.traffic = traffic
            self.standing = standing
        }
    }

    package let date: CalendarDate
    /// By segment; none when the table has no row of the experiment.
    package let groups: [Name: [Arm]]

    package init(date: CalendarDate, groups: [Name: [Arm]]) {
        self.date = date
        self.groups = groups
    }

    /// The row group that serves a segment: its own, or that of everyone; nil when there is neither.
    package func group(serving segment: Name) -> (segment: Name, arms: [Arm])? {
        if let own = groups[segment] { return (segment, own) }
        return groups[.everyone].map { (.everyone, $0) }
    }
}

/// The archived tables of an experiment, ascending.
package struct TableArchive: Sendable {
    package let tables: [ServedTable]
    private let positions: [CalendarDate: Int]

    /// - Parameter tables: of distinct dates.
    package init(_ tables: [ServedTable]) {
        self.tables = tables.sorted { $0.date < $1.date }
        positions = Dictionary(uniqueKeysWithValues: self.tables.enumerated().map { ($0.element.date, $0.offset) })
    }

    package subscript(date: CalendarDate) -> ServedTable? { positions[date].map { tables[$0] } }

    /// The newest table of a date or before it: a night that published nothing leaves the older one in force.
    package func inForce(on date: CalendarDate) -> ServedTable? {
        var low = 0
        var high = tables.count
        while low < high {
            let middle = (low + high) / 2
            if tables[middle].date <= date { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? tables[low - 1] : nil
    }
}
