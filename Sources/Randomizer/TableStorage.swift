/// A loaded table: flat arrays that never change, shared by all copies of the table and by its experiments' handles.
///
///     experiments:  web/hero ┐  web/tile ┐           byte order of platform, slot
///     groups:        *  delhi  *                     `*` first, then byte order of the segment
///     arms:          a b c  a b c  x y               byte order of the variant
///
/// An experiment names its first group and the one after its last; a group its first arm. A last group without arms ends
/// the array, so a group's arms always run to the first arm of the next.
final class TableStorage: Sendable {
    struct ExperimentRecord {
        var platform: UInt32
        var slot: UInt32
        var salt: UInt64
        var firstGroup: UInt32
        var endGroup: UInt32
    }

    struct GroupRecord {
        var segment: UInt32
        var firstArm: UInt32
    }

    struct ArmRecord {
        var hash: UInt64
        var traffic: Double
        var variant: UInt32
    }

    let date: String
    let names: NameTable
    let variants: [String]
    let experiments: [ExperimentRecord]
    let groups: [GroupRecord]
    let arms: [ArmRecord]
    private let experimentIndex: HashIndex
    /// All groups but those of `*`.
    private let groupIndex: HashIndex

    init(
        date: String, names: NameTable, variants: [String], experiments: [ExperimentRecord], groups: [GroupRecord],
        arms: [ArmRecord]
    ) {
        self.date = date
        self.names = names
        self.variants = variants
        self.experiments = experiments
        self.groups = groups
        self.arms = arms
        var experimentIndex = HashIndex(capacity: experiments.count)
        var groupIndex = HashIndex(capacity: groups.count - 1 - experiments.count)
        for (number, experiment) in experiments.enumerated() {
            let hash = names.withBytes(of: experiment.platform) { platform in
                names.withBytes(of: experiment.slot) { TableStorage.hash(platform: platform, slot: $0) }
            }
            experimentIndex.insert(number, hash: hash)
            for group in (experiment.firstGroup + 1)..<experiment.endGroup {
                let hash = names.withBytes(of: groups[Int(group)].segment) { XXH64.hash($0, seed: experiment.salt) }
                groupIndex.insert(Int(group), hash: hash)
            }
        }
        self.experimentIndex = experimentIndex
        self.groupIndex = groupIndex
    }

    /// Finds an experiment by the bytes of its names.
    func experiment(platform: UnsafeRawBufferPointer, slot: UnsafeRawBufferPointer) -> Int? {
        experimentIndex.find(hash: TableStorage.hash(platform: platform, slot: slot)) { number in
            names.isEqual(experiments[number].platform, to: platform)
                && names.isEqual(experiments[number].slot, to: slot)
        }
    }

    /// Finds the group that serves a segment (nil: everyone), and says whether it is the segment's own.
    func group(of experiment: ExperimentRecord, segment: UnsafeRawBufferPointer?) -> (group: Int, isOwn: Bool) {
        let everyone = Int(experiment.firstGroup)
        guard let segment, experiment.endGroup - experiment.firstGroup > 1 else { return (everyone, false) }
        let own = groupIndex.find(hash: XXH64.hash(segment, seed: experiment.salt)) { group in
            group > everyone && group < Int(experiment.endGroup)
                && names.isEqual(groups[group].segment, to: segment)
        }
        return (own ?? everyone, own != nil)
    }

    func arms(of group: Int) -> Range<Int> {
        Int(groups[group].firstArm)..<Int(groups[group + 1].firstArm)
    }

    /// Finds the arm of a group whose score for a visitor is least; of equal scores the first in byte order.
    func choose(in group: Int, unit: UInt64) -> Int {
        let range = arms(of: group)
        var chosen = range.lowerBound
        var least = Double.infinity
        for index in range where arms[index].traffic > 0 {
            let traffic = arms[index].traffic
            let uniform = RendezvousHash.uniform(unit: unit, arm: arms[index].hash)
            if RendezvousHash.cannotWin(uniform: uniform, traffic: traffic, against: least) { continue }
            let score = RendezvousHash.score(uniform: uniform, traffic: traffic)
            if score < least {
                least = score
                chosen = index
            }
        }
        return chosen
    }

    func assignment(experiment: Int, segment: UnsafeRawBufferPointer?, visitor: UnsafeRawBufferPointer) -> Assignment {
        let record = experiments[experiment]
        let (group, isOwn) = group(of: record, segment: segment)
        let arm = arms[choose(in: group, unit: XXH64.hash(visitor, seed: record.salt))]
        return Assignment(
            variant: variants[Int(arm.variant)], propensity: arm.traffic, date: date, hasOwnGroup: isOwn)
    }

    /// The key of the experiments' index. Not the salt: that would need both names in one piece of memory.
    private static func hash(platform: UnsafeRawBufferPointer, slot: UnsafeRawBufferPointer) -> UInt64 {
        XXH64.hash(slot, seed: XXH64.hash(platform))
    }
}
