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

/// An arm by the number of its experiment, and its own among the experiment's arms in byte order of their names.
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
