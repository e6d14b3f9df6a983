import Allocation
import Pipeline
import Randomizer
import Vocabulary

/// The table in force, as serving code uses it for the slots of a world.
struct ServedTable {
    /// Those who share a segment of the world, and so a row group of the table.
    struct Group {
        fileprivate let group: AllocationTable.Group
        /// By place in the group, the arm's index in the world.
        fileprivate let arms: [Int]
        /// By arm of the world, in millionths.
        let traffic: [Int]
        /// By arm of the world: whether it competes, and gets no more than its floor.
        let isOnFloor: [Bool]

        /// The arm that a visitor is shown.
        func arm(for visitor: String) -> Int { arms[group.arm(of: visitor)] }
    }

    /// The competing arm with the most traffic among everyone, the first in byte order of equal ones.
    struct Leader {
        var arm: Int
        /// In millionths.
        var traffic: Int
        var probabilityBest: Double?
    }

    /// By experiment and segment of the world; an experiment that the table leaves out has no groups.
    let groups: [[Group]]
    /// By experiment; nil where the table has none.
    let leaders: [Leader?]

    /// Loads the table that a state directory serves.
    init(_ state: StateDirectory, _ file: WorldFile) throws {
        let table = try AllocationTable(path: state.path)
        let path = state.current + "/allocation.csv"
        let rows = try AllocationFile.rows(try FileSystem.read(path), file: path)
        groups = try zip(file.world.experiments, file.experiments).map { experiment, configured in
            guard
                let served = table.experiment(
                    platform: experiment.key.platform.string, slot: experiment.key.slot.string)
            else { return [] }
            let own = rows.filter { $0.key.slotKey == experiment.key }
            return try experiment.segments.map { segment in
                try ServedTable.group(served, segment.name, of: experiment, rows: own, floors: configured.allocation)
            }
        }
        leaders = file.world.experiments.map { ServedTable.leader(of: $0, rows: rows) }
    }

    private static func group(
        _ served: AllocationTable.Experiment, _ segment: Name, of experiment: WorldExperiment, rows: [AllocationRow],
        floors settings: AllocationSettings
    ) throws(UnknownVariant) -> Group {
        let group = served.group(segment: segment.string)
        let rows = rows.filter { $0.key.segment == Name(group.segment) }
        var traffic = [Int](repeating: 0, count: experiment.arms.count)
        var isOnFloor = [Bool](repeating: false, count: experiment.arms.count)
        let competing = rows.filter { $0.status == .active || $0.status == .new }
        let common = settings.commonFloor(arms: competing.count, available: 1 - (experiment.control?.traffic ?? 0))
        for row in rows { traffic[try position(of: row.key.variant, in: experiment)] = row.traffic }
        for row in competing {
            let floor = settings.floors[row.key.variant.string] ?? common
            let arm = try position(of: row.key.variant, in: experiment)
            isOnFloor[arm] = Double(row.traffic) <= (floor * 1_000_000).rounded()
        }
        var arms: [Int] = []
        for arm in group.arms { arms.append(try position(of: Name(arm.variant), in: experiment)) }
        return Group(group: group, arms: arms, traffic: traffic, isOnFloor: isOnFloor)
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

    private static func leader(of experiment: WorldExperiment, rows: [AllocationRow]) -> Leader? {
        var leader: Leader?
        for row in rows where row.key.slotKey == experiment.key && row.key.segment == .everyone {
            guard row.status == .active || row.status == .new, row.traffic > leader?.traffic ?? 0,
                let arm = experiment.position(of: row.key.variant)
            else { continue }
            leader = Leader(arm: arm, traffic: row.traffic, probabilityBest: row.probabilityBest)
        }
        return leader
    }
}
