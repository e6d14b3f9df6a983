import CScan

/// Lines that a part was sent, or got: how many, and a digest of them all in whatever order. Written as a list of both.
package struct PartLines: Equatable, Sendable {
    package private(set) var count: Int64 = 0
    /// The sum of the lines' digests, modulo 2^64.
    package private(set) var digest: UInt64 = 0

    package init() {}

    /// Adds a line, which lies in a block's memory. O(its bytes).
    @inline(__always)
    package mutating func add(_ line: ByteText) {
        count += 1
        digest &+= cscan_digest(line.start, line.count)
    }

    package static func + (left: PartLines, right: PartLines) -> PartLines {
        var sum = left
        sum.count += right.count
        sum.digest &+= right.digest
        return sum
    }
}

extension PartLines: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        count = try list.decode(Int64.self)
        guard let digest = UInt64(try list.decode(String.self), radix: 16) else {
            throw DecodingError.dataCorruptedError(in: list, debugDescription: "no digest")
        }
        self.digest = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(count)
        // Beyond what readers of JSON hold.
        try list.encode(String(digest, radix: 16))
    }
}
