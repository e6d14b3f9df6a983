/// What a day leaves of a visitor, 48 bytes; behind it lie the bytes of its id, and where there are several experiments an
/// ``Annex``.
///
///     Visitor, id, Annex ── extras ──► OverflowNode ── next ──► OverflowNode …
///
/// The visitor's first experiments and some of its minutes are in the record itself, which is all that many visitors need;
/// more units, more minutes and purchases are extras.
struct Visitor: BitwiseCopyable {
    /// Saturates.
    var events: UInt32 = 0
    /// Saturates.
    var clicks: UInt32 = 0
    var extras: ArenaOffset = 0
    /// Flags in the upper eight bits, below them the number of bytes of the id: lines are shorter than that can hold.
    private var flagsAndLength: UInt32
    var unit = Unit()
    /// The minutes of the latest events.
    var minutes = MinuteCounts()

    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let botAgent = Flags(rawValue: 1)
        static let deniedNetwork = Flags(rawValue: 2)
        /// There was a view, of whatever experiment.
        static let viewed = Flags(rawValue: 4)
        /// An extra counts all minutes.
        static let denseMinutes = Flags(rawValue: 8)
        /// OverflowNodes are units.
        static let moreUnits = Flags(rawValue: 16)
        /// OverflowNodes are clicks or purchases.
        static let hasEvents = Flags(rawValue: 32)
    }

    init(idLength: Int) {
        flagsAndLength = UInt32(truncatingIfNeeded: idLength)
    }

    var idLength: Int { Int(flagsAndLength & 0xFF_FFFF) }

    /// Bytes of a record with an id of so many, without an annex.
    static func bytes(idLength: Int) -> Int {
        MemoryLayout<Visitor>.stride + ArenaAllocator.rounded(idLength)
    }

    var flags: Flags {
        Flags(rawValue: UInt8(truncatingIfNeeded: flagsAndLength >> 24))
    }

    mutating func insert(_ flags: Flags) {
        flagsAndLength |= UInt32(flags.rawValue) << 24
    }
}

/// What a record has room for beside ``Visitor`` where there are several experiments, 32 bytes.
///
/// With an id of 16 bytes a record has 96: at every second place all but the annex lies in one line of the processor's cache,
/// which is all that events of the first experiment touch while there is room for their minutes.
struct Annex: BitwiseCopyable {
    var unit = Unit()
    /// Minutes put away.
    var minutes = MinuteCounts()
}

/// A visitor in an experiment, 24 bytes. Without a view it has no exposure yet.
struct Unit: BitwiseCopyable {
    /// The time of the exposure, and the views.
    var views = TimeAndCount()
    /// The time of the last click, and the clicks.
    var clicks = TimeAndCount()
    /// The arm of the exposure; without one only the experiment stands in it.
    var arm = ArmNumber.none
    /// The number of the exposure's segment; the uppermost bit is set when the unit saw two or more variants.
    private var segmentAndMixed: UInt32 = 0

    var segment: UInt32 {
        get { segmentAndMixed & 0x7FFF_FFFF }
        set { segmentAndMixed = segmentAndMixed & 0x8000_0000 | newValue }
    }

    var isMixed: Bool { segmentAndMixed >> 31 == 1 }

    mutating func mix() { segmentAndMixed |= 0x8000_0000 }
}

/// An arm by its experiment and its place among the experiment's arms, in byte order of their names.
struct ArmNumber: BitwiseCopyable, Equatable, Comparable {
    let bits: UInt32

    /// Experiments are fewer than 65,536, arms of one too.
    init(experiment: Int, arm: Int) {
        bits = UInt32(experiment) << 16 | UInt32(arm)
    }

    init(bits: UInt32) { self.bits = bits }

    /// No arm of no experiment.
    static let none = ArmNumber(bits: .max)
    private static let noArm: UInt32 = 0xFFFF

    var experiment: Int { Int(bits >> 16) }
    var arm: Int { Int(bits & 0xFFFF) }
    var hasArm: Bool { bits & 0xFFFF != ArmNumber.noArm }
    /// The experiment, without an arm.
    var withoutArm: ArmNumber { ArmNumber(bits: bits | ArmNumber.noArm) }

    static func isSameExperiment(_ left: ArmNumber, _ right: ArmNumber) -> Bool {
        (left.bits ^ right.bits) >> 16 == 0
    }

    static func < (left: ArmNumber, right: ArmNumber) -> Bool { left.bits < right.bits }
}

/// A time of the day in microseconds, 42 bits, and a count, 22 bits.
struct TimeAndCount: BitwiseCopyable {
    private var bits: UInt64 = 0
    static let countLimit: Int64 = 1 << 22

    var time: Int64 {
        get { Int64(bits >> 22) }
        set { bits = UInt64(truncatingIfNeeded: newValue) << 22 | bits & 0x3F_FFFF }
    }

