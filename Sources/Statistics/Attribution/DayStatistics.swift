package import BotFilter
package import Domain

/// What becomes of units that saw two or more variants.
package enum MixedUnits: String, CaseIterable, Sendable {
    /// They are kept under their exposure.
    case first
    /// They are left out.
    case exclude
}

/// A day's sufficient statistics, and what was left out of them.
///
/// Those of disjoint visitors add: every stored property must be added in `add` or, as rows are, in ``sum(_:)``.
package struct DayStatistics: Codable, Equatable, Sendable {
    /// A visitor that the bot filter dropped.
    package struct Bot: Codable, Equatable, Sendable {
        package var visitor: Name
        package var events: Int64
        package var rules: BotRule
    }

    /// Visitors and their events.
    package struct Tally: Codable, Equatable, Sendable {
        package var visitors: Int64 = 0
        package var events: Int64 = 0

        package init() {}

        mutating func add(events: Int64) {
            visitors += 1
            self.events += events
        }

        mutating func add(_ other: Tally) {
            visitors += other.visitors
            events += other.events
        }
    }

    /// What is counted of an arm's units in a segment under one table.
    package struct Row: Equatable, Sendable {
        /// The date of the table that served when the units were exposed; nil: none is known.
        package var table: CalendarDate?
        package var key: ArmKey
        package var counts: ArmCounts
        /// What the log says of the shares with which the units were shown what they saw.
        package var propensities: PropensityTally

        package init(
            table: CalendarDate? = nil, key: ArmKey, counts: ArmCounts,
            propensities: PropensityTally = PropensityTally()
        ) {
            self.table = table
            self.key = key
            self.counts = counts
            self.propensities = propensities
        }
    }

    /// One row for each arm, segment and table with a unit, in the order of `statistics.csv`.
    package internal(set) var rows: [Row] = []
    /// What became of segments that rows do not tell apart.
    package internal(set) var folded: [SegmentBound.Folded] = []
    /// All visitors with an event in the day, bots too.
    package internal(set) var visitors = Tally()
    /// Dropped visitors by rule; a visitor that several rules match counts under each.
    package internal(set) var botsByRule: [BotRule: Tally] = [:]
    package internal(set) var bots = Tally()
    /// Dropped visitors for whom a library of HTTP asked, by the rule of user agents.
    package internal(set) var libraries = Tally()
    /// Names of such libraries in the day's agents.
    package internal(set) var libraryNames = FirstTexts()
    /// Events whose address is none, where a rule looks at addresses.
    package internal(set) var unreadableAddresses: Int64 = 0
    package internal(set) var unreadableAddressSamples = FirstTexts()
    /// Every dropped visitor, in byte order; only when an audit was asked for.
    package internal(set) var audit: [Bot] = []
    /// Units, of visitors who are not bots, that saw two or more variants.
    package internal(set) var mixedUnits: Int64 = 0
    /// Copies of events that were left out: of one visitor, type and id of the event only one counts. Those of a visitor that is
    /// dropped for the number of its events are none of them: that number is of all of its lines.
    package internal(set) var repeatedEvents: Int64 = 0
    /// What became of people's orders.
    package internal(set) var orders = OrderTally()
    /// What of people's clicks, orders and refunds counts for no unit of the day.
    package internal(set) var nowhere = NowhereTally()
    /// Views by people of variants that their experiment does not have, by the experiment's number.
    package internal(set) var undeclaredViews: [Int: Int64] = [:]
    /// Names that are not declared, of bots' events too.
    package internal(set) var undeclared = UndeclaredNames()
    /// Views of declared arms whose segment would run as a formula in a spreadsheet, taken as everyone's.
    package internal(set) var formulaSegments: Int64 = 0

    /// The visitors, where they were asked for.
    package internal(set) var sketch: VisitorSketch?

    package init() {}

    /// Takes rows that were counted elsewhere in place of its own.
    package mutating func take(_ rows: [DailyRow]) {
        self.rows = rows.map { Row(table: $0.table, key: $0.key, counts: $0.counts) }
    }

    /// Whether any unit was counted.
    package var hasData: Bool { !rows.isEmpty }

    /// Takes the sketch of the visitors out.
    package mutating func takeSketch() -> VisitorSketch {
        defer { sketch = nil }
        return sketch ?? VisitorSketch()
    }
}
