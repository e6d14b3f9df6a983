import BotFilter
import Domain
import EventLog
import Foundation
import Statistics
import Synchronization

/// How the real job is run: nothing of it may show in the result.
struct Machinery {
    var workers = 1
    var blockSize = 1 << 18
    /// Bytes for visitors; a little makes many passes.
    var memory = 1 << 30
}

extension SlowStatistics {
    /// The real job with this configuration.
    func job(_ machinery: Machinery = Machinery()) -> DailyJob {
        var reader = LogReader(
            schema: schema, day: LogDay(range: dayRange, localTime: timeZone.localTime(around: dayRange)))
        reader.blockSize = machinery.blockSize
        reader.maximumLineLength = maximumLineLength
        var job = DailyJob(
            experiments: experiments, policy: policy, mixedUnits: leavesOutMixed ? .exclude : .first, reader: reader,
            workers: machinery.workers)
        job.revenueCap = revenueCap.map { Int64($0) }
        job.audits = true
        job.memory = machinery.memory
        job.servingHistory = history
        return job
    }

    /// What the real job finds in files named by their paths.
    func findings(_ files: [WrittenFile], _ machinery: Machinery = Machinery()) throws -> DayFindings {
        let (statistics, tally) = try job(machinery).run(files.map { .path($0.name) })
        return DayFindings(statistics, tally, date: date)
    }

    /// The units that the real job gives out for one of several days, or for a day alone without a window.
    static func units(
        _ days: [(statistics: SlowStatistics, files: [WrittenFile])], day: Int = 0, window: Int64? = nil,
        _ machinery: Machinery = Machinery()
    ) throws -> [SlowUnit] {
        let experiments = days[0].statistics.experiments
        let found = Mutex<[SlowUnit]>([])
        let output = UnitOutput(day: day, accepts: { _, _ in true }) { units, names in
            let batch = units.map { SlowUnit($0, names, experiments) }
            found.withLock { $0 += batch }
        }
        let logs = days.map { $0.statistics.log($0.files) }
        _ = try days[0].statistics.job(machinery).run(
            logs, window: window.map { ConversionWindow(microseconds: $0) }, to: output)
        return found.withLock { $0 }
    }

    /// The log of this day for a job of several.
    func log(_ files: [WrittenFile]) -> DayLog {
        DayLog(
            files: files.map { .path($0.name) },
            day: LogDay(range: dayRange, localTime: timeZone.localTime(around: dayRange)), policy: policy)
    }

    /// The one place that knows how rules are set.
    private var policy: BotPolicy {
        var settings = BotSettings()
        settings.userAgents = nil
        settings.eventsPerDay = botLimits.eventsPerDay
        settings.eventsPerMinute = botLimits.eventsPerMinute
        settings.clicksWithoutView = botLimits.clicksWithoutView
        return BotPolicy(settings)
    }
}

extension SlowUnit {
    init(_ unit: UnitOutcome, _ names: UnitNames, _ experiments: [Experiment]) {
        let slot = experiments[unit.experiment].key
        visitor = Name(unit.visitor.string)
        arm = ArmKey(
            platform: slot.platform, slot: slot.slot, segment: names.withSegment(of: unit) { Name($0.string) },
            variant: names.variant(of: unit))
        table = names.table(of: unit)
        exposure = unit.exposure
        (views, clicks, purchases) = (unit.views, unit.clicks, unit.purchases)
        isClicked = unit.isClicked
        revenue = unit.revenue
        propensity = unit.propensity == 0 ? nil : Int64(unit.propensity)
        isMixed = unit.isMixed
    }
}

/// What a run found, in the form that both implementations can be brought to.
struct DayFindings: Equatable {
    var lines = 0
    var bytes = 0
    var events: [EventType: Int] = [:]
    var rejected: [String: Reason] = [:]
    var ignored: [String: Reason] = [:]
    var botVisitors: [String: Int] = [:]
    var botEvents: [String: Int] = [:]
    var bots: [Name] = []
    var visitors = 0
    var mixed = 0
    var formulaSegments = 0
    var invalidPropensities = 0
    var repeatedEvents = 0
    var orders: [String: Int] = [:]
    var nowhere: [String: Int] = [:]
    var undeclared: [[Name]: Int] = [:]
    /// By the number of the experiment.
    var undeclaredViews: [Int: Int] = [:]
    /// By row.
    var propensities: [[Int64: Int64]] = []
    var rows: [DailyRow] = []

    struct Reason: Equatable {
        var count: Int
        var samples: [LineReference]
    }

    init(_ result: SlowStatistics.Result, files: [WrittenFile], _ experiments: [Experiment]) {
        func reasons(_ lines: [String: [LineReference]]) -> [String: Reason] {
            lines.mapValues { Reason(count: $0.count, samples: Array($0.prefix(LineSamples.limit))) }
        }
        lines = result.lines
        bytes = files.reduce(0) { $0 + $1.content.count }
        events = result.events
        rejected = reasons(result.rejected)
        ignored = reasons(result.ignored)
        botVisitors = result.botVisitors
        botEvents = result.botEvents
        bots = result.bots.sorted()
        visitors = result.visitors.count
        mixed = result.mixed
        formulaSegments = result.formulaSegments
        invalidPropensities = result.invalidPropensities
        repeatedEvents = result.repeatedEvents
        orders = result.orders.filter { $0.value > 0 }
        nowhere = result.nowhere.filter { $0.value > 0 }
        // Of each kind the shortest names, of equally long ones the least.
        undeclared = Dictionary(grouping: result.undeclared, by: \.key.count).values.reduce(into: [:]) { kept, names in
            let bytes = names.map { (Array($0.key.map(\.string).joined(separator: "\u{1F}").utf8), $0) }
            let sorted = bytes.sorted { left, right in
                left.0.count == right.0.count ? left.0.lexicographicallyPrecedes(right.0) : left.0.count < right.0.count
            }
            for (_, name) in sorted.prefix(4_096) { kept[name.key] = name.value }
        }
        for (number, experiment) in experiments.enumerated() {
            undeclaredViews[number] = result.undeclaredViews[experiment.key]
        }
        propensities = result.propensities
        rows = result.rows
    }

