@testable import Configuration
import Domain
import EventLog
import Foundation
import TestSupport
import TestExpectations
import Testing

@Suite struct ZoneRulesTests {
    /// Seconds since the epoch of a time in UTC, such as `2026-03-29T01:00`.
    private static func instant(_ text: String) throws -> Int64 {
        let parts = text.split(separator: "T")
        let day = try #require(CalendarDate(parts[0])).dayNumber
        let clock = parts[1].split(separator: ":").compactMap { Int64($0) }
        return Int64(day) * 86_400 + clock[0] * 3_600 + clock[1] * 60 + (clock.count > 2 ? clock[2] : 0)
    }

    // MARK: The machine's database

    /// Every change of every zone from 1970 to 2037, against Python's `zoneinfo` over the same files.
    @Test(.slow, .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
    func allZonesAreThoseOfPython() throws {
        let (first, last) = (0 as Int64, try Self.instant("2038-01-01T00:00"))
        let script = try #require(
            Bundle.module.url(forResource: "zones", withExtension: "py", subdirectory: "Reference"))
        let names = SystemTimeZone.all
        #expect(names.count > 300)
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [script.path, SystemTimeZone.directory, "\(first)", "\(last)"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // Names are read before anything is written.
        try input.fileHandleForWriting.write(contentsOf: Data(names.map { $0 + "\n" }.joined().utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n")
        #expect(lines.count == names.count)
        var changes = 0
        for (name, line) in zip(names, lines) {
            let zone = try #require(try SystemTimeZone.named(name))
            let periods = zone.periods(in: first..<last + 1)
            let expected = [name, "\(periods[0].offset)"] + periods.dropFirst().map { "\($0.start)=\($0.offset)" }
            #expect(line == expected.joined(separator: " "))
            for (period, next) in zip(periods, periods.dropFirst()) {
                #expect(zone.offset(at: next.start - 1) == period.offset && zone.offset(at: next.start) == next.offset)
            }
            changes += periods.count - 1
        }
        #expect(changes > 10_000)
    }

    // MARK: Rules

    @Test(arguments: [
        // Central Europe, at one o'clock UTC on last Sundays.
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2026, "2026-03-29T01:00", 7_200, "2026-10-25T01:00", 3_600),
        // The United States: the second Sunday of March and the first of November.
        ("EST5EDT,M3.2.0,M11.1.0", 2026, "2026-03-08T07:00", -14_400, "2026-11-01T06:00", -18_000),
        // Ireland: standard time in summer, behind it in winter.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 2026, "2026-03-29T01:00", 3_600, "2026-10-25T01:00", 0),
        // Greenland: before the midnight of a Sunday, in local time.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, "2026-03-29T01:00", -3_600, "2026-10-25T01:00", -7_200),
        // Jerusalem: 26 hours after a Thursday's midnight, which is Friday at two.
        ("IST-2IDT,M3.4.4/26,M10.5.0", 2026, "2026-03-27T00:00", 10_800, "2026-10-24T23:00", 7_200),
        // Days of the year, with 29 February and without, in a leap year and in another.
        ("AAA0BBB,59,J61", 2024, "2024-02-29T02:00", 3_600, "2024-03-02T01:00", 0),
        ("AAA0BBB,59,J61", 2023, "2023-03-01T02:00", 3_600, "2023-03-02T01:00", 0),
        ("AAA0BBB,J59,60", 2024, "2024-02-28T02:00", 3_600, "2024-03-01T01:00", 0),
        ("AAA0BBB,0/0,J365/23", 2024, "2024-01-01T00:00", 3_600, "2024-12-31T22:00", 0),
        ("AAA0BBB,364,365/23", 2024, "2024-12-30T02:00", 3_600, "2024-12-31T22:00", 0),
        // A week before and after, in the years before and after.
        ("AAA0BBB,0/-167,M6.1.1/0", 2027, "2026-12-25T01:00", 3_600, "2027-06-06T23:00", 0),
        ("AAA0BBB,M6.1.1/0,365/167", 2024, "2024-06-03T00:00", 3_600, "2025-01-06T22:00", 0),
        // Offsets with minutes and seconds, a name in brackets, no hour more by default.
        (
            "<+0545>-5:45<+0645>-6:45:30,M1.1.0/1:02:03,M2.5.6/+4", 2026, "2026-01-03T19:17:03", 24_330,
            "2026-02-27T21:14:30", 20_700
        ),
        // The south, where summer goes over the year's end.
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", 2026, "2026-04-04T14:00", 43_200, "2026-09-26T14:00", 46_800),
    ])
    func aRuleChangesClocksTwiceAYear(
        rule: String, year: Int, first: String, firstOffset: Int64, second: String, secondOffset: Int64
    ) throws {
        let zone = try ZoneRules(tzif: TZifBytes(rule: rule).bytes)
        let changes = [(try Self.instant(first), firstOffset), (try Self.instant(second), secondOffset)]
        let range = changes[0].0 - 1..<changes[1].0 + 1
        let expected =
            [LocalTime.Period(start: range.lowerBound, offset: secondOffset)]
            + changes.map { LocalTime.Period(start: $0.0, offset: $0.1) }
        #expect(zone.periods(in: range) == expected)
        for (instant, offset) in changes {
            #expect(zone.offset(at: instant) == offset)
            #expect(zone.offset(at: instant - 1) != offset)
        }
        // The same again 400 years later, and before.
        let cycle: Int64 = 146_097 * 86_400
        for cycles in [-3, 1, 20] as [Int64] {
            for (instant, offset) in changes {
                #expect(zone.offset(at: instant + cycles * cycle) == offset)
                #expect(zone.offset(at: instant + cycles * cycle - 1) != offset)
            }
        }
    }

    @Test(arguments: [
        ("EST5EDT,0/0,J365/25", -14_400), ("XXX-3", 10_800), ("<+13>-13", 46_800), ("XXX3YYY3,M3.1.0,M9.1.0", -10_800),
    ])
    func aRuleMayHaveOneOffsetAllTheYear(rule: String, offset: Int64) throws {
        let zone = try ZoneRules(tzif: TZifBytes(rule: rule).bytes)
        let range = try Self.instant("2023-12-20T00:00")..<Self.instant("2029-01-10T00:00")
        #expect(zone.periods(in: range) == [LocalTime.Period(start: range.lowerBound, offset: offset)])
        for instant in stride(from: range.lowerBound, to: range.upperBound, by: 3_600) {
            #expect(zone.offset(at: instant) == offset)
        }
    }

    @Test(arguments: [
        "EST", "5", "ES5", "EST5EDT", "EST5EDT4", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0,", "EST25",
        "EST5EDT,M13.1.0,M11.1.0",
        "EST5EDT,M0.1.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J1", "EST5EDT,J366,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/1:60,M11.1.0",
        "<EST5", "<E>5", "EST5EDT,M3.2,M11.1.0", "EST 5", "EST5EDT;M3.2.0,M11.1.0", "EST5:", "EST--5", ":Europe/Paris",
        "EST5EDT,M3.2.0/,M11.1.0", "E\u{e9}ST5", "EST99999999999999999999", "EST5EDT,1,99999999999999999999",
    ])
    func whatIsNoRuleIsAFault(rule: String) {
        let fault = #expect(throws: ZoneFileFault.self) { try ZoneRules(tzif: TZifBytes(rule: rule).bytes) }
        #expect(fault?.message.hasPrefix("its rule") == true)
    }

    /// A rule against a walk through the days of its year that knows only weekdays.
    @Test func weekdaysOfMonthsAreThoseOfACalendar() throws {
        for year in [1900, 2000, 2023, 2024, 2100] {
            for month in 1...12 {
                for weekday in 0...6 {
                    let days = (1...31).compactMap { CalendarDate(year: year, month: month, day: $0)?.dayNumber }
                        .filter { ($0 + 4 + 7 * 10_000) % 7 == weekday }
                    for week in 1...5 {
                        let expected = week == 5 ? days.last : days[week - 1]
                        let day = YearlyRule.Day.weekday(month: month, week: week, weekday: weekday)
                        #expect(day.dayNumber(year: year) == expected)
                    }
                }
            }
        }
    }

    // MARK: Files

    private static let changes: [(instant: Int64, type: UInt8)] = [
        (-5_000_000_000, 1), (0, 2), (1_000_000_000, 1), (1_000_000_100, 1), (2_000_000_000, 0), (5_000_000_000, 2),
    ]
    private static let offsets: [Int32] = [-1_800, 3_600, 7_200]

    /// What a list of changes says, looked up from its end.
    private static func slowOffset(_ changes: [(instant: Int64, type: UInt8)], at instant: Int64) -> Int64 {
        Int64(offsets[Int(changes.last { $0.instant <= instant }?.type ?? 0)])
    }

    @Test(arguments: ["1", "2", "3", "4", "9"] as [Character], [false, true])
    func changesAreThoseOfTheLastPart(version: Character, isFat: Bool) throws {
        let file = TZifBytes(version: version, changes: Self.changes, offsets: Self.offsets, isFat: isFat)
        let zone = try ZoneRules(tzif: file.bytes)
        // The first part holds times of 32 bits.
        let changes = version == "1" ? Self.changes.filter { abs($0.instant) < 1 << 31 } : Self.changes
        for change in Self.changes {
            for instant in [change.instant - 1, change.instant, change.instant + 1, .min, .max] {
                #expect(zone.offset(at: instant) == Self.slowOffset(changes, at: instant))
            }
        }
        // A change of name alone begins no period.
        let periods = zone.periods(in: -1..<3_000_000_000)
        #expect(periods.map(\.start) == [-1, 0, 1_000_000_000, 2_000_000_000])
        #expect(periods.map(\.offset) == [version == "1" ? -1_800 : 3_600, 7_200, 3_600, -1_800])
    }

    @Test func theRuleHoldsAfterTheLastChange() throws {
        let last = try Self.instant("2007-10-28T01:00")
        let file = TZifBytes(changes: [(0, 2), (last, 1)], offsets: Self.offsets, rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        let zone = try ZoneRules(tzif: file.bytes)
        #expect(zone.offset(at: -1) == -1_800)
        #expect(zone.offset(at: try Self.instant("2007-01-01T00:00")) == 7_200)
        #expect(zone.offset(at: try Self.instant("2008-01-01T00:00")) == 3_600)
        #expect(zone.offset(at: try Self.instant("2008-07-01T00:00")) == 7_200)
        let periods = zone.periods(in: try Self.instant("2006-01-01T00:00")..<Self.instant("2008-12-31T00:00"))
        #expect(
            periods.map(\.start).dropFirst() == [
                last, try Self.instant("2008-03-30T01:00"), try Self.instant("2008-10-26T01:00"),
            ])
    }

    /// The periods are what one finds who asks at every instant.
    @Test func periodsAreThoseOfAWalk() throws {
        var random = SplitMix64(seed: 4)
        for _ in 0..<40 {
            var instant = Int64.random(in: -2_000...2_000, using: &random)
            let changes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                instant += Int64.random(in: 1...40, using: &random)
                return (instant: instant, type: UInt8.random(in: 0...2, using: &random))
            }
            let rule = Bool.random(using: &random) ? "AAA-1BBB,0/0,0/0:01" : ""
            let zone = try ZoneRules(tzif: TZifBytes(changes: changes, offsets: Self.offsets, rule: rule).bytes)
            let start = Int64.random(in: -5_000...3_000, using: &random)
            let range = start..<start + Int64.random(in: 1...6_000, using: &random)
            var walked: [LocalTime.Period] = []
            for instant in range where walked.last?.offset != zone.offset(at: instant) {
                walked.append(LocalTime.Period(start: instant, offset: zone.offset(at: instant)))
            }
            #expect(zone.periods(in: range) == walked)
        }
    }

    // MARK: Damage

    @Test func everyPrefixOfAFileIsRefused() throws {
        for version in ["1", "2"] as [Character] {
            let bytes = TZifBytes(
                version: version, changes: Self.changes, offsets: Self.offsets, rule: "CET-1CEST,M3.5.0,M10.5.0/3"
            ).bytes
            _ = try ZoneRules(tzif: bytes)
            for count in 0..<bytes.count {
                let fault = #expect(throws: ZoneFileFault.self) { try ZoneRules(tzif: bytes.prefix(count)) }
                #expect(fault?.message.isEmpty == false)
            }
        }
    }

    @Test func flippedBitsAreRefusedOrRead() throws {
        var random = SplitMix64(seed: 5)
        let file = TZifBytes(
            changes: Self.changes, offsets: Self.offsets, rule: "CET-1CEST,M3.5.0,M10.5.0/3", isFat: true)
        var refused = 0
        for bit in 0..<file.bytes.count * 8 {
            var bytes = file.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            if bit % 3 == 0 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                let zone = try ZoneRules(tzif: bytes)
                let periods = zone.periods(in: -3_000_000_000..<6_000_000_000)
                #expect(periods.allSatisfy { (-89_999...93_599).contains($0.offset) })
                #expect(
                    (-89_999...93_599).contains(zone.offset(at: .max))
                        && (-89_999...93_599).contains(zone.offset(at: .min)))
            } catch {
                #expect(!error.message.isEmpty)
                refused += 1
            }
        }
        #expect(refused > 500)
    }

    @Test func whatNoFileHasIsNamed() throws {
        func message(_ file: TZifBytes, _ damage: (inout [UInt8]) -> Void = { _ in }) -> String? {
            var bytes = file.bytes
            damage(&bytes)
            do {
                _ = try ZoneRules(tzif: bytes)
                return nil
            } catch {
                return error.message
            }
        }
        #expect(message(TZifBytes()) == nil)
        #expect(message(TZifBytes(leapSeconds: 2)) == "it counts leap seconds, which no clock of a log does")
        #expect(message(TZifBytes(version: "1", leapSeconds: 2))?.contains("leap seconds") == true)
        #expect(message(TZifBytes(offsets: [])) == "it has no offset")
        #expect(message(TZifBytes(offsets: [100_000])) == "it has an offset of 100000 seconds")
        #expect(message(TZifBytes(offsets: [.min])) == "it has an offset of -2147483648 seconds")
        #expect(message(TZifBytes(changes: [(0, 1)])) == "it has a change to an unknown offset")
        #expect(message(TZifBytes(changes: [(5, 0), (5, 0)])) == "its changes are not in ascending order")
        #expect(message(TZifBytes(rule: nil)) == "it ends too early")
        #expect(message(TZifBytes()) { $0[0] = 0 } == "it does not begin with \"TZif\"")
        #expect(message(TZifBytes()) { $0[4] = 1 } == "it has no known version")
        // Counts of four milliards each.
        for index in stride(from: 20, to: 44, by: 4) {
            #expect(
                message(TZifBytes(version: "1")) { $0.replaceSubrange(index..<index + 4, with: [255, 255, 255, 255]) }
                    != nil)
        }
    }

    /// Reading a process's memory at 0 fails as a disk does.
    @Test func aFileThatTheMachineCannotReadIsNoFaultOfTheConfiguration() throws {
        let memory = "/proc/self/mem"
        guard FileManager.default.fileExists(atPath: memory) else { return }
        let scratch = try ScratchDirectory()
        try FileManager.default.createDirectory(atPath: scratch.path + "/Europe", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/Europe/Paris", withDestinationPath: memory)
        do throws(ZoneFileError) {
            _ = try SystemTimeZone.named("Europe/Paris", in: scratch.path)
            Issue.record("the zone was read")
        } catch {
            #expect(error.isOfSystem, "\(error)")
        }
    }

    @Test func aDamagedFileIsAFaultThatNamesIt() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("TZif2", to: "Europe/Paris")
        _ = try scratch.write(TZifBytes(rule: "XXX-3").bytes, to: "Europe/Istanbul")
        let name = "\(scratch.path)/Europe/Paris"
        #expect(throws: ZoneFileError(path: name, problem: "is no timezone file: it ends too early")) {
            try SystemTimeZone.named("Europe/Paris", in: scratch.path)
        }
        let istanbul = try #require(try SystemTimeZone.named("Europe/Istanbul", in: scratch.path))
        #expect(istanbul.offset(at: 1_790_000_000) == 10_800)
        #expect(try SystemTimeZone.named("Europe/Rome", in: scratch.path) == nil)
        #expect(try SystemTimeZone.named("Europe", in: scratch.path) == nil)
    }
}
