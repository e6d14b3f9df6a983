import TestSupport
import Testing

@testable import EventLog

@Suite("JSON escapes")
struct JSONEscapeTests {
    private func length(_ text: String) -> Int? {
        withBytes(text) { bytes in
            guard let start = bytes.baseAddress else { return nil }
            return JSONEscape.length(at: start, before: start + bytes.count)
        }
    }

    private func decode(_ text: String) -> [UInt8] {
        withBytes(text) { bytes in
            // No larger than what is decoded: a text never grows.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(bytes.count, 1)) { output in
                guard let base = output.baseAddress else { return [] }
                let count = JSONEscape.decode(bytes, into: base)
                return Array(output[..<count])
            }
        }
    }

    private func hexadecimal(_ unit: UInt16, uppercase: Bool = false) -> String {
        let digits = String(unit, radix: 16, uppercase: uppercase)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    @Test("decodes the short escapes")
    func short() {
        #expect(decode(#"\"\\\/\b\f\n\r\t"#) == [0x22, 0x5C, 0x2F, 0x08, 0x0C, 0x0A, 0x0D, 0x09])
        let legal = Set("\"\\/bfnrt".utf8)
        for byte in UInt8(0)...0x7F where byte != UInt8(ascii: "u") {
            #expect(length("\\" + String(UnicodeScalar(byte)) + "0000") == (legal.contains(byte) ? 2 : nil))
        }
        #expect(length("\\") == nil)
    }

    @Test("decodes every escape of one unit")
    func units() {
        for unit in UInt16.min...UInt16.max {
            let text = hexadecimal(unit, uppercase: unit % 3 == 0)
            if let scalar = UnicodeScalar(unit) {
                #expect(length(text) == 6)
                #expect(decode("a" + text + "z") == Array("a\(String(scalar))z".utf8))
            } else {
                #expect(length(text) == nil && length(text + "abcdef") == nil)
            }
        }
    }

    @Test("decodes surrogate pairs")
    func pairs() {
        var random = SplitMix64(seed: 3)
        let edges: [UInt32] = [0x10000, 0x1F600, 0x103FF, 0x10400, 0xFFFFF, 0x100000, 0x10FFFF]
        let scalars = edges + (0..<2_000).map { _ in UInt32.random(in: 0x10000...0x10FFFF, using: &random) }
        for scalar in scalars.compactMap(UnicodeScalar.init) {
            let units = Array(String(scalar).utf16)
            let text = hexadecimal(units[0]) + hexadecimal(units[1], uppercase: true)
            #expect(length(text) == 12)
            #expect(decode(text + text) == Array(String(repeating: String(scalar), count: 2).utf8))
            #expect(length(hexadecimal(units[1]) + hexadecimal(units[0])) == nil)
        }
    }

    @Test(
        "refuses what is none",
        arguments: [
            "\\u", "\\u1", "\\u123", "\\u123g", "\\u-123", "\\u+123", "\\u 123", "\\ud83d", "\\ud83d\\", "\\ud83d\\u",
            "\\ud83d\\ude0", "\\ud83d\\ude0g", "\\ud83d\\n00000", "\\ud83dxude00", "\\ud83d\\ud83d", "\\ud83d\\u0041",
            "\\udfff",
        ])
    func refuses(text: String) {
        #expect(length(text) == nil)
    }

    @Test("decodes mixed texts as Swift would")
    func mixed() {
        var random = SplitMix64(seed: 8)
        for _ in 0..<1_000 {
            var text = ""
            var expected = ""
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                guard let scalar = UnicodeScalar(UInt32.random(in: 0x20...0x2FFF, using: &random)) else { continue }
                expected.unicodeScalars.append(scalar)
                if Bool.random(using: &random) || scalar == "\\" {
                    text += String(scalar).utf16.map { hexadecimal($0) }.joined()
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
            #expect(decode(text) == Array(expected.utf8))
        }
    }
}
