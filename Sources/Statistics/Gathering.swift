import BotFilter
import EventLog
import Vocabulary

/// What a worker makes of its events: visitor tables, and the names in them.
struct Gathering: ~Copyable {
    let shards: Shards
    /// The segments seen, numbered for all shards.
    var segments: TextTable
    /// Views of declared arms whose segment would run as a formula in a spreadsheet, taken as everyone's.
    private(set) var formulaSegments: Int64 = 0
    private let hash: KeyedHash
    private var hashes = Pool<UInt64>(capacity: 1024)
    private var numbers = Pool<Int>(capacity: 1024)
    private var arms: DeclaredArms
    private let policy: BotPolicy
    private var agents: VerdictCache
    /// The minute of the epoch that minutes are counted from, so that they are small.
    private let firstMinute: Int64

    init(experiments: [Experiment], policy: BotPolicy, dayStart: Int64, hash: KeyedHash) {
        shards = Shards(hash: hash)
        segments = TextTable(hash: hash)
        arms = DeclaredArms(experiments, hash: hash)
        agents = VerdictCache(hash: hash)
        self.hash = hash
        self.policy = policy
        firstMinute = Gathering.minute(of: dayStart)
    }

    /// Takes a block's events in rounds, so that the memory of all visitors is on its way before the first is needed: slots of
    /// the index, then records, then ids and chains, and then the events themselves.
    mutating func add(_ events: UnsafeMutableBufferPointer<Event>) {
        let tables = shards.tables
        hashes.removeAll()
        numbers.removeAll()
        for index in 0..<events.count {
            let hash = hash(events[index].visitor)
            hashes.append(hash)
            tables[Shards.number(ofHash: hash)].ids.prefetch(hash: hash)
        }
        for hash in hashes.elements {
            numbers.append(tables[Shards.number(ofHash: hash)].candidate(hash: hash) ?? -1)
        }
        for index in 0..<events.count where numbers[index] >= 0 {
            tables[Shards.number(ofHash: hashes[index])].prefetch(numbers[index])
        }
        for index in 0..<events.count where numbers[index] >= 0 {
            tables[Shards.number(ofHash: hashes[index])].prefetchSecondUnit(numbers[index])
        }
        for index in 0..<events.count {
            let hash = hashes[index]
            let table = tables + Shards.number(ofHash: hash)
            let visitor = table.pointee.visitor(events[index].visitor, hash: hash)
            let event = events.baseAddress.unsafelyUnwrapped + index
            gather(event, of: visitor, in: table)
            event.pointee.ignored = attribute(event, to: visitor, in: table)
        }
    }

    /// ⌊time / 60 s⌋, before 1970 too.
    private static func minute(of time: Int64) -> Int64 {
        let remainder = time % 60_000_000
        return (time - (remainder < 0 ? remainder + 60_000_000 : remainder)) / 60_000_000
    }

    /// Evidence for the bot filter: every event counts, whatever it concerns.
    private mutating func gather(
        _ event: UnsafePointer<Event>, of visitor: Int, in table: UnsafeMutablePointer<VisitorTable>
    ) {
        let record = table.pointee.visitors.start + visitor
        record.pointee.events.add(1)
        if event.pointee.type == .view { record.pointee.views.add(1) }
        if event.pointee.type == .click { record.pointee.clicks.add(1) }
        let minute = Gathering.minute(of: event.pointee.time) - firstMinute
        table.pointee.count(minute: UInt32(truncatingIfNeeded: minute), events: 1, of: visitor)
        if !event.pointee.userAgent.isEmpty, !record.pointee.flags.contains(.robotAgent),
            agents.verdict(on: event.pointee.userAgent, by: { policy.judgesUserAgent($0) })
        {
            record.pointee.flags.insert(.robotAgent)
        }
        if !event.pointee.address.isEmpty, !record.pointee.flags.contains(.deniedNetwork),
            policy.deniesNetwork(UnsafeRawBufferPointer(event.pointee.address.bytes))
        {
            record.pointee.flags.insert(.deniedNetwork)
        }
    }

    private mutating func attribute(
        _ event: UnsafePointer<Event>, to visitor: Int, in table: UnsafeMutablePointer<VisitorTable>
    ) -> IgnoredReason? {
        switch event.pointee.type {
        case .view, .click:
            guard
                let arm = arms.arm(
                    platform: event.pointee.platform, slot: event.pointee.slot, variant: event.pointee.variant)
            else {
                return arms.experiment(platform: event.pointee.platform, slot: event.pointee.slot) == nil
                    ? .undeclaredExperiment : .undeclaredVariant
            }
            let unit = table.pointee.unit(of: visitor, experiment: arms.experiment(ofArm: arm))
            if event.pointee.type == .view {
                table.pointee.see(
                    arm: UInt32(arm), segment: segment(event.pointee.segment), time: event.pointee.time, views: 1,
                    unit: unit,
                    segments: segments)
            } else {
                table.pointee.click(at: event.pointee.time, unit: unit)
            }
            return nil
        case .purchase:
            return purchase(event, of: visitor, in: table)
        case .other:
            return .otherType
        }
    }

    private mutating func purchase(
        _ event: UnsafePointer<Event>, of visitor: Int, in table: UnsafeMutablePointer<VisitorTable>
    ) -> IgnoredReason? {
        var platform = DeclaredArms.any
        var slot = DeclaredArms.any
        if !event.pointee.platform.isEmpty {
            guard let number = arms.platform(event.pointee.platform) else { return .undeclaredExperiment }
            platform = number
        }
        if !event.pointee.slot.isEmpty {
            guard let number = arms.slot(event.pointee.slot) else { return .undeclaredExperiment }
            slot = number
            if !event.pointee.platform.isEmpty {
                guard arms.experiment(platform: event.pointee.platform, slot: event.pointee.slot) != nil else {
                    return .undeclaredExperiment
                }
                if !event.pointee.variant.isEmpty,
                    arms.arm(platform: event.pointee.platform, slot: event.pointee.slot, variant: event.pointee.variant)
                        == nil
                {
                    return .undeclaredVariant
                }
            }
        }
        let order =
            event.pointee.order.isEmpty
            ? VisitorTable.none : UInt32(table.pointee.orders.number(of: event.pointee.order))
        table.pointee.add(
            VisitorTable.Purchase(
                time: event.pointee.time, revenue: event.pointee.revenue, order: order, platform: platform, slot: slot,
                next: VisitorTable.none),
            of: visitor)
        return nil
    }

    /// The number of a segment's name. One that would run as a formula in a spreadsheet is everyone's.
    private mutating func segment(_ name: ByteText) -> UInt32 {
        var name = name
        if !name.isEmpty, Gathering.startsFormula(name.start[0]) {
            formulaSegments += 1
            name = .absent
        }
        guard name.isEmpty else { return UInt32(segments.number(of: name)) }
        return withUnsafeBytes(of: UInt8(ascii: "*")) { everyone in
            UInt32(segments.number(of: ByteText(everyone.bindMemory(to: UInt8.self))))
        }
    }

    /// One comparison for most names: formulas begin with `=`, `+`, `-`, `@` or a control character.
    private static func startsFormula(_ byte: UInt8) -> Bool {
        byte <= UInt8(ascii: "@") && Name.formulaStarts.contains(byte)
    }
}
