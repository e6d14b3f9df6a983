import Domain
import Foundation
import Pipeline
import TestSupport
import TestExpectations
import Testing

/// Nights under a conversion window: what they leave depends on the logs and on which dates were run, on nothing else.
@Suite struct WindowNightTests {
    static let windows = ["1h", "24h", "36h", "2d", "3d"]

    /// A site where some days have no log, and some a log without anything to count.
    private func randomSite(_ random: inout SplitMix64) throws -> Site {
        let site = try Site(window: Self.windows.randomElement(using: &random))
        site.hasLateEvents = Bool.random(using: &random)
        for date in Site.dates {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: continue
            case 1: try site.write([], on: date)
            default: try site.log(date, using: &random)
            }
        }
        return site
    }

    /// The last day whose log may hold a conversion of `date`, found by looking at every midnight.
    private func closing(_ date: CalendarDate, _ site: Site) throws -> CalendarDate {
        let text = try #require(site.window)
        let number = try #require(Double(text.dropLast()))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: Site.timeZone))
        func midnight(before date: CalendarDate) throws -> Date {
            let (year, month, day) = date.civil
            return try #require(calendar.date(from: DateComponents(year: year, month: month, day: day)))
        }
        let end = try midnight(before: date.advanced(by: 1)) + number * (text.hasSuffix("d") ? 86_400 : 3_600)
        var day = date
        while try midnight(before: day.advanced(by: 1)) < end { day = day.advanced(by: 1) }
        return day
    }

    @Test(.slow, arguments: 0..<24)
    func anyOrderOfNightsLeavesTheSameBytes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let site = try randomSite(&random)
        let nights = Site.dates.shuffled(using: &random).prefix(Int.random(in: 1...7, using: &random))
        let again = nights.filter { _ in Bool.random(using: &random) }
        let order = (nights + again).shuffled(using: &random)
        try site.run(nights.sorted(), in: "sorted")
        try site.run(order, in: "shuffled")
        let expected = try site.state("sorted")
        #expect(try site.state("shuffled") == expected, "\(order)")
        // And running a night once more changes nothing.
        try site.run([order[0]], in: "shuffled")
        #expect(try site.state("shuffled") == expected)
    }

    @Test(arguments: 100..<112)
    func everyDayIsCountedAsFarAsItsWindowAndTheNewestDayGo(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let site = try randomSite(&random)
        let nights = Array(Site.dates.shuffled(using: &random).prefix(Int.random(in: 1...6, using: &random)))
        try site.run(nights)
        let newest = try #require(nights.max())
        let days = (Site.dates[0].dayNumber - 4...newest.dayNumber).map { CalendarDate(dayNumber: $0) }
        for date in days {
            let closing = try closing(date, site)
            let through = min(closing, newest)
            let logs = (date.dayNumber...through.dayNumber).map { CalendarDate(dayNumber: $0) }
            let rows = try site.rows(logs)
            // A day without a night of its own is found by a later night whose log its windows reach.
            let isReached = nights.contains { $0 >= date && $0 <= closing }
            let folder = "state/statistics/date=\(date)"
            #expect(site.directory.exists(folder) == (nights.contains(date) || isReached && !rows.isEmpty), "\(date)")
            guard site.directory.exists(folder) else { continue }
            // A day without units has no rows, and no file of them.
            #expect(site.directory.exists(folder + "/statistics.csv") == !rows.isEmpty, "\(date)")
            if !rows.isEmpty {
                let text = try site.directory.text(folder + "/statistics.csv")
                #expect(text.utf8.elementsEqual(StatisticsFile.bytes(of: rows)), "\(date)")
            }
            #expect(
                try site.extent(date) == Site.Extent(mature: through == closing, through: through.description),
                "\(date)")
        }
    }

    /// Tables too: once all nights were run in order after the last day was known, nothing tells what was run before.
    @Test(.slow, arguments: 200..<206)
    func aPassOverAllNightsLeavesTheSameState(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let site = try randomSite(&random)
        let both: Set<NightlyRun.Step> = [.statistics, .allocation]
        for _ in 0..<2 { try site.run(Site.dates, in: "sorted", steps: both) }
        let order = (Site.dates + Site.dates.prefix(3)).shuffled(using: &random)
        try site.run(order + Site.dates, in: "shuffled", steps: both)
        #expect(try site.state("shuffled") == site.state("sorted"), "\(order)")
    }

    @Test(arguments: 300..<308)
    func aChangedLogNeedsOnlyItsOwnNight(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let site = try Site(window: Self.windows.randomElement(using: &random))
        for date in Site.dates { try site.log(date, using: &random) }
        try site.run(Site.dates)
        let changed = try #require(Site.dates.randomElement(using: &random))
        try site.log(changed, using: &random)
        try site.run([changed])
        try site.run(Site.dates, in: "fresh")
        #expect(try site.state() == site.state("fresh"), "\(changed)")
    }

    @Test func aLateLogHealsWithItsNight() throws {
        var random = SplitMix64(seed: 5)
        let site = try Site(window: "2d")
        for date in Site.dates where date != Site.dates[4] { try site.log(date, using: &random) }
        let outcomes = try site.run(Site.dates)
        #expect(outcomes.map(\.hasData) == Site.dates.map { $0 != Site.dates[4] })
        try site.log(Site.dates[4], using: &random)
        #expect(try site.run([Site.dates[4]])[0].hasData)
        try site.run(Site.dates, in: "fresh")
        #expect(try site.state() == site.state("fresh"))
    }

    @Test func aDayMaturesNightByNight() throws {
        var random = SplitMix64(seed: 6)
        let site = try Site(window: "2d")
        for date in Site.dates { try site.log(date, using: &random) }
        let dates = Site.dates
        let first = try site.run([dates[0]])
        #expect(first[0].recountedDays == [])
        for night in 1...2 {
            #expect(try site.extent(dates[0]).mature == false)
            let outcome = try site.run([dates[night]])[0]
            #expect(outcome.recountedDays == dates[..<night].map(\.description))
            #expect(try site.extent(dates[0]).through == dates[night].description)
        }
        #expect(try site.extent(dates[0]).mature)
        // 48 hours from the end of the 27th, over a day of 23 hours, end on the 30th.
        #expect(
            try site.run([dates[3], dates[4]]).map(\.recountedDays) == [
                [dates[1], dates[2]].map(\.description), [dates[1], dates[2], dates[3]].map(\.description),
            ])
        #expect(try site.extent(dates[1]) == Site.Extent(mature: true, through: dates[4].description))
    }

    @Test func theFirstNightFindsTheDaysBefore() throws {
        var random = SplitMix64(seed: 7)
        let site = try Site(window: "36h")
        for date in Site.dates.prefix(4) { try site.log(date, using: &random) }
        #expect(
            try site.run([Site.dates[3]])[0].recountedDays == [Site.dates[1], Site.dates[2]].map(\.description))
        #expect(!site.directory.exists("state/statistics/date=\(Site.dates[0])"))
    }

    @Test func logsCleanedAwayEraseNothing() throws {
        var random = SplitMix64(seed: 8)
        let site = try Site(window: "3d")
        for date in Site.dates { try site.log(date, using: &random) }
        try site.run(Site.dates.dropLast())
        let before = try site.state()
        for date in Site.dates.prefix(6) { try site.removeLog(date) }
        #expect(try site.run([Site.dates[2]])[0].hasData == false)
        let outcome = try site.run([Site.dates[7]])[0]
        #expect(outcome.recountedDays == [Site.dates[6].description])
        let after = try site.state()
        for (name, bytes) in before where !name.contains("\(Site.dates[6])") {
            #expect(after[name] == bytes, "\(name)")
        }
        try site.run([Site.dates[3]])
        #expect(try site.state() == after)
    }

    /// Days from before there was a window are not read again, but for those whose windows are open.
    @Test func aNewWindowReachesNoFurtherThanItself() throws {
        var random = SplitMix64(seed: 9)
        let site = try Site(window: nil)
        for date in Site.dates { try site.log(date, using: &random) }
        try site.run(Site.dates.dropLast())
        let before = try site.state()
        site.window = "3d"
        let outcome = try site.run([Site.dates[7]])[0]
        #expect(outcome.recountedDays == Site.dates[4..<7].map(\.description))
        let after = try site.state()
        for date in Site.dates.prefix(4) {
            let name = "statistics/date=\(date)/statistics.csv"
            #expect(before[name] != nil && after[name] == before[name])
        }
        // Run again, they are counted like all days.
        try site.run(Site.dates)
        try site.run(Site.dates, in: "fresh")
        #expect(try site.state() == site.state("fresh"))
    }

    /// The state knows how far each day was counted, so a window that became longer reaches back by itself.
    @Test(arguments: ["1h", "36h"])
    func aLongerWindowReachesBack(window: String) throws {
        var random = SplitMix64(seed: 9)
        let site = try Site(window: window)
        for date in Site.dates { try site.log(date, using: &random) }
        try site.run(Site.dates.dropLast())
        site.window = "3d"
        let outcome = try site.run([Site.dates[7]])[0]
        #expect(outcome.recountedDays == Site.dates.dropLast().map(\.description))
        try site.run(Site.dates, in: "fresh")
        #expect(try site.state() == site.state("fresh"))
    }

    @Test func withoutAWindowADayStandsAlone() throws {
        var random = SplitMix64(seed: 10)
        let site = try Site(window: nil)
        for date in Site.dates { try site.log(date, using: &random) }
        let outcomes = try site.run(Site.dates)
        for (date, outcome) in zip(Site.dates, outcomes) {
            #expect(outcome.recountedDays == nil)
            #expect(try site.extent(date) == Site.Extent(mature: true, through: nil))
            let text = try site.directory.text("state/statistics/date=\(date)/statistics.csv")
            #expect(text.utf8.elementsEqual(StatisticsFile.bytes(of: try site.rows([date]))))
        }
    }

    @Test func everyLogIsReadOnce() throws {
        var random = SplitMix64(seed: 11)
        let site = try Site(window: "2d")
        for date in Site.dates { try site.log(date, using: &random) }
        try site.run(Site.dates.dropLast())
        let read = Counter()
        try site.run([Site.dates[7]]) { options in
            options.progress = { done, total in read.note(done, total) }
        }
        let expected = try Site.dates.suffix(3).reduce(Int64(0)) { sum, date in
            try sum + Int64(site.directory.text("events/\(date).jsonl").utf8.count)
        }
        #expect(read.greatest == expected && read.total == expected)
    }

    @Test func tooManyBadLinesStopEveryNightThatReadsThem() throws {
        var random = SplitMix64(seed: 12)
        let site = try Site(window: "2d")
        for date in Site.dates { try site.log(date, using: &random) }
        try site.run(Site.dates.dropLast())
        let before = try site.state()
        try site.write(["no log"], on: Site.dates[6])
        let error = #expect(throws: RunFailure.self) { try site.run([Site.dates[7]]) }
        #expect(error?.description.contains("\(Site.dates[6])") == true)
        #expect(try site.state() == before)
        // Out of its reach, or out of the way:
        try site.removeLog(Site.dates[6])
        #expect(try site.run([Site.dates[7]])[0].hasData)
    }

    @Test func aDayWithoutItsListOfBotsIsLeftOut() throws {
        var random = SplitMix64(seed: 13)
        let site = try Site(window: "1d")
        site.denyLists = ["deny-{date}.txt"]
        for date in Site.dates {
            try site.log(date, using: &random)
            try site.directory.write("v1\n", to: "deny-\(date).txt")
        }
        try site.run(Site.dates.dropLast())
        let before = try site.state()
        try site.directory.remove("deny-\(Site.dates[6]).txt")
        #expect(throws: RunFailure.self) { try site.run([Site.dates[6]]) }
        let outcome = try site.run([Site.dates[7]])[0]
        #expect(outcome.recountedDays == [])
        #expect(outcome.warnings.contains { $0.contains("deny-\(Site.dates[6]).txt") })
        let after = try site.state()
        for (name, bytes) in before { #expect(after[name] == bytes, "\(name)") }
        // Days without a log need no list.
        for date in Site.dates.prefix(7) {
            try site.removeLog(date)
            try? site.directory.remove("deny-\(date).txt")
        }
        #expect(try site.run([Site.dates[7]])[0].warnings == [])
    }

    @Test func aDayToComeLeavesNothing() throws {
        var random = SplitMix64(seed: 14)
        let site = try Site(window: "1d")
        try site.log(Site.dates[0], using: &random)
        try site.run([Site.dates[0]])
        let before = try site.state()
        #expect(throws: RunFailure.self) {
            try site.run([Site.dates[5]]) { $0.today = Site.dates[1] }
        }
        #expect(try site.state() == before)
    }
}

/// The greatest numbers that were told, from any thread.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var greatest: Int64 = 0
    private(set) var total: Int64 = 0

    func note(_ done: Int64, _ total: Int64) {
        lock.withLock {
            greatest = max(greatest, done)
            self.total = max(self.total, total)
        }
    }
}
