import Foundation
import TestSupport
import Testing

@testable import EventLog

@Suite("Timestamps")
struct TimestampTests {
    private func parse(_ text: String, _ localTime: LocalTime = .utc) -> Int64? {
        withBytes(text) { Timestamp.parse($0, localTime: localTime) }
    }

    @Test(
        "reads every spelling of an instant",
        arguments: [
            "2026-11-20T09:12:31Z", "2026-11-20t09:12:31z", "2026-11-20 09:12:31Z", "2026-11-20T09:12:31+00:00",
            "2026-11-20T09:12:31-00:00", "2026-11-20T14:42:31+05:30", "2026-11-20T14:42:31+0530",
            "2026-11-20T11:12:31+02",
            "2026-11-19T23:12:31-10:00", "2026-11-21T09:11:31+23:59", "2026-11-20T09:12:31.000Z",
            "2026-11-20T09:12:31,0Z",
            "2026-11-20T09:12:31.000000999Z", "2026-11-20T09:12:31", "2026-11-20 09:12:31.0", "1795165951",
            "1795165951.0",
            "1795165951.0000009", "1795165951000", "1.795165951e9", "1795165951000.0", "17951659510e-1", "+1795165951",
            "2026-11-20T09:12:31 Z", "2026-11-20 09:12:31 UTC", "2026-11-20 09:12:31UTC", "2026-11-20 09:12:31.0 gmt",
            "2026-11-20T09:12:31Z ", " 2026-11-20T09:12:31Z", "2026-11-20T14:42:31 +05:30",
            "2026-11-20T14:42:31  +0530",
            "2026-11-20  09:12:31Z", "20261120T091231Z", "20261120T144231+0530", "20261120 091231",
            "20261120T09:12:31Z",
            "2026-11-20 09:12:31 +0000 UTC", "2026-11-20 09:12:31.5 -00:00 GMT".replacing(".5", with: ""),
            "1795165951000000", "1795165951000000.9", "1795165951000000000", "1795165951000000999", "1.795165951e18",
        ])
    func spellings(text: String) {
        #expect(parse(text) == 1_795_165_951_000_000)
    }

    @Test(
        "keeps the microsecond and cuts what is beyond",
        arguments: [
            ("2026-11-20T09:12:31.1Z", 100_000), ("2026-11-20T09:12:31.123456Z", 123_456),
            ("2026-11-20T09:12:31.1234569Z", 123_456), ("2026-11-20T09:12:31.99999999999999999999Z", 999_999),
            ("1795165951.1234569", 123_456), ("1795165951123.4569", 123_456), ("2026-11-20T14:42:31.000001+05:30", 1),
        ] as [(String, Int64)])
    func microseconds(text: String, expected: Int64) {
        #expect(parse(text) == 1_795_165_951_000_000 + expected)
    }

    @Test(
        "reads times without seconds",
        arguments: [
            "2026-11-20T09:12", "2026-11-20 09:12Z", "20261120T0912", "20261120T1442+0530", "2026-11-20 09:12 UTC",
        ])
    func withoutSeconds(text: String) {
        #expect(parse(text) == 1_795_165_920_000_000)
    }

    @Test("takes a leap second for the last microsecond of its minute")
    func leapSecond() {
        #expect(parse("2016-12-31T23:59:60Z") == parse("2016-12-31T23:59:59.999999Z"))
        #expect(parse("2016-12-31T23:59:60.5+00:00") == parse("2016-12-31T23:59:59.999999Z"))
    }

