import Allocation
import Domain
import Learning
import Pipeline
import State

/// What a run and the state that it left are in numbers, for a monitor.
struct RunMetrics {
    private let summary: RunSummary
    private let started: Int64
    private let now: Int64
    private let pipeline: String
    private var text = MetricsText()

    /// - Parameters:
    ///   - started: when the run began, in seconds since the epoch; `now`: when it ended.
    ///   - status: of the state that the run left; nil: it says nothing of the state, as the half that makes no table.
    init(_ summary: RunSummary, started: Int64, now: Int64, status: StateStatus?) {
        self.summary = summary
        self.started = started
        self.now = now
        // A run that could not read its configuration is that of the pipeline whose table serves.
        pipeline = summary.pipeline ?? status?.table?.pipeline ?? status?.lastRun?.pipeline ?? ""
        addRun()
        addCounts()
        guard let status else { return }
        add(status)
        if let rows = status.table?.rows { addExperiments(rows) }
    }

    var bytes: [UInt8] { text.bytes }

    private mutating func add(_ family: MetricFamily, _ labels: String..., value: Double) {
        text.add(family, [pipeline] + labels, value)
    }

    private mutating func addRun() {
        let command = summary.command
        add(
            .runInformation, command, Version.text, summary.dates.first ?? "", summary.dates.last ?? "", value: 1)
        add(.runExitCode, command, value: Double(summary.exitCode))
        add(.runStart, command, value: Double(started))
        add(.runDuration, command, value: summary.seconds)
        var steps: [String: Double] = [:]
        for night in summary.nights { steps.merge(night.secondsByStep, uniquingKeysWith: +) }
        for (step, seconds) in steps.sorted(by: { $0.key < $1.key }) {
            add(.runStepDuration, command, step, value: (seconds * 1000).rounded() / 1000)
        }
        var messages: [[String]: Int] = [:]
        for event in summary.messages { messages[[event.severity.rawValue, event.code], default: 0] += 1 }
        if let code = summary.errorCode { messages[["error", code], default: 0] += 1 }
        for (key, count) in messages.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            add(.runMessages, command, key[0], key[1], value: Double(count))
        }
        add(.runCarriedOver, command, value: Double(summary.nights.last?.carriedOver.count ?? 0))
    }

    /// What was read, all nights together.
    private mutating func addCounts() {
        let days = summary.nights.compactMap(\.quality)
        guard let last = days.last else { return }
        let command = summary.command
        func sum(_ value: (Quality) -> Int64) -> Double { Double(days.reduce(0) { $0 + value($1) }) }
        add(.runFiles, command, value: sum { Int64($0.files.count) })
        add(.runBytes, command, value: sum { $0.bytes })
        add(.runLines, command, value: sum { $0.lines })
        func addByWord(_ family: MetricFamily, _ pairs: [(String, Int64)]) {
            let sums = Dictionary(pairs, uniquingKeysWith: +).sorted { $0.key < $1.key }
            for (word, count) in sums { add(family, command, word, value: Double(count)) }
        }
        addByWord(.runRejected, days.flatMap { $0.rejected.reasons.map { ($0.reason, $0.lines) } })
        addByWord(.runIgnored, days.flatMap { $0.ignored.reasons.map { ($0.reason, $0.lines) } })
        addByWord(.runEvents, days.flatMap { $0.events.map { ($0.key, $0.value) } })
        addByWord(.runBotsByRule, days.flatMap { $0.bots.rules.map { ($0.key, $0.value.visitors) } })
        add(.runVisitors, command, value: sum { $0.visitors })
        add(.runBots, command, value: sum { $0.bots.visitors })
        add(.runUnits, command, value: sum { $0.units })
        add(.runMixedUnits, command, value: sum { $0.mixedUnits })
        for check in last.sampleRatio {
            if let p = check.pValue { add(.sampleRatio, check.platform, check.slot, value: p) }
        }
    }

    private mutating func add(_ status: StateStatus) {
        let success = summary.exitCode == 0 ? started : status.lastSuccess
        if let success { add(.lastSuccess, value: Double(success)) }
        add(.tableVerified, value: status.table == nil ? 0 : 1)
        func instant(_ date: CalendarDate) -> Double { Double(date.dayNumber) * 86_400 }
        if let table = status.table {
            add(.tableDate, value: instant(table.date))
            if let since = table.since {
                add(.tableSince, value: Double(since))
                add(.tableAge, value: Double(max(0, now - since)))
            }
        }
        if let newest = status.newestDay { add(.newestDay, value: instant(newest)) }
        add(.nightsMissing, value: Double(status.daysMissing.count))
        add(.nightsWithoutData, value: Double(status.daysWithoutData.count))
        // The record of this run is written after its metrics.
        var held = Set(status.daysHeld.map(\.day.description))
        for night in summary.nights where night.table != nil || night.isHeld {
            if night.isHeld { held.insert(night.date) } else { held.remove(night.date) }
        }
        add(.nightsHeld, value: Double(held.count))
        for guarded in summary.nights.last?.guards ?? [] {
            add(.guardTripped, guarded.platform ?? "", guarded.slot ?? "", guarded.guard, guarded.action, value: 1)
        }
    }

    /// The shares in force and what the last night moved, of everyone's group, with the verdicts.
    private mutating func addExperiments(_ rows: [AllocationRow]) {
        let everyone = Dictionary(grouping: rows.filter { $0.key.segment == .everyone }, by: \.key.slotKey)
        for (slot, rows) in everyone.sorted(by: { $0.key < $1.key }) {
            let (platform, name) = (slot.platform.string, slot.slot.string)
            for status in ArmStatus.allCases {
                add(.arms, platform, name, status.rawValue, value: Double(rows.count { $0.status == status }))
            }
            for row in rows {
                let variant = row.key.variant.string
                add(.armTraffic, platform, name, variant, value: Double(row.traffic) / 1e6)
                if let best = row.probabilityBest { add(.armBest, platform, name, variant, value: best) }
                if let verdict = row.verdict { add(.armVerdict, platform, name, variant, verdict.rawValue, value: 1) }
                if let evidence = row.evidence { add(.armEvidence, platform, name, variant, value: evidence) }
                add(.armMean, platform, name, variant, value: row.mean)
                add(.armVisitors, platform, name, variant, value: Double(row.visitors))
            }
            if let remaining = rows.lazy.compactMap(\.valueRemaining).first {
                add(.valueRemaining, platform, name, value: remaining)
            }
        }
        for movement in summary.nights.last?.movements ?? [] {
            add(.moved, movement.platform, movement.slot, value: movement.visitorsMoved)
        }
    }
}
