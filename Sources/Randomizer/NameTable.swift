#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

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
    private var index = HashIndex(capacity: 64)

    /// The number of a name, new or known; nil when its bytes are not UTF-8.
    mutating func number(of name: UnsafeRawBufferPointer) -> UInt32? {
        let hash = XXH64.hash(name)
        if let known = index.find(hash: hash, where: { names.isEqual(UInt32($0), to: name) }) {
            return UInt32(known)
        }
        guard String(validating: name, as: UTF8.self) != nil else { return nil }
        if index.isFull { grow() }
        let number = names.append(name)
        index.insert(Int(number), hash: hash)
        return number
    }

    private mutating func grow() {
        var larger = HashIndex(capacity: 2 * names.count)
        for number in 0..<UInt32(names.count) {
            larger.insert(Int(number), hash: names.withBytes(of: number) { XXH64.hash($0) })
        }
        index = larger
    }
}
