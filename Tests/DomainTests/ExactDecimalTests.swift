import Domain
import TestSupport
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: [
        (0, 6, "0"), (1, 6, "0.000001"), (-1, 6, "-0.000001"), (1_000_000, 6, "1"), (-12_500_000, 6, "-12.5"),
        (100, 0, "100"), (-7, 0, "-7"), (1_250, 2, "12.5"), (1, 12, "0.000000000001"),
        (Int128.max, 6, "170141183460469231731687303715884.105727"),
        (Int128.min, 6, "-170141183460469231731687303715884.105728"),
        (Int128.min, 12, "-170141183460469231731687303.715884105728"),
    ])
    func isWrittenAndReadExactly(value: Int128, scale: Int, text: String) {
        #expect(ExactDecimal.text(value, scale: scale) == text)
        #expect(ExactDecimal.value(text, scale: scale) == value)
        // No decimal is too many that a coarser unit has.
        #expect(ExactDecimal.value(text, scale: scale + 1) == (value.magnitude < 1 << 120 ? value * 10 : nil))
    }

    @Test(arguments: [
        (0, "0.000000"), (1, "0.000001"), (50_000, "0.050000"), (1_000_000, "1.000000"), (-250_000, "-0.250000"),
    ])
    func writesEveryPlace(share: Int, text: String) {
        #expect(ExactDecimal.text(share, scale: 6, everyPlace: true) == text)
        #expect(ExactDecimal.value(text, scale: 6) == Int128(share))
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "1e5", "+1", "nan", "0x1", "1.2.3", " 1", "1,5", "--1", "١", "1-", "1\0",
    ])
    func refusesOtherNotations(text: String) {
        #expect(ExactDecimal.value(text, scale: 6) == nil)
    }

    @Test func refusesWhatDoesNotFit() {
        #expect(ExactDecimal.value("0.0000001", scale: 6) == nil)
        #expect(ExactDecimal.value("0.0000000", scale: 6) == nil)
        #expect(ExactDecimal.value("170141183460469231731687303715884.105728", scale: 6) == nil)
        #expect(ExactDecimal.value("-170141183460469231731687303715884.105729", scale: 6) == nil)
        #expect(ExactDecimal.value("1" + String(repeating: "0", count: 60), scale: 0) == nil)
    }

    /// Leading zeros and all integers of 128 bits.
    @Test func whatIsWrittenIsReadAgain() {
        var generator = SplitMix64(seed: 9)
        for _ in 0..<4000 {
            let bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
            let value = Int128(truncatingIfNeeded: bits) >> Int128.random(in: 0...127, using: &generator)
            let scale = Int.random(in: 0...15, using: &generator)
            for everyPlace in [false, true] {
                let text = ExactDecimal.text(value, scale: scale, everyPlace: everyPlace)
                #expect(ExactDecimal.value(text, scale: scale) == value)
                let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
                let padded = (value < 0 ? "-00" : "00") + unsigned
                #expect(ExactDecimal.value(padded, scale: scale) == value)
                if everyPlace { #expect(scale == 0 || text.split(separator: ".")[1].utf8.count == scale) }
                if !everyPlace { #expect(!text.contains(".") || text.last != "0") }
            }
        }
    }
}
