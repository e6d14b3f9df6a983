import Domain
import EventLog
import Foundation

/// A second implementation of a day's statistics, written from the contract alone: everything in memory, dictionaries,
/// filters and sorting. The oracle of the real one.
struct SlowStatistics {
    var experiments: [Experiment]
    var schema = EventSchema()
    var timeZone: TimeZone
    /// Of times without an offset; nil: that of the day.
    var timesWithoutOffset: TimeZone?
    var date: CalendarDate
    var maximumLineLength = LogReader.maximumLineLength
    var botLimits = BotLimits()
    var leavesOutMixed = false
    var history = ServingHistory()
    /// In millionths.
    var revenueCap: Int128?

    /// The limits of the rules that only count; nil is off.
    struct BotLimits {
        var eventsPerDay: Int?
        var eventsPerMinute: Int?
        var clicksWithoutView: Int?
    }

    /// What one run finds.
    struct Result: Equatable {
        var lines = 0
        var events: [EventType: Int] = [:]
        /// The lines of every reason, all of them.
        var rejected: [String: [LineReference]] = [:]
        var ignored: [String: [LineReference]] = [:]
        var botVisitors: [String: Int] = [:]
        var botEvents: [String: Int] = [:]
        var bots: Set<Name> = []
        var visitors: Set<Name> = []
        /// Units of people, over all experiments.
        var mixed = 0
        /// Views of declared arms with a segment that was not taken as it stands.
        var formulaSegments = 0
        /// Events of the day that state a propensity which is none.
        var invalidPropensities = 0
        /// Copies of events, of visitors that are not dropped for the number of their events.
        var repeatedEvents = 0
        /// By the name of what is counted.
        var orders: [String: Int] = [:]
        var nowhere: [String: Int] = [:]
        /// By the parts of names that are not declared, all events; and by place, the views of people.
        var undeclared: [[Name]: Int] = [:]
        var undeclaredViews: [SlotKey: Int] = [:]
        /// Those that count, in no order.
        var units: [SlowUnit] = []
        var rows: [DailyRow] = []
        /// By row: how many of its units state which propensity, in billionths.
        var propensities: [[Int64: Int64]] = []
    }

    func run(_ files: [WrittenFile]) -> Result {
        var (result, people) = gather(files)
        count(people, later: [], window: nil, into: &result)
        return result
    }

    /// What several days, ascending, make of each other: conversions count for `window` microseconds after an exposure.
    static func run(_ days: [(statistics: SlowStatistics, files: [WrittenFile])], window: Int64) -> [Result] {
        let gathered = days.map { $0.statistics.gather($0.files) }
        return days.indices.map { index in
            var (result, people) = gathered[index]
            let later = gathered[(index + 1)...].flatMap(\.people)
            days[index].statistics.count(people, later: later, window: window, into: &result)
            return result
        }
    }

    /// Reads a day's files; the people are those events of visitors who are no bots that concern something declared.
    private func gather(_ files: [WrittenFile]) -> (result: Result, people: [SlowEvent]) {
        var result = Result()
        var events: [SlowEvent] = []
        for file in files {
            for (index, line) in file.content.linesOfText().enumerated() {
                let place = LineReference(file: file.name, line: Int64(index + 1))
                result.lines += 1
                switch read(line, fault: file.faults[index]) {
                case .rejected(let reason): result.rejected[reason, default: []].append(place)
                case .ignored(let reason, let event):
                    result.ignored[reason, default: []].append(place)
                    if let event { events.append(event) }
                case .counted(let event): events.append(event)
                }
            }
        }
        for event in events { result.events[event.type, default: 0] += 1 }
        result.visitors = Set(events.compactMap(\.visitor))
        result.invalidPropensities = events.filter(\.hasInvalidPropensity).count
        result.formulaSegments = events.filter { $0.type == .view && !$0.isIgnored && $0.hadFormulaSegment }.count
        let single = judge(events, into: &result)
        for event in events where event.isIgnored {
            guard let parts = undeclaredParts(event) else { continue }
            result.undeclared[parts, default: 0] += 1
        }
        for event in single where event.isIgnored && !result.bots.contains(event.visitor ?? "") {
            guard event.type == .view, let parts = undeclaredParts(event), parts.count == 3 else { continue }
            result.undeclaredViews[SlotKey(platform: parts[0], slot: parts[1]), default: 0] += 1
        }
        return (result, single.filter { !result.bots.contains($0.visitor ?? "") && !$0.isIgnored })
    }

