package import Domain

/// An experiment's visitors as the daily rows and the served tables know them: what a policy that never ran is judged by.
///
///     strata   (day, table, segment): all visitors of one had the same shares p, and a policy gives them the same π
///     cells    (stratum, arm) with visitors: n, S1 = Σ reward, and the spread Σ (reward − S1/n)² within
///
/// The unit is a visitor in an experiment on a day. Everything an estimator needs is linear or quadratic in the reward, so that
/// these sums give its value and its exact variance without the visitors themselves.
package struct LoggedExperiment: Sendable {
    /// Visitors of one day, one table in force and one segment.
    package struct Stratum: Sendable {
        package let date: CalendarDate
        /// The date of the table in force.
        package let table: CalendarDate
        /// As in statistics.csv; the group that served it is ``groupSegment``.
        package let segment: Name
        /// The segment of the row group that served: the stratum's own, or `*`.
        package let groupSegment: Name
        /// The share p of each arm, in the order of ``LoggedExperiment/arms``; 0 for an arm that the group does not have.
        package let shares: [Double]
        /// How each arm stood in the table; nil for an arm that the group does not have.
        package let standings: [Standing?]
        /// Its cells, those with p > 0 and visitors.
        package let cells: Range<Int>
        /// Visitors of all its cells.
        package let visitors: Double
    }

    /// How an arm took part in the table that served.
    package enum Standing: Sendable {
        /// In the competition, new ones too.
        case competing
        case control
        /// Blacklisted or otherwise without a share by decision.
        case out
    }

    /// An arm's visitors in a stratum: at least one.
    package struct Cell: Sendable {
        package let stratum: Int
        package let arm: Int
        package let moments: RewardMoments
        /// n, as a real number.
        package let visitors: Double
        /// S1 / n
        package let mean: Double
        /// Σ (reward − mean)² ≥ 0, from exact integers.
        package let spread: Double

        package init(stratum: Int, arm: Int, moments: RewardMoments) {
            self.stratum = stratum
            self.arm = arm
            self.moments = moments
            visitors = Double(moments.visitors)
            mean = moments.total / visitors
            spread = moments.spread
        }
    }

    /// What could not be used, and why.
    package struct Omissions: Equatable, Sendable {
        /// Days without a table that has the experiment: what their visitors were shown came with shares nobody knows.
        package var daysWithoutTable = 0
        /// Visitors whose arm had no share in the table in force: a stale cache, the minutes before the table came.
        package var offTable: Int64 = 0
        /// Visitors on days with a table, those off it too.
        package var visitorsWithTable: Int64 = 0
        /// Days left out because their files are damaged.
        package var damagedDays = 0
        /// Days left out because conversions may still come.
        package var youngDays = 0

        package init() {}
    }

    package let key: SlotKey
    /// All arms of the tables and of the rows, in byte order.
    package let arms: [Name]
    /// In order of date, segment and table.
    package let strata: [Stratum]
    /// In order of their strata, then arms.
    package let cells: [Cell]
    package var omissions: Omissions
    /// Of the daily rows without a table of their own: the share that the table before still served, and its standard error.
    package var handover: Handover?

    package init(
        key: SlotKey, arms: [Name], strata: [Stratum], cells: [Cell], omissions: Omissions, handover: Handover?
    ) {
        self.key = key
        self.arms = arms
        self.strata = strata
        self.cells = cells
        self.omissions = omissions
        self.handover = handover
    }

    /// The dates with visitors, ascending.
    package var dates: [CalendarDate] {
        var dates: [CalendarDate] = []
        for stratum in strata where dates.last != stratum.date { dates.append(stratum.date) }
        return dates
    }

    /// Visitors of all strata.
    package var visitors: Double { strata.reduce(0) { $0 + $1.visitors } }

    /// The experiment without the strata for which this is false.
    package func keeping(_ isKept: [Bool]) -> LoggedExperiment {
        var keptStrata: [Stratum] = []
        var keptCells: [Cell] = []
        for (stratum, isKept) in zip(strata, isKept) where isKept {
            let start = keptCells.count
            for cell in cells[stratum.cells] {
                keptCells.append(Cell(stratum: keptStrata.count, arm: cell.arm, moments: cell.moments))
            }
            keptStrata.append(
                Stratum(
                    date: stratum.date, table: stratum.table, segment: stratum.segment,
                    groupSegment: stratum.groupSegment, shares: stratum.shares, standings: stratum.standings,
                    cells: start..<keptCells.count, visitors: stratum.visitors))
        }
        return LoggedExperiment(
            key: key, arms: arms, strata: keptStrata, cells: keptCells, omissions: omissions, handover: handover)
    }
}

/// What part of a day the table before it still served, found by maximum likelihood.
package struct Handover: Equatable, Sendable {
    /// 0…1
    package var share: Double
    /// Nil at an end of the range, where it has none.
    package var standardError: Double?
    /// Whether the shares of the strata are mixed by ``share``.
    package var isUsed: Bool

    package init(share: Double, standardError: Double?, isUsed: Bool) {
        self.share = share
        self.standardError = standardError
        self.isUsed = isUsed
    }
}
