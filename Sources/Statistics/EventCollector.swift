import BotFilter
import EventLog
import Vocabulary

/// One worker's sink: puts events into its visitor table.
///
/// Used by one worker at a time, which is what makes it safe to hand over.
final class EventCollector: EventSink, @unchecked Sendable {
    private(set) var table: VisitorTable
    private var arms: DeclaredArms
    private let policy: BotPolicy
    private var agents: VerdictCache
    /// The minute of the epoch that minutes are counted from, so that they are small.
    private let firstMinute: Int64

    init(experiments: [Experiment], policy: BotPolicy, dayStart: Int64, hash: KeyedHash) {
        table = VisitorTable(hash: hash)
        arms = DeclaredArms(experiments, hash: hash)
        agents = VerdictCache(hash: hash)
        self.policy = policy
        firstMinute = dayStart / 60_000_000
    }

    func consume(_ events: UnsafeMutableBufferPointer<Event>) {
        for index in events.indices {
            let visitor = table.visitor(events[index].visitor)
            gather(events[index], of: visitor)
            events[index].ignored = attribute(events[index], to: visitor)
        }
    }

    /// Merges what another worker collected.
    func add(_ other: EventCollector) {
        table.add(other.table)
    }

    /// Evidence for the bot filter: every event counts, whatever it concerns.
    private func gather(_ event: Event, of visitor: Int) {
        table.visitors[visitor].events.add(1)
        if event.type == .view { table.visitors[visitor].views.add(1) }
        if event.type == .click { table.visitors[visitor].clicks.add(1) }
        // ⌊time / 60 s⌋; times inside a day are positive or before 1970, hence the floor.
        let minute = (event.time - (event.time % 60_000_000 + 60_000_000) % 60_000_000) / 60_000_000 - firstMinute
        table.count(minute: Int32(truncatingIfNeeded: minute), events: 1, of: visitor)
        if !event.userAgent.isEmpty, !table.visitors[visitor].flags.contains(.robotAgent),
            agents.verdict(on: event.userAgent, by: { policy.judgesUserAgent($0) })
        {
            table.visitors[visitor].flags.insert(.robotAgent)
        }
        if !event.address.isEmpty, !table.visitors[visitor].flags.contains(.deniedNetwork),
            policy.deniesNetwork(UnsafeRawBufferPointer(event.address.bytes))
        {
            table.visitors[visitor].flags.insert(.deniedNetwork)
        }
    }

    private func attribute(_ event: Event, to visitor: Int) -> IgnoredReason? {
        switch event.type {
        case .view, .click:
            guard let arm = arms.arm(platform: event.platform, slot: event.slot, variant: event.variant) else {
                return arms.experiment(platform: event.platform, slot: event.slot) == nil
                    ? .undeclaredExperiment : .undeclaredVariant
            }
            let unit = table.unit(of: visitor, experiment: UInt32(arms.arms[arm].experiment))
            if event.type == .view {
                table.see(arm: UInt32(arm), segment: segment(event.segment), time: event.time, views: 1, unit: unit)
            } else {
                table.units[unit].clicks.add(1)
                table.units[unit].lastClick = max(table.units[unit].lastClick, event.time)
            }
            return nil
        case .purchase:
            return purchase(event, of: visitor)
        case .other:
            return .otherType
        }
    }

    private func purchase(_ event: Event, of visitor: Int) -> IgnoredReason? {
        var platform = DeclaredArms.any
        var slot = DeclaredArms.any
        if !event.platform.isEmpty {
            guard let number = arms.platform(event.platform) else { return .undeclaredExperiment }
            platform = number
        }
        if !event.slot.isEmpty {
            guard let number = arms.slot(event.slot) else { return .undeclaredExperiment }
            slot = number
            if !event.platform.isEmpty {
                guard arms.experiment(platform: event.platform, slot: event.slot) != nil else {
                    return .undeclaredExperiment
                }
                if !event.variant.isEmpty,
                    arms.arm(platform: event.platform, slot: event.slot, variant: event.variant) == nil
                {
                    return .undeclaredVariant
                }
            }
        }
        let order = event.order.isEmpty ? VisitorTable.none : UInt32(table.orders.number(of: event.order))
        table.add(
            VisitorTable.Purchase(
                time: event.time, revenue: event.revenue, order: order, platform: platform, slot: slot,
                next: VisitorTable.none),
            of: visitor)
        return nil
    }

    /// The number of a segment's name. One that would run as a formula in a spreadsheet is everyone's.
    private func segment(_ name: ByteText) -> UInt32 {
        var name = name
        if !name.isEmpty, Name.formulaStarts.contains(name.start[0]) {
            table.formulaSegments += 1
            name = .absent
        }
        guard name.isEmpty else { return UInt32(table.segments.number(of: name)) }
        return withUnsafeBytes(of: UInt8(ascii: "*")) { everyone in
            UInt32(table.segments.number(of: ByteText(everyone.bindMemory(to: UInt8.self))))
        }
    }
}
