import Foundation
import TestSupport
import Testing

@testable import EventLog

@Suite("Decimal text")
struct DecimalTests {
    private typealias Decimal = EventLog.Decimal

    private func scaled(_ text: String, _ scale: Int = 6, _ rounding: EventLog.Decimal.Rounding = .halfAwayFromZero)
        -> Int64?
    {
        withBytes(text) { Decimal.scaled($0, scale: scale, rounding: rounding) }
    }

    @Test(
        "is exact",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1_000_000), ("+1", 1_000_000), ("-1.5", -1_500_000), ("007", 7_000_000),
            ("0.000001", 1), ("0.0000005", 1), ("-0.0000005", -1), ("0.00000049999999999999999999", 0),
            ("0.1e1", 1_000_000),
            ("1E-6", 1), ("5e-7", 1), ("4.9e-7", 0), ("1e-400", 0), ("0e999999999", 0),
            ("1e000000000003", 1_000_000_000),
            ("9223372036854.775807", Int64.max), ("-9223372036854.775807", -Int64.max), ("0.1234565", 123_457),
            ("19.99", 19_990_000), ("100000000000", 100_000_000_000_000_000),
            ("0000000000000000000000000000000.5", 500_000),
            ("12345678901234567890e-13", 1_234_567_890_123), ("12345678901234567890123456789e-22", 1_234_567_890_123),
        ] as [(String, Int64)])
    func exact(text: String, expected: Int64) {
        #expect(scaled(text) == expected)
    }

    @Test(
        "refuses what is no number or too large",
        arguments: [
            "", "-", "+", ".", ".5", "1.", "1..2", "1.2.3", "e5", "1e", "1e+", "1e5.0", "1 ", " 1", "1,5", "0x10",
            "1_0", "NaN", "inf",
            "--1", "+-1", "1-", "\u{661}", "9223372036854.775808", "9223372036854.7758075", "1e13", "-1e13",
            "1e999999999999999999999",
            "123456789012345678901234567890",
        ])
    func refuses(text: String) {
        #expect(scaled(text) == nil)
    }

    /// Digits that decide the rounding, but stand past what 64 bits hold.
    @Test(
        "rounds by digits beyond the nineteenth",
        arguments: [
            ("1234567890123456789.6", 1_234_567_890_123_456_790, 1_234_567_890_123_456_789),
            ("1234567890123456789.4999", 1_234_567_890_123_456_789, 1_234_567_890_123_456_789),
            ("-1234567890123456789.5", -1_234_567_890_123_456_790, -1_234_567_890_123_456_789),
            ("12345678901234567895e-1", 1_234_567_890_123_456_790, 1_234_567_890_123_456_789),
            ("9223372036854775806.5", Int64.max, Int64.max - 1), ("9223372036854775807.5", nil, Int64.max),
        ] as [(String, Int64?, Int64)])
    func beyondTheNineteenthDigit(text: String, rounded: Int64?, cut: Int64) {
        #expect(scaled(text, 0) == rounded)
        #expect(scaled(text, 0, .towardZero) == cut)
    }

    @Test("agrees with Foundation's decimals", arguments: 0..<4)
    func againstFoundation(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func digits(_ most: Int) -> String {
            let count = Int.random(in: 1...most, using: &random)
            // Nines and fives and zeros are where rounding goes wrong.
            let pool: [Character] = Bool.random(using: &random) ? Array("059") : Array("0123456789")
            return String((0..<count).map { _ in pool[Int.random(in: 0..<pool.count, using: &random)] })
        }
        let modes: [EventLog.Decimal.Rounding: NSDecimalNumber.RoundingMode] = [
            .halfAwayFromZero: .plain, .towardZero: .down, .awayFromZero: .up,
        ]
        for _ in 0..<4_000 {
            var text = ["", "-", "+"][Int.random(in: 0..<3, using: &random)] + digits(20)
            if Bool.random(using: &random) { text += "." + digits(17) }
            if Bool.random(using: &random) { text += "e\(Int.random(in: -25...12, using: &random))" }
            let scale = [0, 3, 6][Int.random(in: 0..<3, using: &random)]
            let parsed = Foundation.Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
            let value = try #require(parsed)
            for rounding in [EventLog.Decimal.Rounding.halfAwayFromZero, .towardZero, .awayFromZero] {
                var exact = value.magnitude * pow(Foundation.Decimal(10), scale)
                var whole = Foundation.Decimal()
                NSDecimalRound(&whole, &exact, 0, modes[rounding] ?? .plain)
                let magnitude = Int64("\(whole)")
                #expect(
                    scaled(text, scale, rounding) == magnitude.map { value < 0 ? -$0 : $0 },
                    "\(text) \(scale) \(rounding)")
            }
        }
    }
}
