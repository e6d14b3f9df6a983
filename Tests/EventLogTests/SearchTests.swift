import CScan
import TestSupport
import Testing

@Suite("Searches in lines")
struct SearchTests {
    /// A search, the bytes it stops at, and its twin in plain C or not.
    enum Search: CaseIterable {
        case string, stringPortable, field, fieldPortable, fieldEnd, fieldEndPortable, quote, quotePortable

        /// A byte it stops at, other than a line feed.
        var stop: UInt8 {
            switch self {
            case .fieldEnd, .fieldEndPortable: UInt8(ascii: "\t")
            default: UInt8(ascii: "\"")
            }
        }

        func stops(at byte: UInt8) -> Bool {
            switch self {
            case .string, .stringPortable: byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            case .field, .fieldPortable: byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == 0x0A
            case .fieldEnd, .fieldEndPortable: byte == UInt8(ascii: "\t") || byte == 0x0A
            case .quote, .quotePortable: byte == UInt8(ascii: "\"")
            }
        }

        /// The offset at which it stops in bytes, and what it saw on the way.
        func find(in bytes: [UInt8]) -> (offset: Int, hasHigh: Bool, hasLineFeeds: Bool) {
            var high: UInt64 = 0
            var lineFeeds: UInt64 = 0
            // Memory of the exact size, so that a read beyond the slack is one beyond an allocation.
            let offset = withBytes(bytes + [UInt8](repeating: 0, count: Int(CSCAN_SLACK))) { buffer in
                let base = buffer.baseAddress.unsafelyUnwrapped
                let stop =
                    switch self {
                    case .string: cscan_string_stop(base, &high)
                    case .stringPortable: cscan_string_stop_portable(base, &high)
                    case .field: cscan_field_stop(base, &high)
                    case .fieldPortable: cscan_field_stop_portable(base, &high)
                    case .fieldEnd: cscan_field_end(base, UInt8(ascii: "\t"), &high)
                    case .fieldEndPortable: cscan_field_end_portable(base, UInt8(ascii: "\t"), &high)
                    case .quote: cscan_quote(base, &high, &lineFeeds)
                    case .quotePortable: cscan_quote_portable(base, &high, &lineFeeds)
                    }
                return stop.map { $0 - base } ?? -1
            }
            return (offset, high != 0, lineFeeds != 0)
        }
    }

    @Test("stop at the first byte of their kind, and at no other", arguments: Search.allCases)
    func stops(search: Search) {
        for length in 0...50 {
            for byte in 0...255 as ClosedRange<UInt8> {
                let bytes =
                    [UInt8](repeating: UInt8(ascii: "x"), count: length) + [byte] + [UInt8(ascii: "y"), search.stop]
                let found = search.find(in: bytes)
                #expect(found.offset == (search.stops(at: byte) ? length : length + 2))
                if found.offset > length, byte >= 0x80 { #expect(found.hasHigh) }
                if found.offset > length, byte == 0x0A { #expect(found.hasLineFeeds || search != .quote) }
            }
        }
    }

    @Test("tell text that is all ASCII from other text, wherever it is", arguments: Search.allCases)
    func high(search: Search) {
        for length in 1...50 {
            let plain = [UInt8](repeating: 0x7F, count: length)
            let found = search.find(in: plain + [search.stop])
            #expect(!found.hasHigh && !found.hasLineFeeds)
            for place in 0..<length {
                var other = plain
                other[place] = 0x80
                #expect(search.find(in: other + [search.stop]).hasHigh)
            }
        }
    }

    @Test("tell of line feeds before a quote, wherever they are", arguments: [Search.quote, .quotePortable])
    func lineFeeds(search: Search) {
        for length in 1...50 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: UInt8(ascii: ","), count: length)
                bytes[place] = 0x0A
                #expect(search.find(in: bytes + [0x22]).hasLineFeeds)
            }
        }
    }
}
