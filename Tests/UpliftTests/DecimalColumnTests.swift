import TestSupport
import Testing

@testable import Uplift

/// Columns of decimals give back what they were given, in four bytes or in eight.
@Suite struct DecimalColumnTests {
    /// Compares a column with an array at every value.
    private static func expectSame(_ column: borrowing DecimalColumn, _ expected: [Double]) {
        let count = column.count
        #expect(count == expected.count)
        for index in 0..<min(count, expected.count) {
            let (found, wanted) = (column[index], expected[index])
            let isSame = found.isNaN ? wanted.isNaN : found.bitPattern == wanted.bitPattern
            #expect(isSame, "\(index): \(found), not \(wanted)")
        }
    }

    @Test("Decimals of up to nine places come back to the bit as the text says them")
    func decimals() throws {
        var random = SplitMix64(seed: 1)
        var column = DecimalColumn()
        var expected: [Double] = []
        for _ in 0..<20_000 {
            let number = Int(random.next() % 4_294_967_295) - 2_147_483_647
            let digits = String(abs(number))
            let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
            let value = try #require(Double("\(number < 0 ? "-" : "")\(padded.dropLast(9)).\(padded.suffix(9))"))
            column.append(value)
            expected.append(value)
        }
        let isWide = column.isWide
        #expect(!isWide)
        Self.expectSame(column, expected)
    }

    @Test(
        "What is no such decimal widens the column, and nothing before it changes",
        arguments: [0.1234567891, 2.2, -2.2, 1e300, -0.0, .leastNonzeroMagnitude, .infinity, 0.1 + 0.2])
    func others(value: Double) {
        for place in 0..<4 {
            var column = DecimalColumn()
            var expected = [0.25, -0.000000001, .nan, 2.147483647]
            for known in expected { column.append(known) }
            column[place] = value
            expected[place] = value
            let isWide = column.isWide
            #expect(isWide)
            column.extend(to: 6)
            expected += [.nan, .nan]
            column[5] = -1.5
            expected[5] = -1.5
            Self.expectSame(column, expected)
        }
        var column = DecimalColumn()
        column.extend(to: 2)
        column.append(value)
        Self.expectSame(column, [.nan, .nan, value])
    }
}
