import BotFilter
import Dispatch
import EventLog
import Synchronization
import Vocabulary

/// The end of a pass: robots are dropped and the rest attributed, shard by shard, side by side.
struct Evaluation: Sendable {
    private let plan: GatheringPlan
    private let places: [PurchasePlace]
    private let mixedUnits: MixedUnits
    private let audits: Bool

    init(_ plan: GatheringPlan, places: [PurchasePlace], mixedUnits: MixedUnits, audits: Bool) {
        self.plan = plan
        self.places = places
        self.mixedUnits = mixedUnits
        self.audits = audits
    }

    /// What some visitors contribute to a day.
    struct Part {
        var statistics = DayStatistics()
        var attribution: Attribution

        mutating func add(_ other: Part) throws(CountOverflow) {
            statistics.add(other.statistics)
            try attribution.add(other.attribution)
        }
    }

    private var empty: Part { Part(attribution: Attribution(places: places, mixedUnits: mixedUnits)) }

    /// What the shards that were kept contribute. Their memory is given back.
    func result() throws(CountOverflow) -> Part {
        let sum = Mutex<Result<Part, CountOverflow>>(.success(empty))
        DispatchQueue.concurrentPerform(iterations: plan.shards.kept) { shard in
            let part = Result { () throws(CountOverflow) in try evaluate(plan.shards.shards[shard]) }
            sum.withLock { sum in
                sum = Result { () throws(CountOverflow) in
                    var total = try sum.get()
                    try total.add(try part.get())
                    return total
                }
            }
        }
        return try sum.withLock { $0 }.get()
    }

    private func evaluate(_ shard: Shards.Shard) throws(CountOverflow) -> Part {
        var part = empty
        try shard.table.withLock { table throws(CountOverflow) in
            try evaluate(&table, into: &part)
            table = nil
        }
        return part
    }

    private func evaluate(_ table: inout VisitorTable?, into part: inout Part) throws(CountOverflow) {
        guard table != nil else { return }
        try table!.forEach { visitor throws(CountOverflow) in
            let events = Int64(visitor.pointee.events)
            part.statistics.visitors.add(events: events)
            let rules = plan.policy.rules(matching: evidence(on: visitor, in: table!))
            if rules.isEmpty {
                try part.attribution.add(visitor, of: table!)
            } else {
                let name = audits ? Name(ByteText(visitor.id).string) : nil
                part.statistics.drop(name, events: events, by: rules)
            }
        }
    }

    private func evidence(
        on visitor: UnsafeMutablePointer<Visitor>, in table: borrowing VisitorTable
    ) -> VisitorEvidence {
        let record = visitor.pointee
        var evidence = VisitorEvidence()
        evidence.events = record.events
        evidence.hasView = record.flags.contains(.viewed)
        evidence.clicks = record.clicks
        if plan.policy.needsBusiestMinute(events: record.events) {
            evidence.busiestMinute = table.busiestMinute(of: visitor)
        }
        evidence.hasRobotUserAgent = record.flags.contains(.robotAgent)
        evidence.isInDeniedNetwork = record.flags.contains(.deniedNetwork)
        evidence.isOnDenyList = plan.policy.deniesVisitor(UnsafeRawBufferPointer(visitor.id))
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
