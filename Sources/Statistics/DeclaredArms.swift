import EventLog
import Vocabulary

/// The experiments and arms that were declared, found by the bytes of a log line.
///
/// A key is its parts joined by 0x1F. Declared names hold no control characters, so a log's names can only meet a key when
/// they are its parts.
struct DeclaredArms: ~Copyable {
    /// The arms, in the order of `armKeys`.
    private var arms = Pool<ArmNumber>()
    /// Of each experiment: its platform's number and its slot name's number.
    private(set) var places: [PurchasePlace] = []

    private var armKeys: TextTable
    private var experimentKeys: TextTable
    private var platforms: TextTable
    private var slots: TextTable
    private var scratch = Pool<UInt8>(capacity: 256)
    /// Arms found lately, or -1.
    private var cache = Pool<Int32>(capacity: cacheSize)
    private static let cacheSize = 256

    init(_ experiments: [Experiment], hash: KeyedHash) {
        armKeys = TextTable(hash: hash)
        experimentKeys = TextTable(hash: hash)
        platforms = TextTable(hash: hash)
        slots = TextTable(hash: hash)
        for _ in 0..<DeclaredArms.cacheSize { cache.append(-1) }
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

    mutating func hasExperiment(platform: ByteText, slot: ByteText) -> Bool {
        experimentKeys.find(joined(platform, slot, nil)) != nil
    }

    mutating func arm(platform: ByteText, slot: ByteText, variant: ByteText) -> ArmNumber? {
        let place = DeclaredArms.cachePlace(platform, slot, variant)
        let cached = Int(cache[place])
        if cached >= 0, isArm(cached, platform, slot, variant) { return arms[cached] }
        guard let found = armKeys.find(joined(platform, slot, variant)) else { return nil }
        cache[place] = Int32(found)
        return arms[found]
    }

    /// Whether the parts are those of the arm with this number.
    @inline(__always)
    private func isArm(_ arm: Int, _ platform: ByteText, _ slot: ByteText, _ variant: ByteText) -> Bool {
        let key = armKeys[arm]
        guard key.count == platform.count + slot.count + variant.count + 2 else { return false }
        let slotStart = platform.count + 1
        let variantStart = slotStart + slot.count + 1
        return key.start[slotStart - 1] == 0x1F && key.start[variantStart - 1] == 0x1F
            && ByteText(start: key.start, count: platform.count) == platform
            && ByteText(start: key.start + slotStart, count: slot.count) == slot
            && ByteText(start: key.start + variantStart, count: variant.count) == variant
    }

    /// A place in the cache from the ends of the names, where arms differ most.
    @inline(__always)
    private static func cachePlace(_ platform: ByteText, _ slot: ByteText, _ variant: ByteText) -> Int {
        guard !platform.isEmpty, !slot.isEmpty, !variant.isEmpty else { return 0 }
        let ends =
            Int(variant.start[variant.count - 1]) &* 29 &+ Int(variant.start[0]) &* 7 &+ Int(slot.start[slot.count - 1])
            &* 13
            &+ Int(platform.start[0]) &+ slot.count &* 5 &+ variant.count &* 3
        return ends & (cacheSize - 1)
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

private func add(_ key: [UInt8], to table: inout TextTable) -> Int {
    key.withUnsafeBufferPointer { table.number(of: ByteText($0)) }
}
