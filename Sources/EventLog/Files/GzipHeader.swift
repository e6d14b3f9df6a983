/// The header of a gzip member (RFC 1952 section 2.3), read and passed: nothing in it matters to a log.
///
///     1F 8B 08 flags time×4 extra-flags system | length×2 extra | name 00 | comment 00 | checksum×2
///     └──────────── ten bytes, always ────────┘└── each only where its flag says so, in this order ──┘
///
/// It is read here, a byte at a time, because ISA-L 2.30 cannot go on with a header in the next piece of input: it keeps the
/// flags on its stack, where the next call finds something else.
struct GzipHeader: ~Copyable {
    private enum Flag {
        static let checksum: UInt8 = 0x02
        static let extra: UInt8 = 0x04
        static let name: UInt8 = 0x08
        static let comment: UInt8 = 0x10
        static let reserved: UInt8 = 0xE0
    }

    private let input: FileInput
    /// CRC-32 of the bytes taken, inverted.
    private var checksum = ~UInt32(0)

    init(_ input: FileInput) {
        self.input = input
    }

    /// Takes the header; its first two bytes have been seen to be right.
    mutating func pass() throws(LogError) {
        for _ in 0..<2 { _ = try byte() }
        guard try byte() == 8 else { throw invalid("a method other than deflate") }
        let flags = try byte()
        guard flags & Flag.reserved == 0 else { throw invalid("reserved flags in the header") }
        for _ in 0..<6 { _ = try byte() }
        if flags & Flag.extra != 0 {
            let length = try Int(byte()) | Int(byte()) << 8
            for _ in 0..<length { _ = try byte() }
        }
        if flags & Flag.name != 0 { while try byte() != 0 {} }
        if flags & Flag.comment != 0 { while try byte() != 0 {} }
        if flags & Flag.checksum != 0 {
            let expected = UInt16(truncatingIfNeeded: ~checksum)
            let found = try UInt16(byte()) | UInt16(byte()) << 8
            guard found == expected else { throw invalid("the header's checksum differs") }
        }
    }

    private mutating func byte() throws(LogError) -> UInt8 {
        try input.look(1)
        guard let byte = input.available.first else {
            throw LogError(file: input.file.name, problem: .truncated(.gzip, offset: input.offset))
        }
        input.take(1)
        checksum ^= UInt32(byte)
        for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
        return byte
    }

    private func invalid(_ detail: String) -> LogError {
        LogError(file: input.file.name, problem: .corrupt(.gzip, offset: input.offset, detail: detail))
    }
}