    /// The first part of an event's place that is not declared, and the parts before it.
    private func undeclaredParts(_ event: SlowEvent) -> [Name]? {
        guard event.type != .other else { return nil }
        if let platform = event.platform, !experiments.contains(where: { $0.key.platform == platform }) {
            return [platform]
        }
        let here = experiments.filter { event.platform == nil || $0.key.platform == event.platform }
        guard let slot = event.slot else { return nil }
        guard here.contains(where: { $0.key.slot == slot }) else { return [event.platform ?? "", slot] }
        guard let platform = event.platform, let variant = event.variant else { return nil }
        return [platform, slot, variant]
    }

    /// Finds the bots; returns all events without copies.
    private func judge(_ events: [SlowEvent], into result: inout Result) -> [SlowEvent] {
        var single: [SlowEvent] = []
        for (visitor, lines) in SlowEvent.byVisitor(events) {
            let own = schema.hasEventIDs ? withoutCopies(lines) : lines
            single += own
            // Who has too many events is judged by that alone, and all lines are events.
            if schema.hasEventIDs, let limit = botLimits.eventsPerDay, own.count > limit {
                result.bots.insert(visitor)
                result.botVisitors["eventsPerDay", default: 0] += 1
                result.botEvents["eventsPerDay", default: 0] += lines.count
                continue
            }
            result.repeatedEvents += lines.count - own.count
            let minutes = Dictionary(grouping: own) { Int64((Double($0.time) / 60e6).rounded(.down)) }
            let busiest = minutes.values.map(\.count).max() ?? 0
            let views = own.filter { $0.type == .view }.count
            let clicks = own.filter { $0.type == .click }.count
            var rules: [String] = []
            if let limit = botLimits.eventsPerDay, own.count > limit { rules.append("eventsPerDay") }
            if let limit = botLimits.eventsPerMinute, busiest >= limit { rules.append("eventsPerMinute") }
            if let limit = botLimits.clicksWithoutView, views == 0, clicks >= limit {
                rules.append("clicksWithoutView")
            }
            for rule in rules {
                result.botVisitors[rule, default: 0] += 1
                result.botEvents[rule, default: 0] += own.count
            }
            if !rules.isEmpty { result.bots.insert(visitor) }
        }
        return single
    }

    /// Counts the units of a day's people.
    ///
    /// - Parameters:
    ///   - later: people's events of the days after it.
    ///   - window: microseconds after the exposure that clicks and purchases count; nil: no end.
    private func count(_ today: [SlowEvent], later: [SlowEvent], window: Int64?, into result: inout Result) {
        let later = SlowEvent.byVisitor(later)
        for (visitor, own) in SlowEvent.byVisitor(today) {
            let known = own + (later[visitor] ?? [])
            tallyMoney(own, into: &result, judgesOrders: window == nil)
            var cancelled: Set<Name> = []
            for experiment in experiments {
                let key = experiment.key
                let here = known.filter { $0.platform == key.platform && $0.slot == key.slot }
                let views = here.filter { $0.type == .view && dayRange.contains($0.time) }
                let ownClicks = here.filter { $0.type == .click && dayRange.contains($0.time) }
                guard let exposure = views.min(by: { $0.exposesBefore($1) }), let variant = exposure.variant else {
                    result.nowhere["click without an exposure", default: 0] += ownClicks.count
                    continue
                }
                if !ownClicks.contains(where: { $0.time >= exposure.time }) {
                    result.nowhere["click before the exposure", default: 0] += ownClicks.count
                }
                let end = window.map { exposure.time + $0 } ?? .max
                let money = SlowMoney(known.filter { $0.time <= end })
                let (bought, cancelledHere, total) = money.credit(key, since: exposure.time)
                cancelled.formUnion(cancelledHere.filter { dayRange.contains($0.time) }.compactMap(\.order))
                if Set(views.compactMap(\.variant)).count > 1 {
                    result.mixed += 1
                    if leavesOutMixed { continue }
                }
                let clicks = here.filter { $0.type == .click && $0.time <= end }
                var revenue = total
                if let cap = revenueCap, revenue > cap || revenue < -cap {
                    revenue = revenue > 0 ? cap : -cap
                    result.orders["cappedUnits", default: 0] += 1
                }
                // Of views that are alike in all else the least propensity counts.
                let same = views.filter { !$0.exposesBefore(exposure) && !exposure.exposesBefore($0) }
                result.units.append(
                    SlowUnit(
                        visitor: visitor,
                        arm: ArmKey(
                            platform: key.platform, slot: key.slot, segment: exposure.segment, variant: variant),
                        table: history.entries.last { $0.since * 1_000_000 <= exposure.time }?.table,
                        exposure: exposure.time, views: Int64(views.count), clicks: Int64(clicks.count),
                        purchases: Int64(bought), isClicked: clicks.contains { $0.time >= exposure.time },
                        revenue: revenue, propensity: same.compactMap(\.propensity).min(),
                        isMixed: Set(views.compactMap(\.variant)).count > 1))
            }
            if window != nil { result.orders["cancelledOrders", default: 0] += cancelled.count }
        }
        SlowUnit.addUp(result.units, on: date, into: &result)
    }

}

