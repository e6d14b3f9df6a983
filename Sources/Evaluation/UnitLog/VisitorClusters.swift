import CScan
import EventLog
import Randomizer

/// Who a visitor is, in 128 bits: two hashes of the text. That two of a billion visitors have the same has a probability below 10⁻²⁰.
struct VisitorIdentity: Equatable {
    var first: UInt64
    var second: UInt64

    init(_ visitor: UnsafeBufferPointer<UInt8>) {
        first = XXH64.hash(UnsafeRawBufferPointer(visitor))
        second = XXH64.hash(UnsafeRawBufferPointer(visitor), seed: 0x9E37_79B9_7F4A_7C15)
    }
}

/// The sums of each visitor's influences, some columns for each. Memory is linear in the visitors.
struct VisitorClusters: ~Copyable {
    private let columns: Int
    private var slots: UnsafeMutablePointer<Int32>
    private var mask = (1 << 12) - 1
    private var identities: [VisitorIdentity] = []
    private var sums: [Double] = []

    init(columns: Int) {
        self.columns = columns
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: -1, count: mask + 1)
    }

    deinit {
        slots.deallocate()
    }

    var count: Int { identities.count }

    /// Brings near what ``add(_:_:)`` will look at.
    func prefetch(_ visitor: VisitorIdentity) {
        cscan_prefetch(slots + Int(truncatingIfNeeded: visitor.first & UInt64(mask)))
    }

    /// Adds a row's influences to its visitor's.
    mutating func add(_ visitor: VisitorIdentity, _ row: UnsafePointer<Double>) {
        var index = Int(truncatingIfNeeded: visitor.first & UInt64(mask))
        while true {
            let number = Int(slots[index])
            guard number >= 0 else { break }
            if identities[number] == visitor {
                sums.withUnsafeMutableBufferPointer { sums in
                    for column in 0..<columns { sums[number * columns + column] += row[column] }
                }
                return
            }
            index = (index + 1) & mask
        }
        slots[index] = Int32(identities.count)
        identities.append(visitor)
        sums.append(contentsOf: UnsafeBufferPointer(start: row, count: columns))
        if identities.count * 2 > mask { grow() }
    }

    private mutating func grow() {
        slots.deallocate()
        mask = mask * 4 + 3
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: -1, count: mask + 1)
        for (number, visitor) in identities.enumerated() {
            var index = Int(truncatingIfNeeded: visitor.first & UInt64(mask))
            while slots[index] >= 0 { index = (index + 1) & mask }
            slots[index] = Int32(number)
        }
    }

    /// Adds every visitor to `errors`, in the order in which they first came.
    func add(to errors: inout ErrorSums) {
        sums.withUnsafeBufferPointer { sums in
            guard let start = sums.baseAddress else { return }
            for number in 0..<count { errors.add(start + number * columns) }
        }
    }
}
