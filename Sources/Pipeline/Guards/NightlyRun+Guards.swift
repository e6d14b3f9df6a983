import Allocation
import Configuration
import Domain
import EventLog
import Guards
import Learning
import State

/// What guards look at, read from the files of the state directory; and what becomes of a night when they trip.
extension NightlyRun {
    /// What the guards find about the table that a night would publish.
    ///
    /// - Parameter held: days that are no measure, for they were held themselves, and neither run again nor accepted.
    func guardFindings(
        on date: CalendarDate, _ history: History, held: Set<CalendarDate>, inForce: TableInForce?,
        movements: [TrafficMovement], hasData: Bool
    ) throws(RunFailure) -> [GuardFinding] {
        var facts = GuardFacts(timezone: configuration.timeZone.identifier)
        facts.hasWindow = configuration.statistics.conversionWindow != nil
        facts.retired = configuration.retired
        facts.declared = configuration.experiments.map {
            GuardFacts.Declared(
                key: $0.experiment.key, arms: Set($0.experiment.arms),
                reward: GuardFacts.Declared.Reward($0.learning.reward))
        }
        facts.inForce = inForce.map { table in
            table.rows.mapValues { rows in Set(rows.filter { $0.traffic > 0 }.map(\.key.variant)) }
                .filter { !$0.value.isEmpty }
        }
        facts.counted = countedArms(history)
        if let inForce {
            // An arm without traffic is lost where what it had still counts.
            for (key, rows) in inForce.rows {
                let idle = Set(rows.map(\.key.variant)).intersection(facts.counted[key] ?? [])
                if !idle.isEmpty { facts.inForce?[key, default: []].formUnion(idle) }
            }
        }
        facts.earlier = try history.dates.filter { $0 < date && !held.contains($0) }.suffix(GuardFacts.nights).map {
            day throws(RunFailure) in
            var earlier = try guardDay(day, history, quality: try qualityFile(of: day))
            if isTimezone(earlier.timezone, ofNightsFrom: day, through: date) { earlier.timezone = facts.timezone }
            return earlier
        }
        for movement in movements {
            let key = SlotKey(platform: Name(movement.platform), slot: Name(movement.slot))
            facts.moved[key] = movement.visitorsMoved
        }
        if hasData {
            let quality = try qualityFile(of: date)
            facts.tonight = try guardDay(date, history, quality: quality)
            if let quality { read(quality, into: &facts) }
            facts.served = try servedArms(on: date)
        }
        return GuardFinding.all(facts, configuration.guards) { nearestName($0, among: $1) }
    }

    /// Arms with rows in the window.
    private func countedArms(_ history: History) -> [SlotKey: Set<Name>] {
        var counted = history.otherArms
        for configured in configuration.experiments {
            let rows = history.rows[configured.experiment.key] ?? []
            let window = DayWindow(
                daysWithData: Set(rows.map(\.date)), window: configured.learning.window, halfLife: nil)
            guard let first = window.dates.first else { continue }
            counted[configured.experiment.key] = Set(rows.lazy.filter { $0.date >= first }.map(\.key.variant))
        }
        return counted
    }

    /// Arms with traffic in the table that served when a day began, by the journal; none where that is not known or its table is gone.
    private func servedArms(on date: CalendarDate) throws(RunFailure) -> [SlotKey: Set<Name>] {
        let start = DayClock(timeZone: configuration.timeZone).day(date).range.lowerBound
        guard let entry = try journal().history.entry(at: start) else { return [:] }
        let rows = (try? readTable(of: entry.table)) ?? []
        return Dictionary(grouping: rows.filter { $0.traffic > 0 }, by: \.key.slotKey)
            .mapValues { Set($0.map(\.key.variant)) }
    }

    /// What quality.json says of a day; nil where there is none, or it is of another kind.
    private func qualityFile(of date: CalendarDate) throws(RunFailure) -> Quality? {
        try readIfThere(state.statistics(on: date) + "/quality.json").flatMap {
            try? JSONFile.value(Quality.self, $0)
        }
    }

    /// Whether days from one through another began in a zone as they do in the configuration's.
    private func isTimezone(
        _ identifier: String?, ofNightsFrom first: CalendarDate, through last: CalendarDate
    ) -> Bool {
        guard let zone = identifier.flatMap({ SystemTimeZone(identifier: $0) }) else { return false }
        let clock = DayClock(timeZone: configuration.timeZone)
        let microseconds = clock.day(first).range.lowerBound..<clock.day(last).range.upperBound
        return zone.agrees(
            with: configuration.timeZone,
            in: microseconds.lowerBound / 1_000_000..<microseconds.upperBound / 1_000_000)
    }

