#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The keys of a log line that a schema names, each with its number.
struct KeyTable: Sendable {
    private let keys: [[UInt8]]
    /// Numbers of the keys of each length, so that most keys of a line are told apart without reading them.
    private let byLength: [[Int]]

    init(_ names: [String]) {
        keys = names.map { Array($0.utf8) }
        var byLength = [[Int]](repeating: [], count: (keys.map(\.count).max() ?? 0) + 1)
        for (index, key) in keys.enumerated() { byLength[key.count].append(index) }
        self.byLength = byLength
    }

    var count: Int { keys.count }

    func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        guard name.count < byLength.count, let base = name.baseAddress else { return nil }
        return byLength[name.count].first { memcmp(keys[$0], base, name.count) == 0 }
    }

    /// The number of a key that stands in the line with escapes. Such keys are rare: this allocates.
    func index(ofEscaped name: UnsafeBufferPointer<UInt8>) -> Int? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: name.count) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = JSONEscape.decode(name, into: base)
            return index(of: UnsafeBufferPointer(start: base, count: count))
        }
    }
}
