package import Domain
package import Learning

/// How an arm takes part in its group.
package enum ArmStatus: String, CaseIterable, Sendable {
    /// Competes.
    case active
    /// Competes, with too few visitors yet to be trusted with more than an equal share.
    case new
    /// Keeps a fixed share and does not compete for more.
    case control
    /// Gets no traffic: an entry of the blacklist.
    case blacklisted
    /// Gets no traffic yet: its first day is to come.
    case scheduled
    /// Gets no traffic any more: its last day is over.
    case ended
    /// Gets no traffic: it has broken a guardrail.
    case stopped
}

/// A row of the traffic table: an arm's share from a date on, and what it rests on.
///
/// Real numbers are held as the file shows them, rounded to 9 decimals, so that a row read back equals the row written.
package struct AllocationRow: Equatable, Sendable {
    /// The first day the share is served.
    package var date: CalendarDate
    package var key: ArmKey
    /// In millionths of the visitors, 0…1,000,000; those of a group add up to 1,000,000.
    package var traffic: Int
    package var status: ArmStatus
    /// P(the arm is best) before caps and floors; nil for an arm that does not compete.
    package var probabilityBest: Double?
    /// The posterior's mean and its central 95 %: a rate, or revenue per visitor in major units.
    package var mean: Double
    /// Nil where it is not known how far the mean may be off: revenue without sales.
    package var meanLow: Double?
    package var meanHigh: Double?
    /// As counted in the window.
    package var visitors: Int64
    /// As counted in the window, in millionths: of successes, or of the major unit of revenue.
    package var successes: Int128
    /// The 95th percentile of (θmax − θchampion)/θchampion in the group; nil for an arm that does not compete.
    package var valueRemaining: Double?
    /// Nil for an arm that does not compete, and in a table from before there were verdicts.
    package var verdict: Verdict?
    /// How much speaks for another arm being better: 40 excludes. Nil without an arm to compare with.
    package var evidence: Double?
    /// The always-valid 95 % bounds of the arm's rate over the control's (without one: the leader's), less 1; nil: none is known.
    package var liftLow: Double?
    package var liftHigh: Double?

    package init(
        date: CalendarDate, key: ArmKey, traffic: Int, status: ArmStatus, probabilityBest: Double?, mean: Double,
        meanLow: Double?, meanHigh: Double?, visitors: Int64, successes: Int128, valueRemaining: Double?,
        verdict: Verdict? = nil, evidence: Double? = nil, liftLow: Double? = nil, liftHigh: Double? = nil
    ) {
        self.date = date
        self.key = key
        self.traffic = traffic
        self.status = status
        self.probabilityBest = probabilityBest
        self.mean = mean
        self.meanLow = meanLow
        self.meanHigh = meanHigh
        self.visitors = visitors
        self.successes = successes
        self.valueRemaining = valueRemaining
        self.verdict = verdict
        self.evidence = evidence
        self.liftLow = liftLow
        self.liftHigh = liftHigh
    }

    /// Whether a row stands above another: by platform, slot, segment (`*` first), variant, in byte order.
    package static func precedes(_ left: AllocationRow, _ right: AllocationRow) -> Bool {
        let sameSlot = left.key.slotKey == right.key.slotKey
        if sameSlot, left.key.segment != right.key.segment {
            if left.key.segment == .everyone { return true }
            if right.key.segment == .everyone { return false }
        }
        return left.key < right.key
    }
}
