import EventLog

/// All that a day leaves of its visitors: one record each, with chains of units, purchases and minutes.
///
///     visitors[n]  ──units──►  units[i]  ──next──►  units[j]         one for each experiment the visitor met
///                  ──purchases──►  purchases[i] ──next──► …
///                  ──minutes──►  minutes[i] ──next──► …              one for each minute with an event
///
/// A table takes the events of one worker; tables add up (``add(_:)``) to the one that all events would have made.
struct VisitorTable: ~Copyable {
    static let none = UInt32.max

    struct Visitor: BitwiseCopyable {
        var events: UInt32 = 0
        var views: UInt32 = 0
        var clicks: UInt32 = 0
        var flags: Flags = []
        var units = VisitorTable.none
        var purchases = VisitorTable.none
        var minutes = VisitorTable.none
    }

    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let robotAgent = Flags(rawValue: 1)
        static let deniedNetwork = Flags(rawValue: 2)
    }

    /// A visitor in an experiment. Without a view it has no exposure yet.
    struct Unit: BitwiseCopyable {
        var experiment: UInt32
        /// The variant and segment of the exposure, as numbers of arm and segment.
        var arm = VisitorTable.none
        var segment = VisitorTable.none
        var exposure = Int64.max
        var lastClick = Int64.min
        var views: UInt32 = 0
        var clicks: UInt32 = 0
        /// Saw two or more variants.
        var isMixed = false
        var next: UInt32
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

    /// Events of a visitor in one minute of the clock.
    struct Minute: BitwiseCopyable {
        var minute: Int32
        var events: UInt32
        var next: UInt32
    }

    var ids: TextTable
    var segments: TextTable
    var orders: TextTable
    var visitors = Pool<Visitor>()
    var units = Pool<Unit>()
    var purchases = Pool<Purchase>()
    var minutes = Pool<Minute>()
    /// Views of declared arms whose segment would run as a formula in a spreadsheet, taken as everyone's.
    var formulaSegments: Int64 = 0

    init(hash: KeyedHash) {
        ids = TextTable(hash: hash)
        segments = TextTable(hash: hash)
        orders = TextTable(hash: hash)
    }

    /// The number of the visitor with this id, who is added when new.
    mutating func visitor(_ id: ByteText) -> Int {
        let number = ids.number(of: id)
        if number == visitors.count { visitors.append(Visitor()) }
        return number
    }

    /// Counts an event of a visitor in a minute.
    mutating func count(minute: Int32, events: UInt32, of visitor: Int) {
        var previous = VisitorTable.none
        var index = visitors[visitor].minutes
        while index != VisitorTable.none {
            let entry = minutes[Int(index)]
            if entry.minute == minute {
                minutes[Int(index)].events.add(events)
                if previous != VisitorTable.none {
                    // A visitor's next event is likely in the same minute: it is found first then.
                    minutes[Int(previous)].next = entry.next
                    minutes[Int(index)].next = visitors[visitor].minutes
                    visitors[visitor].minutes = index
                }
                return
            }
            previous = index
            index = entry.next
        }
        let added = minutes.append(Minute(minute: minute, events: events, next: visitors[visitor].minutes))
        visitors[visitor].minutes = UInt32(added)
    }

    /// The number of a visitor's unit in an experiment, which is added when new.
    mutating func unit(of visitor: Int, experiment: UInt32) -> Int {
        var index = visitors[visitor].units
        while index != VisitorTable.none {
            if units[Int(index)].experiment == experiment { return Int(index) }
            index = units[Int(index)].next
        }
        let added = units.append(Unit(experiment: experiment, next: visitors[visitor].units))
        visitors[visitor].units = UInt32(added)
        return added
    }

    /// Takes `views` views of which the earliest, at `time`, showed `arm` to the segment with number `segment`.
    ///
    /// The exposure is the view with the least time, then the least variant, then the least segment, in byte order; arms
    /// are numbered in that order within their experiment.
    mutating func see(arm: UInt32, segment: UInt32, time: Int64, views: UInt32, unit index: Int) {
        let unit = units[index]
        units[index].views.add(views)
        if unit.arm != VisitorTable.none && unit.arm != arm { units[index].isMixed = true }
        let isEarlier =
            unit.arm == VisitorTable.none || time < unit.exposure
            || (time == unit.exposure
                && (arm < unit.arm
                    || (arm == unit.arm && segment != unit.segment
                        && segments[Int(segment)] < segments[Int(unit.segment)])))
        if isEarlier {
            units[index].exposure = time
            units[index].arm = arm
            units[index].segment = segment
        }
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
