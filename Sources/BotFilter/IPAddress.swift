/// An address of the Internet protocol, version 4 or 6.
enum IPAddress: Equatable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// Reads an address without allocating; nil for anything else.
    ///
    /// - IPv4: four decimal numbers (RFC 791). A leading zero is refused, as some read it as octal (RFC 6943, section 3.1.1).
    /// - IPv6: RFC 4291, section 2.2: groups of one to four hexadecimal digits, one `::` for one or more groups of zeros, the
    ///   last two groups also as IPv4.
    init?(_ text: UnsafeRawBufferPointer) {
        if let address = IPAddress.version4(text) {
            self = .v4(address)
        } else if let address = IPAddress.version6(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// The IPv4 address that an IPv4-mapped address, `::ffff:0:0/96`, stands for (RFC 4291, section 2.5.5.2).
    static func mapped(_ address: UInt128) -> UInt32? {
        address >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: address) : nil
    }

    private static func version4(_ text: UnsafeRawBufferPointer) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            if byte.isDigit {
                guard digits == 0 || octet != 0 else { return nil }
                octet = octet * 10 + UInt32(byte - 0x30)
                digits += 1
                guard octet <= 255 else { return nil }
            } else {
                guard byte == UInt8(ascii: "."), digits > 0, dots < 3 else { return nil }
                address = address << 8 | octet
                (octet, digits) = (0, 0)
                dots += 1
            }
        }
        return dots == 3 && digits > 0 ? address << 8 | octet : nil
    }

    private static func version6(_ text: UnsafeRawBufferPointer) -> UInt128? {
        var before = Groups()
        var after: Groups?
        var position = 0
        if text.starts(with: "::".utf8) {
            after = Groups()
            position = 2
            if text.count == 2 { return 0 }
        }
        while true {
            let start = position
            var group: UInt128 = 0
            while position < text.count, let digit = text[position].hexadecimalDigit, position - start < 4 {
                group = group << 4 | UInt128(digit)
                position += 1
            }
            guard position > start else { return nil }
            let isEmbedded = position < text.count && text[position] == UInt8(ascii: ".")
            if isEmbedded {
                guard let embedded = version4(UnsafeRawBufferPointer(rebasing: text[start...])) else { return nil }
                append(UInt128(embedded >> 16), &before, &after)
                append(UInt128(embedded & 0xFFFF), &before, &after)
                position = text.count
            } else {
                append(group, &before, &after)
            }
            if position == text.count { break }
            guard text[position] == UInt8(ascii: ":") else { return nil }
            position += 1
            if position < text.count, text[position] == UInt8(ascii: ":") {
                guard after == nil else { return nil }
                after = Groups()
                position += 1
                if position == text.count { break }
            }
        }
        guard let after else { return before.count == 8 ? before.value : nil }
        guard before.count + after.count < 8 else { return nil }
        return before.count == 0 ? after.value : before.value << (16 * (8 - before.count)) | after.value
    }

    /// Groups read so far, the last one lowest.
    private struct Groups {
        var value: UInt128 = 0
        var count = 0
    }

    private static func append(_ group: UInt128, _ before: inout Groups, _ after: inout Groups?) {
        if after == nil {
            before = Groups(value: before.value << 16 | group, count: before.count + 1)
        } else {
            after = after.map { Groups(value: $0.value << 16 | group, count: $0.count + 1) }
        }
    }
}

extension UInt8 {
    fileprivate var hexadecimalDigit: UInt8? {
        if isDigit { return self - 0x30 }
        let letter = lowercased
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f") ? letter - UInt8(ascii: "a") + 10 : nil
    }
}