    @Test("takes an epoch for what its magnitude says")
    func epochs() {
        #expect(parse("0") == 0)
        #expect(parse("-1.5") == -1_500_000)
        #expect(parse("99999999999.999999") == 99_999_999_999_999_999)
        #expect(parse("100000000000") == 100_000_000_000_000)
        #expect(parse("-100000000000") == -100_000_000_000_000)
        #expect(parse("99999999999999.999") == 99_999_999_999_999_999)
        #expect(parse("100000000000000") == 100_000_000_000_000)
        #expect(parse("-100000000000000") == -100_000_000_000_000)
        #expect(parse("99999999999999999.9") == 99_999_999_999_999_999)
        #expect(parse("100000000000000000") == 100_000_000_000_000)
        #expect(parse("-0.0000019") == -1 && parse("-0.5e-7") == 0)
        #expect(parse("9223372036854775807") == 9_223_372_036_854_775)
        #expect(parse("-9223372036854775807") == -9_223_372_036_854_775)
        #expect(parse("9223372036854775808") == nil && parse("-9223372036854775808") == nil)
        // What overflows 64 bits is no time.
        #expect(parse("1e30") == nil)
        #expect(parse("99999999999999999999") == nil)
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "now", "2026-11-20", "2026-11-20T", "2026-11-20T09", "2026-11-20T09:", "2026-11-20T09:12:",
            "2026-11-20T09:12:3", "2026-11-20T9:12:31Z", "2026-1-20T09:12:31Z", "26-11-20T09:12:31Z",
            "2026/11/20T09:12:31Z",
            "2026-11-20X09:12:31Z", "2026-11-20T09.12.31Z", "2026-00-20T09:12:31Z", "2026-13-20T09:12:31Z",
            "2026-11-00T09:12:31Z",
            "2026-11-31T09:12:31Z", "2026-02-29T09:12:31Z", "1900-02-29T09:12:31Z", "2026-11-20T24:00:00Z",
            "2026-11-20T25:12:31Z", "20261131T091231Z", "20261120T0912311Z", "20261120T09123Z", "20261120T091Z",
            "2026-11-20T09:60:31Z", "2026-11-20T09:12:61Z", "2026-11-20T09:12:31.Z", "2026-11-20T09:12:31.",
            "2026-11-20T09:12:31ZZ", "2026-11-20T09:12:31+", "2026-11-20T09:12.5Z", "2026-1120T09:12:31Z",
            "2026-11-20T09:12:31+5",
            "2026-11-20T09:12:31+05:3", "2026-11-20T09:12:31+05:300", "2026-11-20T09:12:31+24:00",
            "2026-11-20T09:12:31+05:60",
            "2026-11-20T09:12:31+0a:00", "2026-11-20T09:12:31+05-30", "2026-11-20T09:12:31 +05:30 UTC",
            "2026-11-20T09:12:31UT", "2026-11-20T09:12:31 EST", "2026-11-20T09:12:31 UTC+1",
            "2026-11-20T09:12:31+00:00 Z",
            "2026-11-20T09:12:31.5.5Z", "2026-11-20T-9:12:31Z", "+2026-11-20T09:12:31Z", "-026-11-20T09:12:31Z",
            "2026-11-20T09:12:31\u{2212}05:00", "1795165951s", "0x6B000000", "1.7e", "1,795,165,951", "\u{0}",
            "20/Nov/2026:09:12:31 +0000", "Fri, 20 Nov 2026 09:12:31 GMT", "Nov 20, 2026, 9:12 AM", "1795165951 UTC",
            "-", "+",
        ])
    func refuses(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("refuses a letter in any place")
    func letters() {
        let text = Array("2026-11-20T09:12:31.250+05:30".utf8)
        for position in text.indices {
            for letter in [UInt8(ascii: "x"), 0x2F, 0x3A, 0x00, 0xFF] where letter != text[position] {
                var changed = text
                changed[position] = letter
                #expect(withBytes(changed) { Timestamp.parse($0, localTime: .utc) } == nil, "\(position) \(letter)")
            }
        }
    }

    @Test("reads the usual spelling as any other, whatever was read before")
    func usual() {
        var random = SplitMix64(seed: 3)
        var usual = FastTimestamp()
        let dates = ["2026-11-20", "2026-11-21", "1970-01-01", "0000-02-29", "2026-02-30", "2026-1120-", "2026-13-01"]
        var read = 0
        for _ in 0..<40_000 {
            let digits = "0123456789"
            func number(_ below: Int) -> String {
                let number = Int.random(in: 0..<below, using: &random)
                return (number < 10 ? "0" : "") + String(number)
            }
            let fraction = String(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in digits.randomElement(using: &random) ?? "0" })
            var text = Array(
                "\(dates[Int(random.next() % 7)])T\(number(25)):\(number(61)):\(number(62)).\(fraction)Z".utf8)
            if random.next() % 4 == 0 { text.remove(at: 19) }
            if random.next() % 2 == 0 {
                let noise: [UInt8] = Array("0/:9.ZzT+-,".utf8) + [0, 0xFF]
                text[Int(random.next() % UInt64(text.count))] = noise[Int(random.next() % UInt64(noise.count))]
            }
            let expected = withBytes(text) { Timestamp.parse($0, localTime: .utc) }
            let found = withBytes(text) { usual.parse(ByteText($0)) }
            if let found { #expect(found == expected, "\(String(decoding: text, as: UTF8.self))") }
            read += found == nil ? 0 : 1
        }
        #expect(read > 5_000)
    }

    @Test(
        "knows the usual spelling",
        arguments: [
            ("2026-11-20T09:12:31Z", 0), ("2026-11-20T09:12:31.5Z", 500_000), ("2026-11-20T09:12:31.123Z", 123_000),
            ("2026-11-20T09:12:31.123456Z", 123_456),
        ] as [(String, Int64)])
    func knowsUsual(text: String, microseconds: Int64) {
        var usual = FastTimestamp()
        for _ in 0..<2 {
            #expect(withBytes(text) { usual.parse(ByteText($0)) } == 1_795_165_951_000_000 + microseconds)
        }
    }

    /// Digits are read in any place where the slow reader takes them, and no other byte is taken for one.
    @Test(
        "reads the usual spelling byte for byte",
        arguments: [
            "2026-11-20T23:59:59.999999Z", "2026-11-20T00:00:00.000000Z", "2026-11-20T19:08:30.123456Z",
            "2026-11-20T23:59:59Z", "2026-11-20T19:08:30.5Z", "2026-11-20T09:12:31.123Z",
        ])
    func usualBytes(text: String) {
        var usual = FastTimestamp()
        var wrong: [String] = []
        let last = text.utf8.count - 1
        for position in 0...last {
            for byte in UInt8.min ... .max {
                var changed = Array(text.utf8)
                changed[position] = byte
                let expected = withBytes(changed) { Timestamp.parse($0, localTime: .utc) }
                let found = withBytes(changed) { usual.parse(ByteText($0)) }
                // Neither a leap second nor a time without a zone is usual.
                let isUsual = byte >= 0x30 && byte <= 0x39 && position < last && changed[17] != UInt8(ascii: "6")
                if found != expected, found != nil || isUsual { wrong.append(String(decoding: changed, as: UTF8.self)) }
            }
        }
        #expect(wrong.isEmpty)
    }

    /// What a memory of no date could make of eleven zero bytes.
    @Test("takes no zero bytes for a date")
    func zeroBytes() {
        for time in ["09:12:31Z", "09:12:31.123456Z"] {
            var usual = FastTimestamp()
            let text = [UInt8](repeating: 0, count: 11) + Array(time.utf8)
            #expect(withBytes(text) { usual.parse(ByteText($0)) } == nil)
        }
    }

    @Test("agrees with Foundation on random instants", arguments: 0..<4)
    func againstFoundation(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<1_500 {
            // The years 1600 to 9999.
            let seconds = Int64.random(in: -11_676_096_000...253_402_214_400, using: &random)
            // Foundation takes no offset of 18 hours and more for one.
            let offset = Int.random(in: -1_079...1_079, using: &random)
            let zone = try #require(TimeZone(secondsFromGMT: offset * 60))
            let date = Date(timeIntervalSince1970: Double(seconds))
            let style = Date.ISO8601FormatStyle(
                dateSeparator: .dash, dateTimeSeparator: Bool.random(using: &random) ? .standard : .space,
                timeSeparator: .colon, timeZoneSeparator: Bool.random(using: &random) ? .colon : .omitted,
                timeZone: zone)
            let text = date.formatted(style)
            #expect(parse(text) == seconds * 1_000_000, "\(text)")
        }
    }

    @Test("agrees with Foundation on which dates exist")
    func dates() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for year in [1600, 1700, 1900, 2000, 2023, 2024, 2026, 2100, 9999] {
            for month in 0...13 {
                for day in 0...32 {
                    let parts = DateComponents(calendar: calendar, timeZone: .gmt, year: year, month: month, day: day)
                    let expected =
                        parts.isValidDate(in: calendar) ? parts.date.map { Int64($0.timeIntervalSince1970) } : nil
                    let padded = [month, day].map { ($0 < 10 ? "0" : "") + String($0) }
                    #expect(parse("\(year)-\(padded[0])-\(padded[1])T00:00:00Z") == expected.map { $0 * 1_000_000 })
                }
            }
        }
    }
}
