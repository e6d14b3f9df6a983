/// The keys of a log line that a schema names, each with its number.
struct KeyTable: Sendable {
    private struct Key {
        var number: Int
        /// Where its bytes begin in `bytes`.
        var start: Int
    }

    let count: Int
    private var bytes: [UInt8] = []
    /// Keys in order of length, so that most keys of a line are told apart without reading them.
    private var keys: [Key] = []
    /// Where the keys of each length begin in `keys`, and where those of the greatest end.
    private var starts: [Int] = [0]

    init(_ names: [String]) {
        count = names.count
        let greatest = names.map(\.utf8.count).max() ?? 0
        for length in 0...greatest {
            for (number, name) in names.enumerated() where name.utf8.count == length {
                keys.append(Key(number: number, start: bytes.count))
                bytes += Array(name.utf8)
            }
            starts.append(keys.count)
        }
    }

    func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        guard name.count + 1 < starts.count, let base = name.baseAddress else { return nil }
        for place in starts[name.count]..<starts[name.count + 1] {
            let key = keys[place]
            let isSame = bytes.withUnsafeBufferPointer { bytes in
                ByteText(start: bytes.baseAddress.unsafelyUnwrapped + key.start, count: name.count)
                    == ByteText(start: base, count: name.count)
            }
            if isSame { return key.number }
        }
        return nil
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
