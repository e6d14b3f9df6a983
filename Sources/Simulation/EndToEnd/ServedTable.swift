import Allocation
import Configuration
import Domain
import Policies
import Randomizer
import State

/// A table, as serving code uses it for the slots of a world.
struct ServedTable {
    /// Those who share a segment of the world, and so a row group of the table.
    struct Group {
        fileprivate let group: AllocationTable.Group
        /// By place in the group, the arm's index in the world.
        fileprivate let arms: [Int]
        /// By arm of the world, in millionths.
        let traffic: [Int]

        /// The arm that a visitor is shown.
        func arm(for visitor: String) -> Int { arms[group.arm(of: visitor)] }
    }

    /// The competing arm that has more traffic among everyone than any other.
    struct Leader {
        var arm: Int
        /// In millionths.
        var traffic: Int
        var probabilityBest: Double?
    }

    /// What the table has of an experiment.
    struct Slot {
        /// By segment of the world.
        let groups: [Group]
        /// The same shares, as policies have them.
        let policy: PolicyTable
        /// Nil when none is ahead.
        let leader: Leader?

        /// The arms that competed for these shares, ascending: neither the control nor blacklisted when they were worked out.
        let competing: [Int]
    }

    /// By experiment of the world; nil for one that the table leaves out.
    let slots: [Slot?]

    /// Loads the table of a date.
    init(_ date: CalendarDate, of state: StateDirectory, _ file: WorldFile) throws {
        let table = try AllocationTable(path: state.allocation(on: date))
        let path = state.allocation(on: date) + "/allocation.csv"
        let rows = try AllocationFile.rows(try FileSystem.read(path), file: path)
        slots = try zip(file.world.experiments, file.experiments).map { experiment, configured in
            guard
                let served = table.experiment(
                    platform: experiment.key.platform.string, slot: experiment.key.slot.string)
            else { return nil }
            let own = rows.filter { $0.key.slotKey == experiment.key }
            let groups = try experiment.segments.map { segment in
                try ServedTable.group(served, segment.name, of: experiment, rows: own)
            }
            // Everyone's rows stand first.
            let byGroup = Dictionary(grouping: own, by: \.key.segment).values
                .sorted { $0[0].key.segment == .everyone && $1[0].key.segment != .everyone }
            let policy = ThompsonPolicy(
                name: "", learning: configured.learning, allocation: configured.allocation)
            return Slot(
                groups: groups,
                policy: policy.table(of: byGroup, in: experiment.served),
                leader: ServedTable.leader(of: experiment, rows: own),
                competing: own.filter { $0.key.segment == .everyone && $0.isCompeting }
                    .compactMap { experiment.position(of: $0.key.variant) }.sorted())
        }
    }

    /// The share of an experiment's visitors who are shown another arm by the next table.
    func moved(to next: ServedTable, experiment: WorldExperiment, number: Int) -> Double {
        guard let old = slots[number], let new = next.slots[number] else { return 0 }
        return PolicyRun.moved(from: old.policy, to: new.policy, experiment)
    }

    private static func group(
        _ served: AllocationTable.Experiment, _ segment: Name, of experiment: WorldExperiment, rows: [AllocationRow]
    ) throws(UnknownVariant) -> Group {
        let group = served.group(segment: segment.string)
        var traffic = [Int](repeating: 0, count: experiment.arms.count)
        for row in rows where row.key.segment == Name(group.segment) {
            traffic[try position(of: row.key.variant, in: experiment)] = row.traffic
        }
        var arms: [Int] = []
        for arm in group.arms { arms.append(try position(of: Name(arm.variant), in: experiment)) }
        return Group(group: group, arms: arms, traffic: traffic)
    }

    /// A table that was not made for this world.
    struct UnknownVariant: Error, CustomStringConvertible {
        var variant: Name
        var slot: SlotKey

        var description: String {
            "the table has the variant '\(variant)' of \(slot.platform)/\(slot.slot), which the world does not know; "
                + "simulate into another directory"
        }
    }

    private static func position(
        of variant: Name, in experiment: WorldExperiment
    ) throws(UnknownVariant) -> Int {
        guard let position = experiment.position(of: variant) else {
            throw UnknownVariant(variant: variant, slot: experiment.key)
        }
        return position
    }

    /// - Parameter rows: the experiment's.
    private static func leader(of experiment: WorldExperiment, rows: [AllocationRow]) -> Leader? {
        let competing = rows.filter { $0.key.segment == .everyone && $0.isCompeting }
            .sorted { $0.traffic > $1.traffic }
        guard let first = competing.first, let arm = experiment.position(of: first.key.variant) else { return nil }
        // Equal shares are a millionth apart where they do not divide evenly.
        if competing.count > 1, first.traffic - competing[1].traffic <= 1 { return nil }
        return Leader(arm: arm, traffic: first.traffic, probabilityBest: first.probabilityBest)
    }
}

extension AllocationRow {
    /// Whether the arm competed for its share.
    fileprivate var isCompeting: Bool { status == .active || status == .new }
}