    init(_ statistics: DayStatistics, _ tally: LogTally, date: CalendarDate) {
        func reasons(_ entries: [LogTally.Entry]) -> [String: Reason] {
            Dictionary(
                uniqueKeysWithValues: entries.map { ($0.name, Reason(count: Int($0.count), samples: $0.samples)) })
        }
        lines = Int(tally.lines)
        bytes = Int(tally.bytes)
        events = tally.events.filter { $0.value > 0 }.mapValues { Int($0) }
        rejected = reasons(tally.rejected)
        ignored = reasons(tally.ignored)
        for (rule, bots) in statistics.botsByRule {
            botVisitors[rule.names[0]] = Int(bots.visitors)
            botEvents[rule.names[0]] = Int(bots.events)
        }
        bots = statistics.audit.map(\.visitor)
        visitors = Int(statistics.visitors.visitors)
        mixed = Int(statistics.mixedUnits)
        formulaSegments = Int(statistics.formulaSegments)
        invalidPropensities = Int(tally.invalidPropensities)
        repeatedEvents = Int(statistics.repeatedEvents)
        let counts = statistics.orders
        orders = [
            "repeatedPurchases": counts.repeatedPurchases, "ordersWithOtherMoney": counts.ordersWithOtherMoney,
            "refunds": counts.refunds, "repeatedRefunds": counts.repeatedRefunds,
            "refundsOfNothing": counts.refundsOfNothing, "cancelledOrders": counts.cancelledOrders,
            "cappedUnits": counts.cappedUnits,
        ].filter { $0.value > 0 }.mapValues { Int($0) }
        undeclared = UndeclaredNames.Kind.allCases.reduce(into: [:]) { all, kind in
            all.merge(statistics.undeclared[kind].events.mapValues { Int($0) }, uniquingKeysWith: +)
        }
        undeclaredViews = statistics.undeclaredViews.mapValues { Int($0) }
        for reason in NowhereReason.allCases where statistics.nowhere[reason] > 0 {
            nowhere[reason.name] = Int(statistics.nowhere[reason])
        }
        propensities = statistics.rows.map(\.propensities.unitsByPropensity)
        rows = statistics.rows.map { DailyRow(date: date, table: $0.table, key: $0.key, counts: $0.counts) }
    }
}

extension DayFindings {
    /// What is not the same, for a person to read.
    func differences(from expected: DayFindings) -> [String] {
        zip(Mirror(reflecting: self).children, Mirror(reflecting: expected).children).compactMap { found, wanted in
            let isRows = found.label == "rows"
            let differs =
                isRows
                ? rows != expected.rows : DayFindings.text(found.value) != DayFindings.text(wanted.value)
            guard differs else { return nil }
            let name = found.label ?? ""
            guard isRows else {
                return
                    "\(name): \(DayFindings.text(found.value)), expected \(DayFindings.text(wanted.value))"
            }
            func text(_ row: DailyRow) -> String { "\(row.key) \(row.table?.description ?? "no table") \(row.counts)" }
            let extra = rows.filter { !expected.rows.contains($0) }.map { "+ \(text($0))" }
            let lost = expected.rows.filter { !rows.contains($0) }.map { "- \(text($0))" }
            return (["rows:"] + extra + lost).joined(separator: "\n")
        }
    }

    /// The same text for equal values: dictionaries are ordered by key.
    private static func text(_ value: Any) -> String {
        if let reasons = value as? [String: Reason] {
            return reasons.sorted { $0.key < $1.key }.map { name, reason in
                "\(name) \(reason.count) at \(reason.samples.map { $0.file.suffix(8) + ":" + String($0.line) })"
            }.joined(separator: ", ")
        }
        if let counts = value as? [String: Int] { return "\(counts.sorted { $0.key < $1.key })" }
        if let names = value as? [[Name]: Int] {
            return "\(names.sorted { $0.key.lexicographicallyPrecedes($1.key) })"
        }
        if let counts = value as? [Int: Int] { return "\(counts.sorted { $0.key < $1.key })" }
        if let rows = value as? [[Int64: Int64]] { return "\(rows.map { $0.sorted { $0.key < $1.key } })" }
        if let counts = value as? [EventType: Int] {
            return "\(counts.sorted { $0.key.rawValue < $1.key.rawValue })"
        }
        return "\(value)"
    }
}

extension TimeZone {
    /// The offsets of this timezone in the months around `day`, microseconds since the epoch.
    func localTime(around day: Range<Int64>) -> LocalTime {
        var instant = Date(timeIntervalSince1970: Double(day.lowerBound / 1_000_000 - 90 * 86_400))
        let end = instant.addingTimeInterval(180 * 86_400)
        var periods: [LocalTime.Period] = []
        while instant < end {
            let start = Int64(instant.timeIntervalSince1970.rounded())
            periods.append(LocalTime.Period(start: start, offset: Int64(secondsFromGMT(for: instant))))
            guard let next = nextDaylightSavingTimeTransition(after: instant) else { break }
            instant = next
        }
        return LocalTime(periods: periods)
    }
}