    private func guardDay(
        _ date: CalendarDate, _ history: History, quality: Quality?
    ) throws(RunFailure) -> GuardFacts.Day {
        var day = GuardFacts.Day(date: date)
        day.timezone = quality?.timezone
        day.visitors = quality?.visitors ?? 0
        day.bots = quality?.bots.visitors ?? 0
        day.clicks = quality?.events["click"] ?? 0
        day.purchases = quality?.events["purchase"] ?? 0
        day.events = quality?.events.values.reduce(0, +) ?? 0
        if let sources = quality?.sources {
            day.sources = Dictionary(
                sources.map { (GuardFacts.Source(field: $0.field, source: $0.source), $0.lines) },
                uniquingKeysWith: +)
        }
        for (key, rows) in history.rows {
            var arms: [Name: GuardFacts.Day.Counts] = [:]
            // Rows of an experiment stand in the order of their days.
            let start = rows.partitioningIndex { $0.date >= date }
            for row in rows[start...] {
                guard row.date == date else { break }
                var own = GuardFacts.Day.Counts()
                (own.units, own.clickers) = (row.counts.visitors, row.counts.clickers)
                (own.purchasers, own.hasRevenue) = (row.counts.purchasers, row.counts.revenue != 0)
                arms[row.key.variant, default: GuardFacts.Day.Counts()].add(own)
            }
            let all = arms.values.reduce(into: GuardFacts.Day.Counts()) { $0.add($1) }
            guard all.units > 0 else { continue }
            day.counts[key] = all
            day.arms[key] = arms
        }
        return day
    }

    /// What quality.json says of the night's own day beside its counts.
    private func read(_ quality: Quality, into facts: inout GuardFacts) {
        for counts in quality.experiments ?? [] {
            let key = SlotKey(platform: Name(counts.platform), slot: Name(counts.slot))
            facts.unknown[key] = GuardFacts.Unknown(
                views: counts.views, unknownViews: counts.undeclaredViews,
                names: quality.undeclared?.variantNames(of: key) ?? [])
        }
        for check in quality.sampleRatio {
            let key = SlotKey(platform: Name(check.platform), slot: Name(check.slot))
            facts.expected[key] = check.arms.map {
                GuardFacts.Expected(variant: Name($0.variant), visitors: $0.visitors, expected: $0.expected)
            }
            facts.sampleRatios[key] = check.pValue
        }
        facts.ownLines = quality.ownFiles.map { ($0.lines, $0.outsideDay) }
    }

    // MARK: Holding

    /// Says what guards found; whether the table may be published.
    func mayPublish(
        despite findings: [GuardFinding], on date: CalendarDate, current: CalendarDate?,
        into outcome: inout NightOutcome
    ) -> Bool {
        outcome.guards = findings.map { TrippedGuard($0) }
        let holds = findings.contains { $0.action == .hold }
        let isOver = date < options.today
        for finding in findings {
            switch finding.action {
            case .hold: warn(options.accepts ? .guardAccepted(date, finding) : .guardHeld(date, finding), in: &outcome)
            // What the night has said already is not said twice.
            case .warn where finding.kind == .sampleRatio: break
            case .warn: warn(.guardWarned(date, finding), in: &outcome)
            case .off: break
            }
        }
        guard holds || !isOver else { return true }
        if options.accepts {
            outcome.isAccepted = true
            return true
        }
        outcome.isHeld = true
        warn(.nightHeld(date, current: current, isOver: isOver, arguments: options.arguments), in: &outcome)
        return false
    }

    /// The days that were held, and by what, whose nights were neither run again nor accepted since, by the records of runs.
    /// What cannot be read of them is said: it stops no run from being made.
    func heldDays() -> [CalendarDate: [String]] {
        let records = RunRecords(state)
        do throws(FileError) {
            let read = try records.read()
            if !read.unreadable.isEmpty { report(.recordsUnreadable(paths: read.unreadable)) }
            return records.heldDays(read)
        } catch {
            report(.recordsUnreadable(paths: [error.path]))
            return [:]
        }
    }

    /// Warns of held days before a night that still count.
    func warnOfHeldDays(
        _ held: [CalendarDate: [String]], before date: CalendarDate, into outcome: inout NightOutcome
    ) {
        for (day, guards) in held.sorted(by: { $0.key < $1.key }) where day < date {
            warn(.heldDayCounts(date, held: day, by: guards, arguments: options.arguments), in: &outcome)
        }
    }
}

extension GuardFacts.Declared.Reward {
    fileprivate init(_ reward: Reward) {
        switch reward {
        case .click: self = .click
        case .purchase: self = .purchase
        case .revenue: self = .revenue
        }
    }
}

extension Array {
    /// The first index whose element fits, where those that fit all stand behind the others. O(log n).
    fileprivate func partitioningIndex(where fits: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if fits(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
