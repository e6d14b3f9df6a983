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

extension UInt32 {
    /// Adds, and stays at the greatest value instead of passing it.
    mutating func add(_ other: UInt32) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
