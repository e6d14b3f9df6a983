/// A set of networks, IPv4 and IPv6.
///
/// - A block of IPv4-mapped addresses (`::ffff:203.0.113.0/120`) is the IPv4 block; an IPv4-mapped address lies in the blocks
///   of its IPv4 address, and in those of IPv6. A plain IPv4 address lies in no IPv6 block, not even `::/0`.
/// - Bits beyond the prefix are masked, not refused as RFC 4632, section 3.1, would have it: published lists have them.
package struct NetworkDenyList: Sendable {
    private var version4 = RangeSet<UInt32>()
    private var version6 = RangeSet<UInt128>()

    package init() {}

    /// The number of address ranges left after merging.
    package var count: Int { version4.count + version6.count }

    /// Adds the networks of a file: one a line, a CIDR block (RFC 4632, RFC 4291) or an address; blank lines, white space
    /// around, and what follows `#` are skipped. Nothing is added when a line is malformed, which throws. O(n log n).
    package mutating func add(_ bytes: [UInt8], file: String) throws(BotFilterError) {
        let (ranges4, ranges6) = try NetworkDenyList.read(bytes, file: file)
        version4.add(ranges4)
        version6.add(ranges6)
    }

    /// Whether the address, as text, lies in one of the networks; a zone (`%eth0`) is skipped, what is no address lies in none.
    /// O(log n), without allocation.
    package func contains(_ text: UnsafeRawBufferPointer) -> Bool {
        let end = text.firstIndex(of: UInt8(ascii: "%")) ?? text.count
        switch IPAddress(UnsafeRawBufferPointer(rebasing: text[..<end])) {
        case .v4(let address): return end == text.count && version4.contains(address)
        case .v6(let address):
            return version6.contains(address) || IPAddress.mapped(address).map { version4.contains($0) } ?? false
        case nil: return false
        }
    }

    private typealias Ranges = ([ClosedRange<UInt32>], [ClosedRange<UInt128>])

    private static func read(_ bytes: [UInt8], file: String) throws(BotFilterError) -> Ranges {
        var ranges: Ranges = ([], [])
        try bytes.withUnsafeBufferPointer { bytes throws(BotFilterError) in
            for line in TextLines(UnsafeRawBufferPointer(bytes)) {
                let text = content(of: line.bytes)
                if text.isEmpty { continue }
                do throws(Network.Malformed) {
                    switch try Network(text) {
                    case .v4(let range): ranges.0.append(range)
                    case .v6(let range): ranges.1.append(range)
                    }
                } catch {
                    throw BotFilterError(
                        file: file, line: line.number,
                        problem: error.problem(text: String(decoding: text, as: UTF8.self)))
                }
            }
        }
        return ranges
    }

    /// The line without its remark and the white space around.
    private static func content(of line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let text = line.prefix { $0 != UInt8(ascii: "#") }.drop(while: isSpace)
        guard let last = text.lastIndex(where: { !isSpace($0) }) else { return UnsafeRawBufferPointer(rebasing: text) }
        return UnsafeRawBufferPointer(rebasing: text[...last])
    }
}

extension Network.Malformed {
    fileprivate func problem(text: String) -> BotFilterError.Problem {
        switch self {
        case .address: .network(text: text)
        case .prefixLength(let maximum): .prefixLength(text: text, maximum: maximum)
        }
    }
}
