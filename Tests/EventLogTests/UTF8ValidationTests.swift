import TestSupport
import Testing

@testable import EventLog

@Suite("UTF-8 validation")
struct UTF8ValidationTests {
    private func isValid(_ bytes: [UInt8]) -> Bool {
        withBytes(bytes) { bytes in
            bytes.baseAddress.map { UTF8Validation.isValid($0, count: bytes.count) } ?? true
        }
    }

    /// The standard library's verdict.
    private func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

    @Test("agrees with the standard library on all sequences of one and two bytes")
    func short() {
        #expect(isValid([]))
        for first in UInt8.min...UInt8.max {
            #expect(isValid([first]) == isText([first]))
            for second in UInt8.min...UInt8.max where isValid([first, second]) != isText([first, second]) {
                Issue.record("\([first, second])")
            }
        }
    }

    @Test("takes of all sequences of three bytes that begin with E0 to EF those of a scalar")
    func three() {
        var isScalar = [Bool](repeating: false, count: 1 << 20)
        for scalar in (UInt32(0x800)...0xFFFF).compactMap(UnicodeScalar.init) {
            let bytes = Array(String(scalar).utf8)
            isScalar[Int(bytes[0] & 0xF) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])] = true
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3) { sequence in
            guard let start = sequence.baseAddress else { return }
            for number in isScalar.indices {
                sequence[0] = 0xE0 | UInt8(number >> 16)
                sequence[1] = UInt8(number >> 8 & 0xFF)
                sequence[2] = UInt8(number & 0xFF)
                if UTF8Validation.isValid(start, count: 3) != isScalar[number] { Issue.record("\(Array(sequence))") }
            }
        }
    }

    /// After any other leading byte the third begins anew or is past the error: a few of each kind stand for all.
    @Test("agrees on other sequences of three bytes")
    func threeOfShorter() {
        for first in Array(UInt8(0)...0xDF) + Array(0xF0...0xFF) {
            for second in stride(from: UInt8(0), through: 0xFF, by: 5) {
                for third in [0x00, 0x80, 0xBF, 0xC2, 0xE0] as [UInt8] {
                    let sequence = [first, second, third]
                    if isValid(sequence) != isText(sequence) { Issue.record("\(sequence)") }
                }
            }
        }
    }

    @Test("agrees on sequences of four bytes")
    func four() {
        var random = SplitMix64(seed: 4)
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        for first in UInt8(0xED)...0xFF {
            for second in UInt8.min...UInt8.max {
                for third in edges {
                    let sequence = [first, second, third, edges[Int.random(in: 0..<edges.count, using: &random)]]
                    if isValid(sequence) != isText(sequence) { Issue.record("\(sequence)") }
                }
            }
        }
    }

    /// Eight ASCII bytes are passed at a time: what follows and precedes them must not be missed.
    @Test("finds a bad sequence wherever it stands in a text")
    func position() {
        let wrong: [[UInt8]] = [
            [0xFF], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xC0, 0x80],
        ]
        for length in 0...33 {
            for at in 0...length {
                let ascii = [UInt8](repeating: 0x61, count: length)
                let good = ascii[..<at] + Array("\u{20AC}\u{1F600}\u{E9}".utf8) + ascii[at...]
                #expect(isValid(Array(good)))
                for bytes in wrong { #expect(!isValid(Array(ascii[..<at] + bytes + ascii[at...]))) }
            }
        }
    }
}
