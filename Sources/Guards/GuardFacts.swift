package import Domain

/// All that guards look at: the night's own day, the nights before it, and the table in force. Files are read elsewhere.
package struct GuardFacts: Sendable {
    /// A source of a field, as the configuration names it.
    package struct Source: Hashable, Comparable, Sendable {
        package var field: String
        package var source: String

        package init(field: String, source: String) {
            self.field = field
            self.source = source
        }

        package static func < (left: Source, right: Source) -> Bool {
            (left.field, left.source) < (right.field, right.source)
        }
    }

    /// What is known of a day that had data, bots left out unless it says otherwise.
    package struct Day: Sendable {
        package struct Counts: Sendable {
            package var units: Int64 = 0
            /// Units that had each reward; of revenue those that purchased.
            package var clickers: Int64 = 0
            package var purchasers: Int64 = 0
            /// Whether any unit had revenue.
            package var hasRevenue = false

            package init() {}

            package mutating func add(_ other: Counts) {
                units += other.units
                clickers += other.clickers
                purchasers += other.purchasers
                hasRevenue = hasRevenue || other.hasRevenue
            }
        }

        package var date: CalendarDate
        /// The zone whose midnights began it; nil: not known.
        package var timezone: String?
        /// Visitors, bots too, and bots.
        package var visitors: Int64 = 0
        package var bots: Int64 = 0
        /// Events by type, bots' too.
        package var clicks: Int64 = 0
        package var purchases: Int64 = 0
        package var counts: [SlotKey: Counts] = [:]
        /// The same by arm.
        package var arms: [SlotKey: [Name: Counts]] = [:]
        /// Events in the day, of every type.
        package var events: Int64 = 0
        /// In how many of the day's lines each source was there; nil: not known.
        package var sources: [Source: Int64]?

        package init(date: CalendarDate) {
            self.date = date
        }

        var people: Int64 { visitors - bots }
    }

    /// An experiment as it is declared.
    package struct Declared: Sendable {
        package var key: SlotKey
        package var arms: Set<Name>
        /// What decides.
        package var reward: Reward

        /// What a guard can count of it; of revenue purchases, as long as there is money at all.
        package enum Reward: String, Sendable {
            case click, purchase, revenue
        }

        package init(key: SlotKey, arms: Set<Name>, reward: Reward) {
            self.key = key
            self.arms = arms
            self.reward = reward
        }

        func rewarded(_ counts: Day.Counts) -> Int64 {
            switch reward {
            case .click: counts.clickers
            case .purchase: counts.purchasers
            case .revenue: counts.hasRevenue ? counts.purchasers : 0
            }
        }
    }

    /// What the log of the day has that is not declared.
    package struct Unknown: Sendable {
        package var views: Int64
        package var unknownViews: Int64
        /// The most frequent names, as a person reads them.
        package var names: [String]

        package init(views: Int64, unknownViews: Int64, names: [String]) {
            self.views = views
            self.unknownViews = unknownViews
            self.names = names
        }
    }

    /// How many visitors an arm had, and should have had by the tables that served the day.
    package struct Expected: Sendable {
        package var variant: Name
        package var visitors: Int64
        package var expected: Double

        package init(variant: Name, visitors: Int64, expected: Double) {
            self.variant = variant
            self.visitors = visitors
            self.expected = expected
        }
    }

    /// The configuration's.
    package var timezone: String
    /// Whether conversions count for longer than the day, so that a young day has few.
    package var hasWindow = false
    package var declared: [Declared] = []
    /// Nil: the night's day had no data.
    package var tonight: Day?
    /// The last days with data before the night's, oldest first, at most ``nights`` of them.
    package var earlier: [Day] = []
    package var unknown: [SlotKey: Unknown] = [:]
    /// Arms with traffic in the table that served when the day began; none where that is not known.
    package var served: [SlotKey: Set<Name>] = [:]
    /// Of the experiments that a known table served.
    package var expected: [SlotKey: [Expected]] = [:]
    /// Of the same: the p-value of the sample-ratio check.
    package var sampleRatios: [SlotKey: Double] = [:]
    /// Arms with traffic in the table in force; nil: there is none.
    package var inForce: [SlotKey: Set<Name>]?
    /// Arms with rows in the window.
    package var counted: [SlotKey: Set<Name>] = [:]
    /// What is meant to be gone: arms, or experiments as a whole.
    package var retired = Retired()
    /// Lines of the day's own files, and those of them that lie on other days; nil: not known.
    package var ownLines: (all: Int64, outside: Int64)?
    /// The share of visitors that would see another variant.
    package var moved: [SlotKey: Double] = [:]

    /// How many earlier nights are looked at.
    package static let nights = 7

    package init(timezone: String) {
        self.timezone = timezone
    }
}

/// Arms and experiments that are meant to be gone.
package struct Retired: Equatable, Sendable {
    package var experiments: Set<SlotKey> = []
    package var arms: [SlotKey: Set<Name>] = [:]

    package init() {}

    package func contains(_ variant: Name, of experiment: SlotKey) -> Bool {
        experiments.contains(experiment) || arms[experiment]?.contains(variant) ?? false
    }
}