    var count: Int64 { Int64(bits & 0x3F_FFFF) }

    /// Adds one; true when the count went from its greatest value to 0.
    mutating func increment() -> Bool {
        if bits & 0x3F_FFFF == 0x3F_FFFF {
            bits &= ~0x3F_FFFF
            return true
        }
        bits += 1
        return false
    }
}

/// A click by itself, 16 bytes: kept only where a conversion window asks for it.
struct Click: BitwiseCopyable {
    /// Microseconds since the day began.
    var time: Int64
    /// Of its arm only the experiment matters.
    var arm: ArmNumber
}

/// A purchase, 24 bytes; behind it lie the bytes of its order id.
struct Purchase: BitwiseCopyable {
    /// Microseconds since the day began.
    var time: Int64
    /// Millionths of the major unit.
    var revenue: Int64
    var place: PurchasePlace
    /// Bytes of the order id; 0 when it has none.
    var orderLength: UInt32
}

/// The platform and slot that a purchase names.
struct PurchasePlace: BitwiseCopyable, Equatable {
    /// Numbers of a declared platform and of a declared slot's name, or `any`.
    var platform: UInt16
    var slot: UInt16

    /// Not given.
    static let any = UInt16.max

    /// Whether a purchase here concerns an experiment there.
    func covers(_ experiment: PurchasePlace) -> Bool {
        (platform == PurchasePlace.any || platform == experiment.platform)
            && (slot == PurchasePlace.any || slot == experiment.slot)
    }
}

/// What a visitor has that its record has no room for: a header of 8 bytes, and behind it what its kind says.
struct OverflowNode: BitwiseCopyable {
    enum Kind: UInt32 {
        /// A ``Unit``.
        case unit
        /// Some of ``MinuteCounts``.
        case minutes
        /// The events of each minute of the day, four bytes each.
        case denseMinutes
        /// A ``Click``.
        case click
        /// A ``Purchase`` and its order id.
        case purchase

        /// Whether there is one for each event. Looking for one of the others never passes these, however many there are.
        var isOfEvent: Bool { self == .click || self == .purchase }

        /// OverflowNodes are in this order: units, which most events need, then minutes, then those of events.
        var rank: Int { self == .unit ? 0 : isOfEvent ? 2 : 1 }
    }

    var next: ArenaOffset
    var kind: Kind

    static let headerBytes = 8
    /// Bytes of a unit with its header.
    static let bytesOfUnit = 32
    /// Bytes of minutes with their header.
    static let bytesOfMinutes = 24
}

extension UnsafeMutablePointer<OverflowNode> {
    /// What lies behind the header.
    func payload<Payload: BitwiseCopyable>(as type: Payload.Type) -> UnsafeMutablePointer<Payload> {
        (UnsafeMutableRawPointer(self) + OverflowNode.headerBytes).assumingMemoryBound(to: type)
    }
}

extension UnsafeMutablePointer<Visitor> {
    /// The first unit, which lies in the record.
    var unit: UnsafeMutablePointer<Unit> {
        let offset = MemoryLayout<Visitor>.offset(of: \.unit).unsafelyUnwrapped
        return (UnsafeMutableRawPointer(self) + offset).assumingMemoryBound(to: Unit.self)
    }

    /// The annex, which lies behind the id in tables of several experiments.
    var annex: UnsafeMutablePointer<Annex> {
        (UnsafeMutableRawPointer(self) + Visitor.bytes(idLength: pointee.idLength)).assumingMemoryBound(to: Annex.self)
    }

    /// The second unit, in the annex.
    var secondUnit: UnsafeMutablePointer<Unit> {
        let offset = MemoryLayout<Annex>.offset(of: \.unit).unsafelyUnwrapped
        return (UnsafeMutableRawPointer(annex) + offset).assumingMemoryBound(to: Unit.self)
    }

    /// The first unit for 0, the second for 1. Without a branch: which of a visitor's two experiments the next event is about is
    /// anybody's guess.
    @inline(__always)
    func unit(_ number: Int) -> UnsafeMutablePointer<Unit> {
        let first = UnsafeMutableRawPointer(unit)
        let distance = UnsafeMutableRawPointer(secondUnit) - first
        return (first + number &* distance).assumingMemoryBound(to: Unit.self)
    }

    /// The id, which lies behind the record.
    var id: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: UnsafeRawPointer(self + 1).assumingMemoryBound(to: UInt8.self), count: pointee.idLength)
    }
}

extension UnsafeMutablePointer<Purchase> {
    /// The order id, which lies behind the record; empty when there is none.
    var order: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: UnsafeRawPointer(self + 1).assumingMemoryBound(to: UInt8.self), count: Int(pointee.orderLength))
    }
}

extension UInt32 {
    /// Adds, and stays at the greatest value instead of passing it.
    mutating func add(_ other: UInt32) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
