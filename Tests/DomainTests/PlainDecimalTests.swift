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
    }

    // MARK: For people

    /// With as many places as are asked for, what C prints.
    @Test func fixedPlacesAreThoseOfC() {
        var generator = SplitMix64(seed: 4)
        let edges = [
            0, -0.0, 0.5, -0.5, 1.5, 2.5, 0.125, -0.001, 0.045, 1e15, 1e22, 1e23, 123456789.5, .leastNonzeroMagnitude,
            -.leastNormalMagnitude, .greatestFiniteMagnitude, 9_007_199_254_740_994,
        ]
        let random = (0..<4000).map { index -> Double in
            // Halves too, which are rounded to even.
            if index % 4 == 0 { return Double(Int.random(in: -4000...4000, using: &generator)) / 64 }
            let exponent = Double.random(in: -25...25, using: &generator)
            return Double.random(in: -1...1, using: &generator) * pow(10, exponent)
        }
        for value in edges + random {
            let places = Int.random(in: 0...22, using: &generator)
            let printed = String(format: "%.\(places)f", value)
            #expect(PlainDecimal.fixed(value, places: places) == printed)
            #expect(Text.decimal(value, places) == printed)
        }
    }

    @Test(arguments: [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")])
    func whatIsNotFiniteHasAWord(value: Double, word: String) {
        #expect(PlainDecimal.fixed(value, places: 2) == word)
        #expect(PlainDecimal.shortest(value) == word)
    }

    // MARK: The fewest digits

    @Test(arguments: [
        (28, "28"), (-3, "-3"), (28.5, "28.5"), (0.1, "0.1"), (1e15, "1000000000000000"), (1e-7, "1e-07"),
        (1e300, "1e+300"),
    ])
    func wholeNumbersHaveNoFraction(value: Double, text: String) {
        #expect(PlainDecimal.shortest(value) == text)
    }

    @Test func theFewestDigitsAreReadAgain() {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<4000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(PlainDecimal.number(PlainDecimal.shortest(value)) == value)
        }
    }

    @Test(arguments: [("1", 1), ("-2.5", -2.5), ("+1e3", 1_000), (".5", 0.5), ("5.", 5), ("1E-2", 0.01), ("007", 7)])
    func numbersOfPeopleAreRead(text: String, value: Double) {
        #expect(PlainDecimal.number(text) == value)
    }

    @Test(arguments: ["", "nan", "inf", "infinity", "0x10", "1e400", "1 ", "1,5", "e", "1e", "--1", "١", "1\0"])
    func otherWordsAreNoNumbers(text: String) {
        #expect(PlainDecimal.number(text) == nil)
    }
}
