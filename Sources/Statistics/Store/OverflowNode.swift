/// What a visitor has that its record has no room for: a header of 8 bytes, and behind it what its kind says.
///
/// A visitor's nodes are a list in the order of their kinds' ``Kind/rank``, so that what most events need comes first.
struct OverflowNode: BitwiseCopyable {
    enum Kind: UInt32 {
        /// A ``Unit``.
        case unit
        /// Some of ``MinuteCounts``.
        case minutes
        /// The events of each minute of the day, four bytes each.
        case denseMinutes
        /// A ``StatedPropensity``.
        case propensity
        /// How many copies of its events were left out, four bytes.
        case repeats
        /// ``UndeclaredViews``.
        case undeclaredViews
        /// A ``Click``.
        case click
        /// A ``Purchase``, which may be a refund, and its order id.
        case purchase

        /// Whether there is one for each event. Looking for one of the others never passes these, however many there are.
        var isOfEvent: Bool { self == .click || self == .purchase }

        /// Where nodes of this kind stand in the list: units, then what a visitor has few of, then those of events.
        var rank: Int { self == .unit ? 0 : isOfEvent ? 2 : 1 }
    }

    var next: ArenaOffset
    var kind: Kind

    static let headerBytes = 8
    /// Bytes of a unit with its header.
    static let bytesOfUnit = 32
    /// Bytes of minutes with their header.
    static let bytesOfMinutes = 24
    /// Bytes of a count of copies with its header.
    static let bytesOfRepeats = 16
    /// Bytes of a propensity with its header.
    static let bytesOfPropensity = 16
    /// Bytes of views of undeclared variants with their header.
    static let bytesOfUndeclaredViews = 16
}

extension UnsafeMutablePointer<OverflowNode> {
    /// What lies behind the header.
    func payload<Payload: BitwiseCopyable>(as type: Payload.Type) -> UnsafeMutablePointer<Payload> {
        (UnsafeMutableRawPointer(self) + OverflowNode.headerBytes).assumingMemoryBound(to: type)
    }
}

/// The propensity that the exposure of a unit states: 8 bytes, which only visitors have whose exposures state one.
struct StatedPropensity: BitwiseCopyable {
    /// Of the arm only the experiment matters.
    var arm: ArmNumber
    /// 0: the exposure states none, though an earlier candidate did.
    var billionths: UInt32
}

/// Views of variants that an experiment does not have: 8 bytes, which only visitors have who saw some.
struct UndeclaredViews: BitwiseCopyable {
    /// Of the arm only the experiment matters.
    var arm: ArmNumber
    /// Saturates.
    var count: UInt32
}

/// A click by itself, 16 bytes: kept only where a conversion window asks for it.
struct Click: BitwiseCopyable {
    /// Microseconds since the day began.
    var time: Int64
    /// Of its arm only the experiment matters.
    var arm: ArmNumber
}

/// A purchase or a refund, 24 bytes; behind it lie the bytes of its order id.
struct Purchase: BitwiseCopyable {
    /// Microseconds since the day began; in an ``ExposureTable`` since the epoch.
    var time: Int64
    /// Millionths of the major unit; of a refund never above 0.
    var revenue: Int64
    var place: PurchasePlace
    /// Bytes of the order id, fewer than a line has; the uppermost bit is set for a refund.
    private var lengthAndKind: UInt32

    init(time: Int64, revenue: Int64, place: PurchasePlace, isRefund: Bool, orderLength: Int) {
        self.time = time
        self.revenue = revenue
        self.place = place
        lengthAndKind = UInt32(truncatingIfNeeded: orderLength) | (isRefund ? 0x8000_0000 : 0)
    }

    var isRefund: Bool { lengthAndKind >> 31 == 1 }
    /// Bytes of the order id; 0 when it has none.
    var orderLength: Int { Int(lengthAndKind & 0x7FFF_FFFF) }
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

extension UnsafeMutablePointer<Purchase> {
    /// The order id, which lies behind the record; empty when there is none.
    var order: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: UnsafeRawPointer(self + 1).assumingMemoryBound(to: UInt8.self), count: pointee.orderLength)
    }
}
