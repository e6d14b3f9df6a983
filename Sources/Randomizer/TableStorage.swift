/// A loaded table: flat arrays that never change, shared by all copies of the table and by its experiments' handles.
///
///     experiments:  web/hero ┐  web/tile ┐           byte order of platform, slot
///     groups:        *  delhi  *                     `*` first, then byte order of the segment
///     arms:          a b c  a b c  x y               byte order of the variant
///
/// An experiment names its first group and the one after its last; a group its first arm. A last group without arms ends
/// the array, so a group's arms always run to the first arm of the next. A group with a control names it among all controls.
@usableFromInline
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
        private var controlNumber: UInt32

        /// - Parameter control: the number of the group's control among all controls, if it has one.
        init(segment: UInt32, firstArm: UInt32, control: Int?) {
            self.segment = segment
            self.firstArm = firstArm
            controlNumber = control.map { UInt32($0) } ?? .max
        }

        var control: Int? { controlNumber == .max ? nil : Int(controlNumber) }
    }

    /// The control of a group, which has the visitors whose uniform number for the holdout is below its traffic.
    struct ControlRecord {
        /// Its place among all arms.
        var arm: Int
        /// Share of visitors, 0…1.
        var traffic: Double
        /// The seed of visitors' hashes for the holdout; nil: the experiment's salt, as the holdout is its own.
        var holdoutSalt: UInt64?

        /// Whether the control has a visitor whose hash by the experiment's salt is `unit`.
        func holds(_ visitor: UnsafeRawBufferPointer, unit: UInt64) -> Bool {
            holds(holdoutUnit: holdoutSalt.map { XXH64.hash(visitor, seed: $0) } ?? unit)
        }

        /// Whether the control has a visitor of this hash by the holdout's salt. All of them when it has all traffic: the
        /// uniform number may be rounded to 1.
        func holds(holdoutUnit: UInt64) -> Bool {
            RendezvousHash.uniform(unit: holdoutUnit, arm: RendezvousHash.control) < traffic || traffic == 1
        }
    }

    /// An arm in 16 bytes, four to a line of cache.
    struct ArmRecord {
        var hash: UInt64
        /// 1 / traffic; the greatest finite number for an arm without traffic.
        private var inverse: Float
        var variant: UInt32

        init(hash: UInt64, millionths: UInt32, variant: UInt32) {
            self.hash = hash
            self.variant = variant
            inverse = .greatestFiniteMagnitude
            if millionths > 0 { inverse = Float(Double(AllocationFormat.wholeTraffic) / Double(millionths)) }
        }

        /// 1 / traffic with a relative error of 2⁻²⁴.
        var inverseTraffic: Double { Double(inverse) }

        /// Share of visitors in millionths: exactly, as the inverse's error moves them by less than 0.06.
        var millionths: UInt32 {
            UInt32((Double(AllocationFormat.wholeTraffic) / Double(inverse)).rounded())
        }

        /// Share of visitors, 0…1.
        var traffic: Double { Double(millionths) / Double(AllocationFormat.wholeTraffic) }
    }

    let date: String
    let day: CompactDay
    /// Nil for a bare CSV.
    let manifest: Manifest?
    let names: NameTable
    let variants: VariantNames
    let experiments: [ExperimentRecord]
    let groups: [GroupRecord]
    let arms: [ArmRecord]
    let controls: [ControlRecord]
    let estimate = ScoreEstimate()
    private let experimentIndex: HashIndex
    /// All groups but those of `*`.
    private let groupIndex: HashIndex

    init(
        date: String, manifest: Manifest?, names: NameTable, variants: [String], experiments: [ExperimentRecord],
        groups: [GroupRecord], arms: [ArmRecord], controls: [ControlRecord]
    ) {
        self.date = date
        day = CompactDay(date)
        self.manifest = manifest
        self.names = names
        self.variants = VariantNames(variants)
        self.experiments = experiments
        self.groups = groups
        self.arms = arms
        self.controls = controls
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
    @inline(__always)
    func group(of experiment: ExperimentRecord, segment: UnsafeRawBufferPointer?) -> (group: Int, isOwn: Bool) {
        let everyone = Int(experiment.firstGroup)
        guard let segment, experiment.endGroup - experiment.firstGroup > 1 else { return (everyone, false) }
        let own = groupIndex.find(hash: XXH64.hash(segment, seed: experiment.salt)) { group in
            group > everyone && group < Int(experiment.endGroup)
                && names.isEqual(groups[group].segment, to: segment)
        }
        return (own ?? everyone, own != nil)
    }

    /// The control of a group; nil without one.
    func control(of group: Int) -> ControlRecord? {
        groups[group].control.map { controls[$0] }
    }

    func arms(of group: Int) -> Range<Int> {
        Int(groups[group].firstArm)..<Int(groups[group + 1].firstArm)
    }

    func assignment(
        of visitor: UnsafeRawBufferPointer, in experiment: ExperimentRecord, segment: UnsafeRawBufferPointer?
    ) -> Assignment {
        let (group, isOwn) = group(of: experiment, segment: segment)
        let arm = choose(in: group, visitor: visitor, unit: XXH64.hash(visitor, seed: experiment.salt))
        return assignment(of: arm, in: group, hasOwnGroup: isOwn)
    }

    /// The answer that shows an arm of a group; its propensity is its traffic unless it is given.
    @inline(__always)
    func assignment(
        of index: Int, in group: Int, hasOwnGroup: Bool, propensity: Double? = nil, isOverride: Bool = false
    ) -> Assignment {
        let arm = arms[index]
        return Assignment(
            variant: variants[Int(arm.variant)], propensity: propensity ?? arm.traffic, day: day,
            hasOwnGroup: hasOwnGroup, isControl: control(of: group)?.arm == index, isOverride: isOverride)
    }

    /// The key of the experiments' index. Not the salt: that would need both names in one piece of memory.
    private static func hash(platform: UnsafeRawBufferPointer, slot: UnsafeRawBufferPointer) -> UInt64 {
        XXH64.hash(slot, seed: XXH64.hash(platform))
    }
}