/// A unit as the slow implementation keeps it, and as the real one's outcomes are brought to.
struct SlowUnit: Hashable {
    var visitor: Name
    var arm: ArmKey
    var table: CalendarDate?
    var exposure: Int64
    var views, clicks, purchases: Int64
    var isClicked: Bool
    var revenue: Int128
    /// In billionths.
    var propensity: Int64?
    var isMixed: Bool

    /// The rows that units make, and what each row's units state.
    static func addUp(_ units: [SlowUnit], on date: CalendarDate, into result: inout SlowStatistics.Result) {
        // No table comes first: no text is less.
        let rows = Dictionary(grouping: units) { unit in
            [
                unit.arm.platform, unit.arm.slot, unit.arm.segment, Name(unit.table?.description ?? ""),
                unit.arm.variant,
            ]
        }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        result.rows = rows.map { _, units in
            var counts = ArmCounts()
            counts.visitors = Int64(units.count)
            counts.views = units.reduce(0) { $0 + $1.views }
            counts.clicks = units.reduce(0) { $0 + $1.clicks }
            counts.purchases = units.reduce(0) { $0 + $1.purchases }
            counts.clickers = Int64(units.filter(\.isClicked).count)
            counts.purchasers = Int64(units.filter { $0.purchases > 0 }.count)
            counts.revenue = units.reduce(0) { $0 + $1.revenue }
            counts.revenueSquared = units.reduce(0) { $0 + $1.revenue * $1.revenue }
            return DailyRow(date: date, table: units[0].table, key: units[0].arm, counts: counts)
        }
        result.propensities = rows.map { _, units in
            units.compactMap(\.propensity).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }
}

/// An event as the slow implementation keeps it.
struct SlowEvent {
    var time: Int64
    var type: EventType
    var visitor: Name?
    var platform: Name?
    var slot: Name?
    var variant: Name?
    var segment: Name
    var hadFormulaSegment: Bool
    var revenue: Int128
    var order: Name?
    /// In billionths; nil: none is stated, or what is stated is none.
    var propensity: Int64?
    var hasInvalidPropensity = false
    /// The event's own.
    var id: Name?
    var isIgnored = false

    static func byVisitor(_ events: [SlowEvent]) -> [Name: [SlowEvent]] {
        var found: [Name: [SlowEvent]] = [:]
        for event in events { if let visitor = event.visitor { found[visitor, default: []].append(event) } }
        return found
    }

    func concerns(_ key: SlotKey) -> Bool {
        (platform ?? key.platform) == key.platform && (slot ?? key.slot) == key.slot
    }

    func exposesBefore(_ other: SlowEvent) -> Bool {
        if time != other.time { return time < other.time }
        if let variant, let theirs = other.variant, variant != theirs { return variant < theirs }
        return segment < other.segment
    }
}

/// A log file with what its author knows of it.
struct WrittenFile {
    var name: String
    var content: [UInt8]
    /// Lines, from 0, that were made malformed, with the reason.
    var faults: [Int: String] = [:]
}

extension [UInt8] {
    /// The lines of a text file: without its byte order mark and its line feeds; a last line may lack one.
    func linesOfText() -> [[UInt8]] {
        let text = starts(with: [0xEF, 0xBB, 0xBF]) ? dropFirst(3) : self[...]
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array<UInt8>.init)
        if lines.last == [] { lines.removeLast() }
        return lines
    }
}
