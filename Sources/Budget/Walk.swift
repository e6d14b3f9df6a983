/// Money that is spent step by step: that of a group, or of all.
struct Purse {
    /// Steps that are looked at after the first that did not fit.
    static let fill: Int64 = 1_000_000

    /// What is left, in units, with whole steps and with fractions.
    fileprivate(set) var rest: Int128
    fileprivate var fractionalRest: Int128
    /// The least that a step costs; nil when there is none.
    let leastCost: Int64?
    /// The first step that did not fit in whole, as far as the bound goes.
    fileprivate(set) var breakStep: Efficiency?
    /// Steps that are still looked at; nil as long as all have fitted.
    fileprivate var fillLeft: Int64?

    init(_ rest: Int128, leastCost: Int64?) {
        self.rest = rest
        fractionalRest = rest
        self.leastCost = leastCost
    }

    /// Whether nothing more can be bought.
    fileprivate var isClosed: Bool {
        fillLeft.map { $0 <= 0 } ?? false || leastCost.map { Int128($0) > rest } ?? true
    }
}

/// Takes steps from the most efficient on while there is money, with whole steps and, for the bound, with fractions.
///
/// A step that does not fit blocks its customer, and the walk goes on: what is left may pay for others. Kellerer, Pferschy and
/// Pisinger 2004, "Knapsack Problems", section 11.2.
struct Walk {
    /// What was taken, by group, beyond the base.
    struct Total {
        var gain: Int128 = 0
        var cost: Int128 = 0
        var contacts = 0
        /// The gain with fractions, in 10⁻¹⁸, rounded up.
        var boundGain: Int128 = 0
    }

    private(set) var groups: [Purse]
    /// Of all groups together.
    private(set) var cap: Purse?
    private(set) var totals: [Total]
    /// Steps taken by customer; the highest bit: no more.
    private(set) var taken: [UInt32]
    private var openGroups: Int
    private var isBoundDone = false

    private static let blocked: UInt32 = 1 << 31

    init(groups: [Purse], cap: Purse?, customers: Int) {
        self.groups = groups
        self.cap = cap
        totals = Array(repeating: Total(), count: groups.count)
        taken = Array(repeating: 0, count: customers)
        openGroups = groups.count
    }

    /// Steps that a customer has taken.
    func steps(of customer: Int) -> Int { Int(taken[customer] & ~Walk.blocked) }

    /// Looks at the next step; false when no other can be taken.
    mutating func look(at step: Step) -> Bool {
        let group = step.group
        if !isBoundDone { extendBound(step, group) }
        take(step, group)
        // The bound ends before the filling does, or at once.
        return !isBoundDone || !isClosed
    }

    private var isClosed: Bool {
        if let cap, cap.isClosed { return true }
        // One group is the usual case, and looked at each time; of many this would take too long.
        return groups.count == 1 && groups[0].isClosed
    }

    @inline(__always)
    private mutating func take(_ step: Step, _ group: Int) {
        let isCapped = cap != nil
        defer {
            if let left = groups[group].fillLeft { groups[group].fillLeft = left - 1 }
            if isCapped, let left = cap?.fillLeft { cap?.fillLeft = left - 1 }
        }
        guard groups[group].fillLeft.map({ $0 > 0 }) ?? true, cap?.fillLeft.map({ $0 > 0 }) ?? true else { return }
        let customer = Int(step.customer)
        guard taken[customer] & Walk.blocked == 0 else { return }
        let fitsGroup = Int128(step.cost) <= groups[group].rest
        let fitsCap = cap.map { Int128(step.cost) <= $0.rest } ?? true
        guard fitsGroup, fitsCap else {
            taken[customer] |= Walk.blocked
            // This step counts down once more on leaving.
            if !fitsGroup, groups[group].fillLeft == nil { groups[group].fillLeft = Purse.fill + 1 }
            if !fitsCap, cap?.fillLeft == nil { cap?.fillLeft = Purse.fill + 1 }
            return
        }
        taken[customer] += 1
        groups[group].rest -= Int128(step.cost)
        cap?.rest -= Int128(step.cost)
        totals[group].gain += Int128(step.gain)
        totals[group].cost += Int128(step.cost)
        totals[group].contacts += step.contacts
    }

    /// The same walk with fractions of steps.
    private mutating func extendBound(_ step: Step, _ group: Int) {
        let own = groups[group].fractionalRest
        // Once a group's money is out, its steps say nothing of the others.
        guard groups[group].breakStep == nil else { return }
        let room = min(own, cap?.fractionalRest ?? own)
        guard Int128(step.cost) > room else {
            groups[group].fractionalRest -= Int128(step.cost)
            cap?.fractionalRest -= Int128(step.cost)
            totals[group].boundGain += Int128(step.gain) * 1_000_000_000
            return
        }
        totals[group].boundGain += Walk.part(of: step, room)
        let all = cap?.fractionalRest
        groups[group].fractionalRest -= room
        cap?.fractionalRest -= room
        if own == room {
            groups[group].breakStep = step.efficiency
            openGroups -= 1
        } else if all == room {
            // The money of all is out: no group gets any more.
            cap?.breakStep = step.efficiency
            isBoundDone = true
        }
        if openGroups == 0 { isBoundDone = true }
    }

    /// gain · room / cost in 10⁻¹⁸, rounded up.
    static func part(of step: Step, _ room: Int128) -> Int128 {
        // Below gain: room < cost.
        let cost = Int128(step.cost)
        let (whole, remainder) = (Int128(step.gain) * room).quotientAndRemainder(dividingBy: cost)
        return whole * 1_000_000_000 + (remainder * 1_000_000_000 + cost - 1) / cost
    }
}
