import BotFilter
import Dispatch
import Domain
import EventLog
import Synchronization

/// The end of a day: bots are dropped and the rest attributed, by several threads, a shard each.
struct DayReduction: Sendable {
    let plan: ShardInsertionPlan
    let audits: Bool
    /// Whether to keep a sketch of the visitors.
    let sketches: Bool
    let attribution: Attribution
    /// Where units go instead of being counted into rows.
    let output: (units: UnitOutput, names: UnitNames)?
    /// Under a conversion window, what takes the place of `attribution` and `output`.
    let windowAttribution: WindowAttribution?

    /// What each shard that was kept contributes to the day, in their order; nil for one that was dropped meanwhile. The memory
    /// of the day is given back.
    func parts() throws(CountOverflow) -> [DayPart?] {
        let count = plan.shards.kept
        let parts = Mutex(Array(repeating: Result<DayPart?, CountOverflow>.success(nil), count: count))
        DispatchQueue.concurrentPerform(iterations: count) { shard in
            let found = Result { () throws(CountOverflow) in try part(of: shard) }
            parts.withLock { $0[shard] = found }
        }
        return try parts.withLock { $0 }.map { part throws(CountOverflow) in try part.get() }
    }

    private func part(of shard: Int) throws(CountOverflow) -> DayPart? {
        try plan.shards.shards[shard].content.withLock { content throws(CountOverflow) in
            try part(of: shard, &content)
        }
    }

    private func part(of shard: Int, _ content: inout Shards.Content) throws(CountOverflow) -> DayPart? {
        // Taken out of the shard: the day's memory is given back on return, whatever is found.
        guard let visitors = content.visitors.take() else { return nil }
        defer { withExtendedLifetime(visitors) {} }
        guard let windowAttribution else { return try part(visitors.pointer.pointee) }
        if content.exposures == nil {
            content.exposures = Owned(ExposureTable(plan.shards.arena, hash: plan.hash))
        }
        guard let exposures = content.exposures?.pointer else { return nil }
        let part = try part(visitors.pointer.pointee, shard, windowAttribution, &exposures.pointee)
        if part == nil { content = Shards.Content() }
        return part
    }

    private func part(_ table: borrowing VisitorTable) throws(CountOverflow) -> DayPart {
        var part = DayPart()
        guard let output else {
            var counts = ArmCountTable()
            try attribute(table, to: &counts, &part)
            part.counts = counts
            return part
        }
        var batches = UnitBatches(output.units, output.names)
        try attribute(table, to: &batches, &part)
        batches.flush()
        return part
    }

    private func attribute<Sink: UnitSink & ~Copyable>(
        _ table: borrowing VisitorTable, to sink: inout Sink, _ part: inout DayPart
    ) throws(CountOverflow) {
        var capped: Int64 = 0
        try forEachPerson(in: table, &part) { visitor, purchases throws(CountOverflow) in
            capped += try attribution.add(visitor, of: table, to: &sink, purchases)
        }
        part.statistics.orders.cappedUnits += capped
    }

    /// nil when the memory is used up and this shard is the one to go.
    private func part(
        _ table: borrowing VisitorTable, _ shard: Int, _ attribution: WindowAttribution,
        _ exposures: inout ExposureTable
    ) throws(CountOverflow) -> DayPart? {
        var part = DayPart()
        var hasRoom = true
        try forEachPerson(in: table, &part) { visitor, purchases throws(CountOverflow) in
            guard hasRoom else { return }
            hasRoom = attribution.add(visitor, of: table, to: &exposures, purchases) {
                plan.shards.dropHighest(for: shard)
            }
        }
        return hasRoom ? part : nil
    }

    /// Counts all visitors, and calls `body` with those who are not bots, and what they bought.
    private func forEachPerson(
        in table: borrowing VisitorTable, _ part: inout DayPart,
        _ body: (UnsafeMutablePointer<Visitor>, borrowing PurchaseList) throws(CountOverflow) -> Void
    ) throws(CountOverflow) {
        var purchases = PurchaseList()
        let person = PersonTally(places: attribution.places, judgesOrders: windowAttribution == nil)
        try table.forEach { visitor throws(CountOverflow) in
            let events = Int64(visitor.pointee.events)
            part.statistics.visitors.add(events: events)
            if sketches { part.statistics.sketch(ByteText(visitor.id).partHash) }
            let rules = plan.policy.rules(matching: evidence(on: visitor, in: table))
            guard rules.isEmpty else {
                let name = audits ? Name(ByteText(visitor.id).string) : nil
                part.statistics.drop(name, events: events, by: rules)
                return
            }
            person.addUnits(of: visitor, in: table, to: &part.statistics)
            purchases.collect(of: visitor, from: table)
            if !purchases.isEmpty { person.addOrders(purchases, of: visitor, in: table, to: &part.statistics) }
            try body(visitor, purchases)
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
        evidence.hasBotUserAgent = record.flags.contains(.botAgent)
        evidence.isInDeniedNetwork = record.flags.contains(.deniedNetwork)
        evidence.isOnDenyList = plan.policy.deniesVisitor(UnsafeRawBufferPointer(visitor.id))
        return evidence
    }
}

/// What some visitors contribute to a day's statistics, whose rows are still counts by number.
struct DayPart: Sendable {
    var statistics = DayStatistics()
    var counts = ArmCountTable()

    mutating func add(_ other: DayPart) throws(CountOverflow) {
        statistics.add(other.statistics)
        try counts.add(other.counts)
    }
}

extension DayStatistics {
    /// Counts a visitor as dropped; named, it is also put on the audit.
    fileprivate mutating func drop(_ visitor: Name?, events: Int64, by rules: BotRule) {
        bots.add(events: events)
        for (rule, _) in BotRule.named where rules.contains(rule) {
            botsByRule[rule, default: Tally()].add(events: events)
        }
        if let visitor { audit.append(Bot(visitor: visitor, events: events, rules: rules)) }
    }

    /// Adds a visitor to the sketch.
    fileprivate mutating func sketch(_ hash: UInt64) {
        if sketch == nil { sketch = VisitorSketch() }
        sketch?.insert(hash)
    }

    /// Adds what was counted of other visitors, but their rows.
    mutating func add(_ other: DayStatistics) {
        formulaSegments += other.formulaSegments
        if let visitors = other.sketch {
            if sketch == nil { sketch = VisitorSketch() }
            sketch?.add(visitors)
        }
        visitors.add(other.visitors)
        bots.add(other.bots)
        botsByRule.merge(other.botsByRule) { left, right in
            var sum = left
            sum.add(right)
            return sum
        }
        mixedUnits += other.mixedUnits
        orders.add(other.orders)
        nowhere.add(other.nowhere)
        undeclaredViews.merge(other.undeclaredViews, uniquingKeysWith: +)
        undeclared.add(other.undeclared)
        audit += other.audit
    }
}
