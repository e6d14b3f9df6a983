import CScan
import EventLog

/// The units of some visitors on several days, each with what it has been credited with so far.
///
///     index ──hash of id──► Owner, id ── units ──────► Exposure ── next ──► Exposure …
///                                     ── purchases ──► PurchaseNode, order id ── next ──► PurchaseNode …
///
/// Days are taken one after another, ascending. A click of a day is credited to every unit of that day and the days before it whose
/// window is still open; orders and refunds are kept, and credited once all days have been read.
struct ExposureTable: ~Copyable, @unchecked Sendable {
    /// A visitor; behind it lie the bytes of its id.
    struct Owner: BitwiseCopyable {
        var units: ArenaOffset = 0
        var purchases: ArenaOffset = 0
        var idLength: UInt32
    }

    /// A unit: 64 bytes, and behind it the propensity where its exposure states one.
    struct Exposure: BitwiseCopyable {
        struct Flags: OptionSet, BitwiseCopyable {
            let rawValue: UInt8
            static let mixed = Flags(rawValue: 1)
            static let clicked = Flags(rawValue: 2)
            static let statesPropensity = Flags(rawValue: 4)
        }

        var next: ArenaOffset
        var arm: ArmNumber
        var segment: UInt32
        /// The number of the day.
        var day: UInt16
        var flags: Flags
        /// Microseconds since the epoch.
        var time: Int64
        var views: Int64
        var clicks: Int64 = 0
        var purchases: Int64 = 0
        /// The revenue, 128 bits.
        private var revenueLow: UInt64 = 0
        private var revenueHigh: Int64 = 0

        init(next: ArenaOffset, unit: Unit, day: Int, time: Int64, views: Int64, flags: Flags) {
            self.next = next
            arm = unit.arm
            segment = unit.segment
            self.day = UInt16(truncatingIfNeeded: day)
            self.flags = flags
            self.time = time
            self.views = views
        }

        var revenue: Int128 {
            get { Int128(revenueHigh) << 64 | Int128(revenueLow) }
            set {
                revenueLow = UInt64(truncatingIfNeeded: newValue)
                revenueHigh = Int64(truncatingIfNeeded: newValue >> 64)
            }
        }
    }

    /// A purchase or refund, 32 bytes; behind it lie the bytes of its order id.
    struct PurchaseNode: BitwiseCopyable {
        var next: ArenaOffset
        /// The number of the day.
        var day: UInt32
        /// Its time since the epoch.
        var purchase: Purchase
    }

    /// Bytes of a propensity behind a unit.
    private static let propensityBytes = Arena.wordBytes

    private var allocator: ArenaAllocator
    private var index: VisitorIndex
    private let hash: KeyedHash

    init(_ arena: Arena, hash: KeyedHash) {
        allocator = ArenaAllocator(arena)
        index = VisitorIndex(arena)
        self.hash = hash
    }

    /// Makes sure that one record more and `bytes` behind it can be added; false when the arena's limit is reached.
    mutating func reserve(_ bytes: Int) -> Bool {
        allocator.reserve(MemoryLayout<Exposure>.stride + ExposureTable.propensityBytes + bytes) && index.reserve()
    }

    private func pointer<Record>(_ offset: ArenaOffset, to type: Record.Type) -> UnsafeMutablePointer<Record> {
        (allocator.arena.base + Int(offset) * Arena.wordBytes).assumingMemoryBound(to: type)
    }

    private func hasText(_ text: ByteText, behind record: UnsafeMutableRawPointer, _ length: UInt32) -> Bool {
        Int(length) == text.count
            && cscan_equal(record.assumingMemoryBound(to: UInt8.self), text.start, text.count) != 0
    }

    // MARK: Visitors and their units

    /// The offset of the visitor with this id, if it has a unit.
    func owner(_ id: ByteText) -> ArenaOffset? {
        index.find(hash: hash(id)) { offset in
            let owner = pointer(offset, to: Owner.self)
            return hasText(id, behind: UnsafeMutableRawPointer(owner + 1), owner.pointee.idLength)
        }
    }

