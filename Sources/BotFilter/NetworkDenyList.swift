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

    /// Whether the address, as text, lies in one of the networks; what is no address lies in none. See ``judge(_:)``.
    package func contains(_ text: UnsafeRawBufferPointer) -> Bool { judge(text) ?? false }

    /// Whether the address of a client lies in one of the networks; nil for what is none. With a port, in brackets, with a zone, or
    /// the first public one of a list. O(log n), without allocation.
    package func judge(_ text: UnsafeRawBufferPointer) -> Bool? {
        switch ClientAddress.parse(text) {
        case .v4(let address): version4.contains(address)
        case .v6(let address):
            version6.contains(address) || IPAddress.mapped(address).map { version4.contains($0) } ?? false
        case nil: nil
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

/// The addresses of a CIDR block.
enum Network: Equatable {
    case v4(ClosedRange<UInt32>)
    case v6(ClosedRange<UInt128>)

    /// Reads `address/length` or an address alone.
    init(_ text: UnsafeRawBufferPointer) throws(Malformed) {
        let slash = text.firstIndex(of: UInt8(ascii: "/"))
        let address = UnsafeRawBufferPointer(rebasing: text[..<(slash ?? text.count)])
        let prefix = slash.map { UnsafeRawBufferPointer(rebasing: text[($0 + 1)...]) }
        switch IPAddress(address) {
        case .v4(let address):
            self = .v4(Network.block(address, try Network.length(prefix, maximum: 32)))
        case .v6(let address):
            let length = try Network.length(prefix, maximum: 128)
            if length >= 96, let mapped = IPAddress.mapped(address) {
                self = .v4(Network.block(mapped, length - 96))
            } else {
                self = .v6(Network.block(address, length))
            }
        case nil: throw .address
        }
    }

    /// Why a text is no network.
    enum Malformed: Error, Equatable {
        case address
        case prefixLength(maximum: Int)
    }

    private static func length(_ text: UnsafeRawBufferPointer?, maximum: Int) throws(Malformed) -> Int {
        guard let text else { return maximum }
        var length = 0
        guard (1...3).contains(text.count) else { throw .prefixLength(maximum: maximum) }
        for byte in text {
            guard byte.isDigit else { throw .prefixLength(maximum: maximum) }
            length = length * 10 + Int(byte - 0x30)
        }
        guard length <= maximum else { throw .prefixLength(maximum: maximum) }
        return length
    }

    /// The addresses that agree with `address` in its first `length` bits. A shift by all bits leaves 0.
    private static func block<Bits: FixedWidthInteger>(_ address: Bits, _ length: Int) -> ClosedRange<Bits> {
        let host = Bits.max >> length
        return (address & ~host)...(address | host)
    }
}

/// A set of integers held as sorted ranges that neither overlap nor touch.
struct RangeSet<Bound: FixedWidthInteger & Sendable>: Sendable {
    private var ranges: [ClosedRange<Bound>] = []

    /// The number of ranges left after merging.
    var count: Int { ranges.count }

    /// Adds ranges in any order. O(n log n) in all of them.
    mutating func add(_ more: [ClosedRange<Bound>]) {
        guard !more.isEmpty else { return }
        var merged: [ClosedRange<Bound>] = []
        for range in (ranges + more).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            // The successor of the greatest bound does not exist, and nothing can lie above it.
            if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    /// Whether a range holds the value. O(log n).
    func contains(_ value: Bound) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = low + (high - low) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= value
    }
}
