import CScan
import Domain
import EventLog

/// The experiments and arms that were declared, found by the bytes of a log line.
///
/// A key is its parts joined by 0x1F. Declared names hold no control characters, so a log's names can only meet a key when
/// they are its parts.
struct DeclaredArms: ~Copyable {
    /// The arms, in the order of `armKeys`.
    private var arms = UnsafeArray<ArmNumber>()
    /// Of each experiment: its platform's number and its slot name's number.
    private(set) var places: [PurchasePlace] = []

    private var armKeys: InternTable
    private var experimentKeys: InternTable
    private var platforms: InternTable
    private var slots: InternTable
    private var scratch = UnsafeArray<UInt8>(capacity: 256)
    /// Arms found lately, which nearly all events are about: three comparisons instead of a hash.
    private var recent = UnsafeArray<Recent>(capacity: recentCount)
    private static let recentCount = 256

    /// An arm found lately, with the lengths of its key's parts; none has an empty variant.
    private struct Recent: BitwiseCopyable {
        var arm = ArmNumber.none
        var number: UInt32 = 0
        var platform: UInt32 = 0
        var slot: UInt32 = 0
        var variant: UInt32 = 0
    }

    init(_ experiments: [Experiment], hash: KeyedHash) {
        armKeys = InternTable(hash: hash)
        experimentKeys = InternTable(hash: hash)
        platforms = InternTable(hash: hash)
        slots = InternTable(hash: hash)
        for _ in 0..<DeclaredArms.recentCount { recent.append(Recent()) }
        for (index, experiment) in experiments.enumerated() {
            let platform = Array(experiment.key.platform.string.utf8)
            let slot = Array(experiment.key.slot.string.utf8)
            places.append(
                PurchasePlace(
                    platform: UInt16(add(platform, to: &platforms)), slot: UInt16(add(slot, to: &slots))))
            _ = add(platform + [0x1F] + slot, to: &experimentKeys)
            for (arm, variant) in experiment.arms.enumerated() {
                arms.append(ArmNumber(experiment: index, arm: arm))
                _ = add(platform + [0x1F] + slot + [0x1F] + Array(variant.string.utf8), to: &armKeys)
            }
        }
    }

    /// The number of the experiment of a platform and slot.
    mutating func experiment(platform: ByteText, slot: ByteText) -> Int? {
        experimentKeys.find(joined(platform, slot, nil))
    }

    @inline(__always)
    mutating func arm(platform: ByteText, slot: ByteText, variant: ByteText) -> ArmNumber? {
        guard !platform.isEmpty, !slot.isEmpty, !variant.isEmpty else { return nil }
        let slotOfRecent = recent.start + DeclaredArms.recentOffset(platform, slot, variant)
        if isArm(slotOfRecent.pointee, platform, slot, variant) { return slotOfRecent.pointee.arm }
        guard let found = find(platform, slot, variant) else { return nil }
        slotOfRecent.pointee = found
        return found.arm
    }

    @inline(never)
    private mutating func find(_ platform: ByteText, _ slot: ByteText, _ variant: ByteText) -> Recent? {
        guard let number = armKeys.find(joined(platform, slot, variant)) else { return nil }
        return Recent(
            arm: arms[number], number: UInt32(number), platform: UInt32(platform.count), slot: UInt32(slot.count),
            variant: UInt32(variant.count))
    }

    /// Whether the parts are those of an arm.
    @inline(__always)
    private func isArm(_ arm: Recent, _ platform: ByteText, _ slot: ByteText, _ variant: ByteText) -> Bool {
        guard platform.count == Int(arm.platform), slot.count == Int(arm.slot), variant.count == Int(arm.variant) else {
            return false
        }
        let key = armKeys[Int(arm.number)].start
        let slotStart = key + platform.count + 1
        let variantStart = slotStart + slot.count + 1
        return cscan_equal(variantStart, variant.start, variant.count) != 0
            && cscan_equal(slotStart, slot.start, slot.count) != 0
            && cscan_equal(key, platform.start, platform.count) != 0
    }

    /// An index of `recent` from the ends of the names, where arms differ most.
    @inline(__always)
    private static func recentOffset(_ platform: ByteText, _ slot: ByteText, _ variant: ByteText) -> Int {
        let ends =
            Int(variant.start[variant.count &- 1]) &* 32 &+ Int(variant.start[0])
            &+ Int(slot.start[slot.count &- 1]) &* 8 &+ slot.count &+ variant.count &* 2
            &+ Int(platform.start[0]) &* 4 &+ platform.count
        return ends & (recentCount - 1)
    }

    /// The number of a platform that has an experiment.
    func platform(_ name: ByteText) -> UInt16? { platforms.find(name).map { UInt16($0) } }

    /// The number of a slot name that an experiment has, on whatever platform.
    func slot(_ name: ByteText) -> UInt16? { slots.find(name).map { UInt16($0) } }

    private mutating func joined(_ platform: ByteText, _ slot: ByteText, _ variant: ByteText?) -> ByteText {
        scratch.removeAll()
        scratch.append(contentsOf: platform.bytes)
        scratch.append(0x1F)
        scratch.append(contentsOf: slot.bytes)
        if let variant {
            scratch.append(0x1F)
            scratch.append(contentsOf: variant.bytes)
        }
        return ByteText(scratch.elements)
    }
}

private func add(_ key: [UInt8], to table: inout InternTable) -> Int {
    key.withUnsafeBufferPointer { table.number(of: ByteText($0)) }
}
