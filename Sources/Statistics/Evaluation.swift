import BotFilter
import Dispatch
import EventLog
import Synchronization
import Vocabulary

/// The end of a day: what the workers collected is added up, robots are dropped and the rest attributed, shard by shard.
struct Evaluation: @unchecked Sendable {
    private let job: DailyJob
    private let hash: KeyedHash
    private let collectors: [EventCollector]

    init(job: DailyJob, hash: KeyedHash, collectors: [EventCollector]) {
        self.job = job
        self.hash = hash
        self.collectors = collectors
    }

    func statistics() throws(CountOverflow) -> DayStatistics {
        let first = collectors[0]
        let numbers = collectors.dropFirst().map { other in
            (0..<other.gathering.segments.count).map {
                UInt32(first.gathering.segments.number(of: other.gathering.segments[$0]))
            }
        }
        let sum = Mutex<Result<Part, CountOverflow>>(.success(Part(attribution: emptyAttribution)))
        // Every shard is touched by one iteration only.
        DispatchQueue.concurrentPerform(iterations: Shards.count) { shard in
            let part = Result { () throws(CountOverflow) in try evaluate(shard, numbers) }
            sum.withLock { sum in
                sum = Result { () throws(CountOverflow) in
                    var total = try sum.get()
                    try total.add(try part.get())
                    return total
                }
            }
        }
        let total = try sum.withLock { $0 }.get()
        var result = total.statistics
        result.formulaSegments = collectors.reduce(0) { $0 + $1.gathering.formulaSegments }
        result.mixedUnits = total.attribution.mixedCount
        result.rows = total.attribution.rows(segments: first.gathering.segments)
        result.audit.sort { $0.visitor < $1.visitor }
        return result
    }

    private var emptyAttribution: Attribution {
        Attribution(experiments: job.experiments, mixedUnits: job.mixedUnits, hash: hash)
    }

    /// What one shard contributes.
    private struct Part {
        var statistics = DayStatistics()
        var attribution: Attribution

        mutating func add(_ other: Part) throws(CountOverflow) {
            statistics.add(other.statistics)
            try attribution.add(other.attribution)
        }
    }

    private func evaluate(_ shard: Int, _ numbers: [[UInt32]]) throws(CountOverflow) -> Part {
        let first = collectors[0]
        let table = first.gathering.shards.tables + shard
        for (other, numbers) in zip(collectors.dropFirst(), numbers) {
            table.pointee.add(
                other.gathering.shards.tables[shard], numbers: numbers, segments: first.gathering.segments)
        }
        var part = Part(attribution: emptyAttribution)
        for visitor in 0..<table.pointee.visitors.count {
            let events = Int64(table.pointee.visitors[visitor].events)
            part.statistics.visitors.add(events: events)
            let rules = job.policy.rules(matching: evidence(on: visitor, in: table.pointee))
            if rules.isEmpty {
                try part.attribution.add(visitor, of: table.pointee)
            } else {
                let name = job.audits ? Name(table.pointee.ids[visitor].string) : nil
                part.statistics.drop(name, events: events, by: rules)
            }
        }
        return part
    }

    private func evidence(on visitor: Int, in table: borrowing VisitorTable) -> VisitorEvidence {
        let record = table.visitors[visitor]
        var evidence = VisitorEvidence()
        evidence.events = record.events
        evidence.views = record.views
        evidence.clicks = record.clicks
        evidence.busiestMinute = table.busiestMinute(of: visitor)
        evidence.hasRobotUserAgent = record.flags.contains(.robotAgent)
        evidence.isInDeniedNetwork = record.flags.contains(.deniedNetwork)
        evidence.isOnDenyList = job.policy.deniesVisitor(UnsafeRawBufferPointer(table.ids[visitor].bytes))
        return evidence
    }
}

extension DayStatistics {
    /// Counts a visitor as dropped; named, it is also put on the audit.
    fileprivate mutating func drop(_ visitor: Name?, events: Int64, by rules: BotRule) {
        robots.add(events: events)
        for (rule, _) in BotRule.named where rules.contains(rule) {
            robotsByRule[rule, default: Tally()].add(events: events)
        }
        if let visitor { audit.append(Robot(visitor: visitor, events: events, rules: rules)) }
    }

    /// Adds what was counted of other visitors, but their rows.
    fileprivate mutating func add(_ other: DayStatistics) {
        visitors.add(other.visitors)
        robots.add(other.robots)
        robotsByRule.merge(other.robotsByRule) { left, right in
            var sum = left
            sum.add(right)
            return sum
        }
        audit += other.audit
    }
}
