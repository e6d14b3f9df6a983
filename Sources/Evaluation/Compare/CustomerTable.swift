import Synchronization

/// What stands for a customer's identifier: 96 bits.
///
/// Identifiers of up to 11 bytes are the key themselves. Longer ones are hashed to 88 bits with a seed of the process: the
/// chance that any two of a million customers have one key is below 10⁻¹⁴.
struct CustomerKey: Equatable {
    var low: UInt64
    var high: UInt32

    private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    init(_ field: Field) {
        let count = field.count
        if count <= 11 {
            low = field.word
            // The count tells `a` from `a` with a zero byte behind it.
            high = UInt32(count) << 24
            if count > 8 {
                let rest = Field(start: field.start + 8, count: count - 8).word
                high |= UInt32(truncatingIfNeeded: rest)
            }
            return
        }
        var (first, second) = CustomerKey.seed
        var offset = 0
        while offset < count {
            let word = Field(start: field.start + offset, count: count - offset).word
            first = CustomerKey.mixed(first ^ word, 0xA076_1D64_78BD_642F)
            second = CustomerKey.mixed(second ^ word, 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        low = CustomerKey.mixed(first ^ UInt64(count), 0x8EBC_6AF0_9C88_C6E3)
        high = 0xFF00_0000 | UInt32(truncatingIfNeeded: CustomerKey.mixed(second, 0x5899_65CC_7537_4CC3) >> 40)
    }

    /// Both halves of a 128-bit product (as in wyhash by Wang Yi).
    @inline(__always)
    private static func mixed(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Where a search begins.
    @inline(__always)
    var hash: UInt64 { CustomerKey.mixed(low ^ CustomerKey.seed.0, UInt64(high) ^ 0x9E37_79B9_7F4A_7C15) }
}

/// The customers of the policies' file, each with the profile of its policies' actions.
///
///     index ──hash──► number of the customer ──► key, profile, seen        20–24 bytes a customer
///     (4 bytes a slot)                            (16 bytes, in the file's order)
///
/// Where the experiment's customers come in the same order, each is found behind the one before without the index.
/// Filled by one thread, then read by several, which may also mark customers.
final class CustomerTable: @unchecked Sendable {
    private struct Entry: ~Copyable {
        let low: UInt64
        let high: UInt32
        /// The profile in the lower 31 bits; the highest: the experiment had a row of the customer.
        let state: Atomic<UInt32>
    }

    private static let chunkBits = 16
    private static let chunk = 1 << chunkBits
    private static let seen: UInt32 = 1 << 31

    private(set) var count = 0
    /// Of as many customers as one chunk has, each.
    private var chunks: UnsafeMutableBufferPointer<UnsafeMutablePointer<Entry>>
    private var chunkCount = 0
    /// Numbers of customers from 1; 0 ends a search. A power of two, at most three quarters full.
    private var index: UnsafeMutableBufferPointer<UInt32>

    init() {
        index = CustomerTable.emptyIndex(1 << 12)
        chunks = .allocate(capacity: 16)
    }

    deinit {
        for number in 0..<chunkCount {
            chunks[number].deinitialize(count: min(CustomerTable.chunk, count - number * CustomerTable.chunk))
            chunks[number].deallocate()
        }
        chunks.deallocate()
        index.deallocate()
    }

    /// The number of a customer: `guess` where it is that one.
    @inline(__always)
    func find(_ key: CustomerKey, guess: Int) -> Int? {
        if guess >= 0, guess < count, holds(guess, key) { return guess }
        return search(key)
    }

    private func search(_ key: CustomerKey) -> Int? {
        var place = Int(truncatingIfNeeded: key.hash) & (index.count - 1)
        while index[place] > 0 {
            let number = Int(index[place]) - 1
            if holds(number, key) { return number }
            place = (place + 1) & (index.count - 1)
        }
        return nil
    }

    /// Adds a customer that is not there.
    func add(_ key: CustomerKey, profile: UInt32) {
        if 4 * (count + 1) > 3 * index.count { growIndex() }
        if count == chunkCount * CustomerTable.chunk { addChunk() }
        (chunks[count >> CustomerTable.chunkBits] + count & (CustomerTable.chunk - 1))
            .initialize(to: Entry(low: key.low, high: key.high, state: Atomic(profile)))
        count += 1
        enter(count, key)
    }

    @inline(__always)
    func profile(of customer: Int) -> UInt32 {
        entry(customer).pointee.state.load(ordering: .relaxed) & ~CustomerTable.seen
    }

    func setProfile(of customer: Int, _ profile: UInt32) {
        entry(customer).pointee.state.store(profile, ordering: .relaxed)
    }

    /// Notes that the experiment has a row of the customer; false when it had one before.
    @inline(__always)
    func mark(_ customer: Int) -> Bool {
        entry(customer).pointee.state.bitwiseOr(CustomerTable.seen, ordering: .relaxed).oldValue & CustomerTable.seen
            == 0
    }

    func removeMarks() {
        for customer in 0..<count {
            entry(customer).pointee.state.bitwiseAnd(~CustomerTable.seen, ordering: .relaxed)
        }
    }

    /// How many customers the experiment has no row of.
    var unmarked: Int {
        (0..<count).count { entry($0).pointee.state.load(ordering: .relaxed) & CustomerTable.seen == 0 }
    }

    @inline(__always)
    private func entry(_ customer: Int) -> UnsafeMutablePointer<Entry> {
        chunks[customer >> CustomerTable.chunkBits] + customer & (CustomerTable.chunk - 1)
    }

    private func addChunk() {
        if chunkCount == chunks.count {
            let larger = UnsafeMutableBufferPointer<UnsafeMutablePointer<Entry>>.allocate(capacity: 2 * chunks.count)
            for number in 0..<chunkCount { larger.initializeElement(at: number, to: chunks[number]) }
            chunks.deallocate()
            chunks = larger
        }
        chunks.initializeElement(at: chunkCount, to: .allocate(capacity: CustomerTable.chunk))
        chunkCount += 1
    }

    @inline(__always)
    private func holds(_ customer: Int, _ key: CustomerKey) -> Bool {
        let entry = entry(customer)
        return entry.pointee.low == key.low && entry.pointee.high == key.high
    }

    private func enter(_ number: Int, _ key: CustomerKey) {
        var place = Int(truncatingIfNeeded: key.hash) & (index.count - 1)
        while index[place] > 0 { place = (place + 1) & (index.count - 1) }
        index[place] = UInt32(number)
    }

    private func growIndex() {
        let size = 2 * index.count
        index.deallocate()
        index = CustomerTable.emptyIndex(size)
        for customer in 0..<count {
            let entry = entry(customer)
            enter(customer + 1, CustomerKey(low: entry.pointee.low, high: entry.pointee.high))
        }
    }

    private static func emptyIndex(_ size: Int) -> UnsafeMutableBufferPointer<UInt32> {
        let index = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: size)
        index.initialize(repeating: 0)
        return index
    }
}

extension CustomerKey {
    fileprivate init(low: UInt64, high: UInt32) {
        self.low = low
        self.high = high
    }
}
