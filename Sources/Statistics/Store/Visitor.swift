/// What a day leaves of a visitor, 48 bytes; behind it lie the bytes of its id, and where there are several experiments an
/// ``Annex``.
///
///     Visitor, id, Annex ── firstNode ──► OverflowNode ── next ──► OverflowNode …
///
/// The visitor's first experiments and some of its minutes are in the record itself, which is all that many visitors need;
/// more units, more minutes, propensities and purchases are overflow nodes.
struct Visitor: BitwiseCopyable {
    /// Saturates.
    var events: UInt32 = 0
    /// Saturates.
    var clicks: UInt32 = 0
    /// The first of its overflow nodes.
    var firstNode: ArenaOffset = 0
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
        /// An overflow node counts all minutes.
        static let denseMinutes = Flags(rawValue: 8)
        /// Some overflow nodes are units.
        static let moreUnits = Flags(rawValue: 16)
        /// Some overflow nodes are clicks or purchases.
        static let hasEvents = Flags(rawValue: 32)
        /// A view of a declared arm stated a propensity.
        static let statesPropensity = Flags(rawValue: 64)
        /// Some overflow nodes count views of undeclared variants.
        static let undeclaredViews = Flags(rawValue: 128)
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

/// The second part of a visitor's record, behind its id, where there are several experiments: room for a second unit and four
/// more minutes, 32 bytes, so that a visitor of two experiments needs no overflow nodes for them.
///
/// With an id of 16 bytes a record has 96: at every second offset all but the annex lies in one line of the processor's cache,
/// which is all that events of the first experiment touch while there is room for their minutes. Beside overflow nodes for the
/// same it saved 2 to 4 bytes a visitor of the benchmark's log, and lines of the cache, at 13 to 18 ns each.
struct Annex: BitwiseCopyable {
    var unit = Unit()
    /// Minutes that no longer fit in ``Visitor/minutes``.
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

    /// The first unit for 0, the second for 1. Without a branch, which the processor could not predict: which of a visitor's two
    /// experiments the next event is about is a matter of chance.
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
