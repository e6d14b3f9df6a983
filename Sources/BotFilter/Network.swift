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