    /// Adds a visitor who is not there; `id.count` bytes must be reserved.
    mutating func addOwner(_ id: ByteText) -> ArenaOffset {
        let offset = allocator.take(MemoryLayout<Owner>.stride + id.count)
        let owner = pointer(offset, to: Owner.self)
        owner.initialize(to: Owner(idLength: UInt32(id.count)))
        UnsafeMutableRawPointer(owner + 1).copyMemory(from: id.start, byteCount: id.count)
        index.add(offset, hash: hash(id))
        return offset
    }

    /// Adds a unit of a day that begins at `dayStart`; room for it must be reserved.
    ///
    /// - Parameter propensity: what its exposure states, in billionths; 0: nothing.
    mutating func add(
        _ unit: Unit, views: Int64, propensity: UInt32, day: Int, dayStart: Int64, to owner: ArenaOffset
    ) {
        var flags: Exposure.Flags = unit.isMixed ? .mixed : []
        if propensity > 0 { flags.insert(.statesPropensity) }
        let offset = allocator.take(
            MemoryLayout<Exposure>.stride + (propensity > 0 ? ExposureTable.propensityBytes : 0))
        let owner = pointer(owner, to: Owner.self)
        let exposure = pointer(offset, to: Exposure.self)
        exposure.initialize(
            to: Exposure(
                next: owner.pointee.units, unit: unit, day: day, time: dayStart + unit.views.time, views: views,
                flags: flags))
        if propensity > 0 {
            UnsafeMutableRawPointer(exposure + 1).initializeMemory(as: UInt32.self, to: propensity)
        }
        owner.pointee.units = offset
    }

    /// What the exposure of a unit states as its propensity, in billionths; 0: nothing.
    func propensity(of unit: UnsafeMutablePointer<Exposure>) -> UInt32 {
        guard unit.pointee.flags.contains(.statesPropensity) else { return 0 }
        return UnsafeRawPointer(unit + 1).load(as: UInt32.self)
    }

    @inline(__always)
    func forEachUnit<Failure: Error>(
        of owner: ArenaOffset, _ body: (UnsafeMutablePointer<Exposure>) throws(Failure) -> Void
    ) throws(Failure) {
        var offset = pointer(owner, to: Owner.self).pointee.units
        while offset != 0 {
            let unit = pointer(offset, to: Exposure.self)
            try body(unit)
            offset = unit.pointee.next
        }
    }

    /// Calls `body` with every visitor, and the visitor's id.
    func forEachOwner<Failure: Error>(_ body: (ByteText, ArenaOffset) throws(Failure) -> Void) throws(Failure) {
        for entry in index.entries where entry != 0 {
            let offset = ArenaOffset(truncatingIfNeeded: entry)
            let owner = pointer(offset, to: Owner.self)
            let id = ByteText(
                start: UnsafeRawPointer(owner + 1).assumingMemoryBound(to: UInt8.self),
                count: Int(owner.pointee.idLength))
            try body(id, offset)
        }
    }

    // MARK: Orders

    /// Keeps a purchase or refund of a visitor; room for its order id must be reserved.
    mutating func add(
        _ purchase: UnsafeMutablePointer<Purchase>, day: Int, dayStart: Int64, to owner: ArenaOffset
    ) {
        let order = purchase.order
        let offset = allocator.take(MemoryLayout<PurchaseNode>.stride + order.count)
        let owner = pointer(owner, to: Owner.self)
        let node = pointer(offset, to: PurchaseNode.self)
        node.initialize(
            to: PurchaseNode(next: owner.pointee.purchases, day: UInt32(day), purchase: purchase.pointee))
        node.pointee.purchase.time += dayStart
        if let start = order.baseAddress, order.count > 0 {
            UnsafeMutableRawPointer(node + 1).copyMemory(from: start, byteCount: order.count)
        }
        owner.pointee.purchases = offset
    }

    /// Calls `body` with what a visitor bought and sent back, and the number of its day.
    func forEachPurchase(of owner: ArenaOffset, _ body: (UnsafeMutablePointer<Purchase>, Int) -> Void) {
        let purchaseOffset = MemoryLayout<PurchaseNode>.offset(of: \.purchase).unsafelyUnwrapped
        var offset = pointer(owner, to: Owner.self).pointee.purchases
        while offset != 0 {
            let node = pointer(offset, to: PurchaseNode.self)
            let purchase = (UnsafeMutableRawPointer(node) + purchaseOffset).assumingMemoryBound(to: Purchase.self)
            body(purchase, Int(node.pointee.day))
            offset = node.pointee.next
        }
    }
}
