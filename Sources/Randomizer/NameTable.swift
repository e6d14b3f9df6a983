import CLibrary

/// Names one after another in one array of bytes; a name is equal to another when its bytes are.
///
///     bytes:  w e b h o m e * a p p          ends:  3 7 8 11
struct NameTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []

    var count: Int { ends.count }

    /// Adds a name and returns its number. All names together hold less than 4 GiB.
    mutating func append(_ name: UnsafeRawBufferPointer) -> UInt32 {
        bytes.append(contentsOf: name)
        ends.append(UInt32(truncatingIfNeeded: bytes.count))
        return UInt32(truncatingIfNeeded: ends.count - 1)
    }

    func withBytes<Result>(of number: UInt32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let range = range(of: number)
        return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    func isEqual(_ number: UInt32, to name: UnsafeRawBufferPointer) -> Bool {
        withBytes(of: number) { own in
            guard own.count == name.count else { return false }
            guard let left = own.baseAddress, let right = name.baseAddress else { return true }
            return memcmp(left, right, own.count) == 0
        }
    }

    /// Whether a name comes before another in byte order.
    func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
        withBytes(of: left) { left in withBytes(of: right) { left.lexicographicallyPrecedes($0) } }
    }

    func string(_ number: UInt32) -> String {
        withBytes(of: number) { String(decoding: $0, as: UTF8.self) }
    }

    /// The same names in arrays of just their size.
    func trimmed() -> NameTable {
        var result = NameTable()
        result.bytes.reserveCapacity(bytes.count)
        result.bytes.append(contentsOf: bytes)
        result.ends.reserveCapacity(ends.count)
        result.ends.append(contentsOf: ends)
        return result
    }

    private func range(of number: UInt32) -> Range<Int> {
        let index = Int(number)
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }
}

/// Gives equal names one number. Used while a table is loaded, where most names repeat.
struct NameInterner {
    private(set) var names = NameTable()
    /// XXH64 of each name, seed 0.
    private(set) var hashes: [UInt64] = []
    private var index = HashIndex(capacity: 64)

    /// The number of a name, new or known; nil when its bytes are not UTF-8.
    mutating func number(of name: UnsafeRawBufferPointer) -> UInt32? {
        let hash = XXH64.hash(name)
        if let known = known(name, hash: hash) { return known }
        guard name.isASCII || String(validating: name, as: UTF8.self) != nil else { return nil }
        return add(name, hash: hash)
    }

    /// The number of a name, new or known, whose bytes are those of a string.
    mutating func number(ofText name: UnsafeRawBufferPointer) -> UInt32 {
        let hash = XXH64.hash(name)
        return known(name, hash: hash) ?? add(name, hash: hash)
    }

    /// The number of a known name.
    func known(_ name: UnsafeRawBufferPointer) -> UInt32? {
        known(name, hash: XXH64.hash(name))
    }

    private func known(_ name: UnsafeRawBufferPointer, hash: UInt64) -> UInt32? {
        let known = index.find(hash: hash) { hashes[$0] == hash && names.isEqual(UInt32($0), to: name) }
        return known.map { UInt32($0) }
    }

    private mutating func add(_ name: UnsafeRawBufferPointer, hash: UInt64) -> UInt32 {
        if index.isFull {
            index = HashIndex(capacity: 2 * names.count)
            for number in hashes.indices { index.insert(number, hash: hashes[number]) }
        }
        let number = names.append(name)
        hashes.append(hash)
        index.insert(Int(number), hash: hash)
        return number
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isASCII: Bool {
        reduce(0, |) < 0x80
    }
}
