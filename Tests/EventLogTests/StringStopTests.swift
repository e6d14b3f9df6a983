import CScan
import TestSupport
import Testing

@Suite("The ends of strings")
struct StringStopTests {
    @Test("finds the first quote, backslash or control character, and only these", arguments: [false, true])
    func stops(isPortable: Bool) {
        for length in 0...50 {
            for stop in 0...255 as ClosedRange<UInt8> {
                let isStop = stop < 0x20 || stop == UInt8(ascii: "\"") || stop == UInt8(ascii: "\\")
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length) + [stop, UInt8(ascii: "y"), 0x0A]
                bytes += [UInt8](repeating: 0, count: Int(CSCAN_SLACK))
                let found = Self.find(bytes, isPortable)
                #expect(found.offset == (isStop ? length : length + 2))
                if stop >= 0x80 { #expect(found.hasHigh) }
            }
        }
    }

    @Test("tells text that is all ASCII from other text", arguments: [false, true])
    func high(isPortable: Bool) {
        for length in 1...50 {
            let slack = [UInt8](repeating: 0, count: Int(CSCAN_SLACK))
            let plain = [UInt8](repeating: 0x7F, count: length)
            #expect(!Self.find(plain + [0x22] + slack, isPortable).hasHigh)
            for place in 0..<length {
                var other = plain
                other[place] = 0x80
                #expect(Self.find(other + [0x22] + slack, isPortable).hasHigh)
            }
        }
    }

    private static func find(_ bytes: [UInt8], _ isPortable: Bool) -> (offset: Int, hasHigh: Bool) {
        var high: UInt64 = 0
        let offset = bytes.withUnsafeBufferPointer { buffer in
            let base = buffer.baseAddress.unsafelyUnwrapped
            let stop = isPortable ? cscan_string_stop_portable(base, &high) : cscan_string_stop(base, &high)
            return stop.map { $0 - base } ?? -1
        }
        return (offset, high != 0)
    }
}
