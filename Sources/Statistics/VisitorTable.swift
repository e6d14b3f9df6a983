import CScan
import EventLog

/// All that a day leaves of some of its visitors: one record each, with chains of units, purchases and minutes.
///
///     visitors[n]  ──units──►  units[i]  ──next──►  units[j]         one for each experiment the visitor met
///                  ──purchases──►  purchases[i] ──next──► …
///                  ──minutes──►  minutes[i] ──next──► …              blocks of the minutes with an event
///
/// A table takes the events that one worker reads of one shard of the visitors; tables of a shard add up (``add(_:segments:)``)
/// to the one that all its events would have made.
struct VisitorTable: ~Copyable {
    static let none = UInt32.max

    struct Visitor: BitwiseCopyable {
        var events: UInt32 = 0
        var views: UInt32 = 0
        var clicks: UInt32 = 0
        var flags: Flags = []
        /// The minute of the latest event; earlier ones are in the chain.
        var minute = Minute()
        var minutes = VisitorTable.none
        var units = VisitorTable.none
        var purchases = VisitorTable.none
    }

    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let robotAgent = Flags(rawValue: 1)
        static let deniedNetwork = Flags(rawValue: 2)
    }

    /// A visitor in an experiment. Without a view it has no exposure yet.
    struct Unit: BitwiseCopyable {
        var exposure = Int64.max
        var lastClick = Int64.min
        var views: UInt32 = 0
        var clicks: UInt32 = 0
        /// The variant and segment of the exposure, as numbers of arm and segment.
        var arm = VisitorTable.none
        var segment = VisitorTable.none
        var next: UInt32
        var experiment: UInt16
        /// Saw two or more variants.
        var isMixed = false
    }

    struct Purchase: BitwiseCopyable {
        var time: Int64
        var revenue: Int64
        /// The number of the order id, or `none`.
        var order: UInt32
        /// Numbers of the declared platform and slot, or ``DeclaredArms/any``.
        var platform: Int32
        var slot: Int32
        var next: UInt32
    }

    var ids: TextTable
    var orders: TextTable
    var visitors = Pool<Visitor>()
    var units = Pool<Unit>()
    var purchases = Pool<Purchase>()
    var minutes = Pool<MinuteBlock>()

    init(hash: KeyedHash) {
        ids = TextTable(hash: hash)
        orders = TextTable(hash: hash)
    }

    /// The number of the visitor with this id and hash, who is added when new.
    mutating func visitor(_ id: ByteText, hash: UInt64) -> Int {
        let number = ids.number(of: id, hash: hash)
        if number == visitors.count { visitors.append(Visitor()) }
        return number
    }

    /// The visitor that likely has this hash; its record and its id's place are brought near.
    func candidate(hash: UInt64) -> Int? {
        let number = ids.candidate(hash: hash)
        if let number { cscan_prefetch(visitors.start + number) }
        return number
    }

    /// Brings near the id of a visitor, and what hangs on its record.
    func prefetch(_ visitor: Int) {
        ids.prefetch(number: visitor)
        let record = visitors[visitor]
        if record.units != VisitorTable.none { cscan_prefetch(units.start + Int(record.units)) }
        if record.minutes != VisitorTable.none { cscan_prefetch(minutes.start + Int(record.minutes)) }
    }

    /// Brings near the second unit of a visitor, once the first is there.
    func prefetchSecondUnit(_ visitor: Int) {
        let first = visitors[visitor].units
        guard first != VisitorTable.none else { return }
        let second = units[Int(first)].next
        if second != VisitorTable.none { cscan_prefetch(units.start + Int(second)) }
    }

    /// The number of a visitor's unit in an experiment, which is added when new.
    mutating func unit(of visitor: Int, experiment: UInt16) -> Int {
        var index = visitors[visitor].units
        while index != VisitorTable.none {
            if units[Int(index)].experiment == experiment { return Int(index) }
            index = units[Int(index)].next
        }
        let added = units.append(Unit(next: visitors[visitor].units, experiment: experiment))
        visitors[visitor].units = UInt32(added)
        return added
    }

    /// Takes `views` views of which the earliest, at `time`, showed `arm` to the segment with number `segment`.
    ///
    /// The exposure is the view with the least time, then the least variant, then the least segment, in byte order; arms
    /// are numbered in that order within their experiment.
    mutating func see(
        arm: UInt32, segment: UInt32, time: Int64, views: UInt32, unit index: Int, segments: borrowing TextTable
    ) {
        var unit = units[index]
        unit.views.add(views)
        if unit.arm != VisitorTable.none && unit.arm != arm { unit.isMixed = true }
        let isEarlier =
            unit.arm == VisitorTable.none || time < unit.exposure
            || (time == unit.exposure
                && (arm < unit.arm
                    || (arm == unit.arm && segment != unit.segment
                        && segments[Int(segment)] < segments[Int(unit.segment)])))
        if isEarlier {
            unit.exposure = time
            unit.arm = arm
            unit.segment = segment
        }
        units[index] = unit
    }

    mutating func click(at time: Int64, unit index: Int) {
        units[index].clicks.add(1)
        units[index].lastClick = max(units[index].lastClick, time)
    }

    mutating func add(_ purchase: Purchase, of visitor: Int) {
        var purchase = purchase
        purchase.next = visitors[visitor].purchases
        visitors[visitor].purchases = UInt32(purchases.append(purchase))
    }
}

extension UInt32 {
    /// Adds, and stays at the greatest value instead of passing it.
    mutating func add(_ other: UInt32) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
