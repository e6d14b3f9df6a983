import CScan
import TestSupport
import Testing

@testable import EventLog

/// The scanner of blocks against a byte-by-byte one, and what is read through it against what is read without.
@Suite("Indexed blocks")
struct BlockIndexTests {
    /// What a naive walk finds of a line: its text, its quotes that no backslash escapes, and what makes it unusual.
    private struct SlowLine: Equatable {
        var text: [UInt8]
        var quotes: [Int]
        var hasSpecial: Bool
        var hasHigh: Bool
    }

    private static func slowLines(_ bytes: [UInt8]) -> [SlowLine] {
        var lines: [SlowLine] = []
        var line = SlowLine(text: [], quotes: [], hasSpecial: false, hasHigh: false)
        var isEscaped = false
        var isOpen = false
        func close() {
            if line.text.last == 0x0D { line.text.removeLast() }
            line.hasSpecial = line.text.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
            line.hasHigh = line.text.contains { $0 >= 0x80 }
            lines.append(line)
            line = SlowLine(text: [], quotes: [], hasSpecial: false, hasHigh: false)
            isOpen = false
        }
        for (position, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\""), !isEscaped { line.quotes.append(position) }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            if byte == 0x0A {
                close()
            } else {
                line.text.append(byte)
                isOpen = true
            }
        }
        if isOpen { close() }
        return lines
    }

    @Test("every kernel finds what a byte-by-byte walk finds", arguments: [CSCAN_PORTABLE, CSCAN_BASELINE, CSCAN_WIDE])
    func kernels(kernel: cscan_kernel) {
        var random = SplitMix64(seed: 5)
        let alphabet: [UInt8] = Array("\"\"\"\\\\\n\n\r{}:,ab ".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC3, 0xFF]
        var index = BlockIndex(kernel: kernel)
        for round in 0..<3_000 {
            let count = Int.random(in: 0...(round % 3 == 0 ? 700 : 140), using: &random)
            let bytes = (0..<count).map { _ in
                random.next() % 3 == 0 ? alphabet[Int(random.next() % UInt64(alphabet.count))] : UInt8(ascii: "x")
            }
            let expected = Self.slowLines(bytes)
            let padded = bytes + [UInt8](repeating: UInt8(ascii: "\""), count: Int(CSCAN_SLACK))
            padded.withUnsafeBufferPointer { buffer in
                index.scan(buffer.baseAddress.unsafelyUnwrapped, count: count)
                let found = (0..<index.lineCount).map { number in
                    let line = index[number]
                    return SlowLine(
                        text: Array(buffer[line.start..<line.end]),
                        quotes: (0..<line.quoteCount).map { Int(line.quotes[$0]) },
                        hasSpecial: line.hasSpecial, hasHigh: line.hasHigh)
                }
                #expect(found == expected)
            }
        }
    }

    /// Lines of a few shapes with values that differ, some of them damaged in one byte.
    private static func lines(using random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            let number = Int(random.next() % 1_000)
            let texts = ["view", "click", "", "Z\u{FC}rich", "a b", "x\\\"y", "\\u00e9", "7"]
            let text = texts[Int(random.next() % UInt64(texts.count))]
            var line = [
                "{\"a\":\"\(text)\",\"b\":\(number),\"c\":\"\(number)\"}",
                "{\"b\":\(number).5e1, \"x\":{\"a\":[\"\(text)\"]}, \"c\":\"\(text)\"}",
                "{\"c\":null,\"a\":\"\(text)\",\"b\":\"-\(number)\"}",
                "{\"a\":\"\(text)\",\"a\":\"\(number)\",\"x\":true,\"c\":-0.\(number)}",
                "{\"x\":\"\(text)\",\"y\":\(number),\"z\":[1,2],\"b\":\(number % 2 == 0 ? "true" : "\(number)")}",
            ][Int(random.next() % 5)].utf8.map { $0 }
            if random.next() % 6 == 0 {
                let noise: [UInt8] = Array("\"{}:,\\ 0-tn\t".utf8) + [0x80]
                line[Int(random.next() % UInt64(line.count))] = noise[Int(random.next() % UInt64(noise.count))]
            }
            bytes += line + (random.next() % 8 == 0 ? [0x0D, 0x0A] : [0x0A])
        }
        return bytes
    }

    @Test("a line's values are the same by index and byte by byte")
    func values() {
        let keys = KeyTable(["a", "b", "c"])
        var random = SplitMix64(seed: 8)
        var index = BlockIndex()
        for _ in 0..<1_500 {
            let bytes = Self.lines(using: &random)
            let padded = bytes + [UInt8](repeating: 0, count: Int(CSCAN_SLACK))
            padded.withUnsafeBufferPointer { buffer in
                let base = buffer.baseAddress.unsafelyUnwrapped
                index.scan(base, count: bytes.count)
                for number in 0..<index.lineCount {
                    let line = index[number]
                    let slow = Self.scan(JSONLine(base + line.start, count: line.count), keys)
                    #expect(Self.scan(JSONLine(line), keys) == slow)
                }
            }
        }
    }

    private struct Outcome: Equatable {
        var reason: RejectedReason?
        var values: [String]
    }

    private static func scan(_ line: JSONLine, _ keys: KeyTable) -> Outcome {
        var line = line
        var values = [LineValue](repeating: .absent, count: keys.count)
        let reason = values.withUnsafeMutableBufferPointer {
            line.scan(keys: keys, into: $0.baseAddress.unsafelyUnwrapped)
        }
        return Outcome(reason: reason, values: reason == nil ? values.map(text) : [])
    }

    private static func text(_ value: LineValue) -> String {
        "\(value.kind.name) \(value.kind == .absent ? "" : String(decoding: value.bytes, as: UTF8.self))"
    }
}
