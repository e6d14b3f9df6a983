import Allocation
import Configuration
import Domain
import Randomizer
import State

extension NightlyRun {
    /// The table that serves before a night publishes: what its own is compared with.
    struct TableInForce {
        var date: CalendarDate
        var rows: [SlotKey: [AllocationRow]]
        /// The names of shared holdouts, by experiment.
        var holdouts: [SlotKey: String]
    }

    /// Experiments that a night names one by one.
    private static var namedMovements: Int { 5 }

    /// Reads the table in force; nil when there is none, or, with a warning, when it cannot be read: a night that publishes
    /// a good one must not stop at that.
    func tableInForce(_ current: CalendarDate?, into outcome: inout NightOutcome) -> TableInForce? {
        guard let current else { return nil }
        let night = CalendarDate(outcome.date) ?? current
        do {
            let directory = state.allocation(on: current)
            let file = directory + "/" + AllocationFormat.manifestFile
            _ = try AllocationTable(path: directory)
            let manifest = try Manifest(json: try FileSystem.read(file), file: file)
            var holdouts: [SlotKey: String] = [:]
            for holdout in manifest.holdouts {
                holdouts[SlotKey(platform: Name(holdout.platform), slot: Name(holdout.slot))] = holdout.name
            }
            let rows = Dictionary(grouping: try readTable(of: current), by: \.key.slotKey)
            return TableInForce(date: current, rows: rows, holdouts: holdouts)
        } catch {
            warn(.tableInForceUnreadable(night, table: current, reason: "\(error)"), in: &outcome)
            return nil
        }
    }

    /// What a table changes for visitors, every experiment of either.
    func movements(from old: TableInForce, to rows: [AllocationRow]) -> [TrafficMovement] {
        let new = Dictionary(grouping: rows, by: \.key.slotKey)
        let holdouts = Dictionary(
            configuration.experiments.map { ($0.experiment.key, $0.experiment.holdout?.string) }
        ) { first, _ in first }
        return Set(old.rows.keys).union(new.keys).sorted().map { key in
            TrafficMovement(
                experiment: key, from: old.rows[key] ?? [], to: new[key] ?? [],
                sameHoldout: old.holdouts[key] == holdouts[key] ?? nil)
        }
    }

    /// Notes what the night's table changes, and says it: the experiments in which most visitors see something else.
    func sayWhatMoves(
        _ movements: [TrafficMovement], since table: CalendarDate, by night: CalendarDate,
        into outcome: inout NightOutcome
    ) {
        outcome.movements = movements
        let moved = movements.filter(\.isMoved).enumerated().sorted {
            ($1.element.visitorsMoved, $0.offset) < ($0.element.visitorsMoved, $1.offset)
        }.map(\.element)
        guard !moved.isEmpty else {
            report(.trafficStays(by: night, since: table, hasData: outcome.hasData))
            return
        }
        for movement in moved.prefix(NightlyRun.namedMovements) { report(.trafficMoved(by: night, movement)) }
        let others = moved.count - NightlyRun.namedMovements
        if others > 0 { report(.otherTrafficMoved(by: night, experiments: others)) }
    }
}
