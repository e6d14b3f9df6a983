import Allocation
import Domain
import Foundation
import TestSupport
import Testing

@Suite struct PlainDecimalTests {
    /// The C library's nine places, trailing zeros and the sign of zero taken off.
    static func printed(_ value: Double) -> String {
        var text = String(format: "%.9f", value)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    @Test(arguments: [
        0, -0.0, 1, -1, 0.1, 1.0 / 3, 2.0 / 3, 0.5, 0.05, 1e-9, 5e-10, 4.9999e-10, 5.0001e-10, 1.5e-9, 2.5e-9, -4e-10,
        0.000_976_562_5, 0.001_953_125, 0.999_999_999_5, 0.999_999_999_4, 123_456_789.987_654_321, 1e15, 1e16,
        9_007_199_254_740_994, 1e22, 1e23, 1.5e300, -1e300, Double.leastNonzeroMagnitude, Double.leastNormalMagnitude,
        Double.greatestFiniteMagnitude, 1_048_576, 100, 1200,
    ])
    func writesTheNearestDecimal(value: Double) {
        #expect(PlainDecimal.string(value) == PlainDecimalTests.printed(value))
    }

    @Test func writesTheNearestDecimalOfAnyNumber() {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<4000 {
            let exponent = Double.random(in: -14...20, using: &generator)
            let value = Double.random(in: -1...1, using: &generator) * pow(10, exponent)
            let text = PlainDecimal.string(value)
            #expect(text == PlainDecimalTests.printed(value))
            let rounded = PlainDecimal.rounded(value)
            #expect(PlainDecimal.string(rounded) == text)
            #expect(PlainDecimal.value(text) == rounded)
        }
    }

    @Test func hasNoTextForWhatIsNotFinite() {
        #expect(PlainDecimal.string(.nan).isEmpty)
        #expect(PlainDecimal.string(-.infinity).isEmpty)
    }

    @Test(arguments: ["", "-", ".", "1.", ".5", "1e5", "+1", "nan", "0x1", "1.2.3", " 1", "1,5", "--1", "١"])
    func refusesOtherNotations(text: String) {
        #expect(PlainDecimal.value(text) == nil)
        #expect(PlainDecimal.millionths(text) == nil)
    }

    @Test(arguments: [
        (0, "0"), (1, "0.000001"), (-1, "-0.000001"), (1_000_000, "1"), (-12_500_000, "-12.5"),
        (Int128.max, "170141183460469231731687303715884.105727"),
        (Int128.min, "-170141183460469231731687303715884.105728"),
    ])
    func writesMillionthsExactly(value: Int128, text: String) {
        #expect(PlainDecimal.string(millionths: value) == text)
        #expect(PlainDecimal.millionths(text) == value)
    }

    @Test func refusesMillionthsThatDoNotFit() {
        #expect(PlainDecimal.millionths("0.0000001") == nil)
        #expect(PlainDecimal.millionths("170141183460469231731687303715884.105728") == nil)
    }

    @Test(arguments: [(0, "0.000000"), (1, "0.000001"), (50_000, "0.050000"), (1_000_000, "1.000000")])
    func writesSharesWithSixDecimals(share: Int, text: String) {
        #expect(PlainDecimal.string(microShares: share) == text)
    }
}
