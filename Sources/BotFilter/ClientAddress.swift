/// The address of a client as logs have it: alone, with a port, in brackets, with a zone, or in a list of forwarders.
///
///     203.0.113.7      203.0.113.7:4711      [2001:db8::1]:443      fe80::1%eth0
///     10.0.0.5, 203.0.113.7, 198.51.100.2    the first that is public, else the first
///     for="[2001:db8::1]:4711";proto=https   RFC 7239
///     ["10.0.0.5", "203.0.113.7"]            the same as a list of JSON
///
/// - White space and quotes around an address, and `+` for blanks, are passed; what is no address in a list is too.
/// - A zone belongs to an address of version 6.
enum ClientAddress {
    /// Reads an address without allocating; nil for what holds none.
    static func parse(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        var first: IPAddress?
        var rest = elements(text[...])
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            if let address = single(rest[..<end]) {
                if address.isPublic { return address }
                first = first ?? address
            }
            rest = rest[min(end + 1, rest.endIndex)...]
        }
        return first
    }

    /// What stands between the brackets of a list of JSON; of any other text all of it.
    private static func elements(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        guard text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") else { return text }
        let inner = text.dropFirst().dropLast()
        let isQuoted = inner.first { $0 != 0x20 && !(0x09...0x0D).contains($0) } == UInt8(ascii: "\"")
        return isQuoted ? inner : text
    }

    private static func single(_ text: Slice<UnsafeRawBufferPointer>) -> IPAddress? {
        var text = trimmed(text)
        if text.count > 4, zip(text, "for=".utf8).allSatisfy({ $0.lowercased == $1 }) {
            text = trimmed(text.dropFirst(4).prefix { $0 != UInt8(ascii: ";") })
        }
        if text.first == UInt8(ascii: "[") {
            guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let port = text[(close + 1)...]
            guard port.isEmpty || isPort(port) else { return nil }
            return withoutZone(text[(text.startIndex + 1)..<close])
        }
        if let colon = text.firstIndex(of: UInt8(ascii: ":")), text.lastIndex(of: UInt8(ascii: ":")) == colon {
            guard isPort(text[colon...]) else { return nil }
            text = text[..<colon]
        }
        return withoutZone(text)
    }

    private static func withoutZone(_ text: Slice<UnsafeRawBufferPointer>) -> IPAddress? {
        let end = text.firstIndex(of: UInt8(ascii: "%")) ?? text.endIndex
        let address = IPAddress(UnsafeRawBufferPointer(rebasing: text[..<end]))
        if case .v4? = address, end < text.endIndex { return nil }
        return address
    }

    /// Whether a text is a colon and one to five digits.
    private static func isPort(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        (2...6).contains(text.count) && text.first == UInt8(ascii: ":") && text.dropFirst().allSatisfy(\.isDigit)
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        func isAround(_ byte: UInt8) -> Bool {
            byte == 0x20 || (0x09...0x0D).contains(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "+")
        }
        let text = text.drop(while: isAround)
        guard let last = text.lastIndex(where: { !isAround($0) }) else { return text }
        return text[...last]
    }
}

extension IPAddress {
    /// Whether an address may be that of a client on the internet: none of those that RFC 6890 keeps for private networks, single
    /// machines and links, nor one of many receivers. Those kept for documents count as public.
    var isPublic: Bool {
        switch self {
        case .v4(let address):
            return !IPAddress.notPublic4.contains { address >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
        case .v6(let address):
            if let mapped = IPAddress.mapped(address) { return IPAddress.v4(mapped).isPublic }
            let first = UInt16(truncatingIfNeeded: address >> 112)
            // Unspecified and loopback, unique local, link local, multicast.
            return address > 1 && first & 0xFE00 != 0xFC00 && first & 0xFFC0 != 0xFE80 && first & 0xFF00 != 0xFF00
        }
    }

    private static let notPublic4: [(prefix: UInt32, length: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC0A8_0000, 16), (0xE000_0000, 3),
    ]
}
