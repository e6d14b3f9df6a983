internal import Synchronization

/// The table in service: readers borrow it without waiting, a writer replaces it, and the old one is released when the
/// last who borrowed it has given it back.
///
///     current ──► new table            slots:  0  0  old  0  0  new  0 …      one line of cache each
///     retired     old table                          ▲ somebody reads it, so that it stays
///
/// A reader writes the table's address into a slot that is free and looks whether it is current still: then no writer
/// can have missed the slot. A writer makes a new table current, and then looks through the slots. (M. Michael 2004,
/// "Hazard pointers: safe memory reclamation for lock-free objects".) A reader repeats its look only when a table was
/// replaced in between; readers share no memory that they write, unless they are more than there are slots.
final class TableExchange: @unchecked Sendable {
    /// The address of a `TableStorage` that this exchange retains; 0 before the first.
    private let current = Atomic<UInt>(0)
    private let slots: UnsafeMutablePointer<Atomic<UInt>>
    /// Guards `retired`, and every exchange of `current`.
    private let lock = PlatformMutex()
    private var retired: [UInt] = []

    private static let slotCount = ThreadNumber.count
    /// Words from a slot to the next: two lines, because processors fetch pairs.
    private static let stride = 16

    init() {
        slots = .allocate(capacity: Self.slotCount * Self.stride)
        for word in 0..<Self.slotCount * Self.stride { (slots + word).initialize(to: Atomic(0)) }
    }

    deinit {
        for address in retired { Self.release(address) }
        Self.release(current.load(ordering: .acquiring))
        slots.deinitialize(count: Self.slotCount * Self.stride)
        slots.deallocate()
    }

    /// Borrows the current table; nil before the first. Every loan must be given back.
    func borrow() -> TableLoan? {
        var address = current.load(ordering: .acquiring)
        guard address != 0 else { return nil }
        var slot = ThreadNumber.current
        for _ in 0..<Self.slotCount {
            let claim = word(slot).pointee.compareExchange(
                expected: 0, desired: address, ordering: .sequentiallyConsistent)
            guard claim.exchanged else {
                slot = (slot + 1) % Self.slotCount
                continue
            }
            while true {
                let latest = current.load(ordering: .sequentiallyConsistent)
                if latest == address { return TableLoan(address: address, slot: slot) }
                address = latest
                word(slot).pointee.store(address, ordering: .sequentiallyConsistent)
            }
        }
        return retainedLoan()
    }

    /// Gives a loan back; its table must not be used any more.
    func giveBack(_ loan: TableLoan) {
        if loan.slot >= 0 {
            word(loan.slot).pointee.store(0, ordering: .releasing)
        } else {
            Self.release(loan.address)
        }
    }

    /// Puts a table into service.
    func replace(with table: TableStorage) {
        lock.withLock {
            let address = UInt(bitPattern: Unmanaged.passRetained(table).toOpaque())
            let old = current.exchange(address, ordering: .sequentiallyConsistent)
            if old != 0 { retired.append(old) }
        }
        releaseRetired()
    }

    /// Releases the tables that nobody reads any more.
    func releaseRetired() {
        let unused = lock.withLock {
            guard !retired.isEmpty else { return [] as [UInt] }
            let borrowed = (0..<Self.slotCount).map { word($0).pointee.load(ordering: .sequentiallyConsistent) }
            let unused = retired.filter { !borrowed.contains($0) }
            retired.removeAll { !borrowed.contains($0) }
            return unused
        }
        for address in unused { Self.release(address) }
    }

    /// Tables that are out of service and still borrowed.
    var retiredCount: Int { lock.withLock { retired.count } }

    /// Borrows by a reference count, when all slots are taken.
    private func retainedLoan() -> TableLoan? {
        lock.withLock {
            let address = current.load(ordering: .acquiring)
            guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
            _ = Unmanaged<TableStorage>.fromOpaque(pointer).retain()
            return TableLoan(address: address, slot: -1)
        }
    }

    private func word(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
        slots + slot * Self.stride
    }

    private static func release(_ address: UInt) {
        guard let pointer = UnsafeRawPointer(bitPattern: address) else { return }
        Unmanaged<TableStorage>.fromOpaque(pointer).release()
    }
}

/// A borrowed table.
@usableFromInline
struct TableLoan {
    fileprivate let address: UInt
    /// The slot that keeps the table; −1 when a reference count does.
    fileprivate let slot: Int

    /// Lends the table; it must not leave `body` but by a copy of the table, which keeps it.
    @usableFromInline
    func storage() -> Unmanaged<TableStorage> {
        Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: address).unsafelyUnwrapped)
    }
}
