import EventLog
import Vocabulary

/// The experiments and arms that were declared, found by the bytes of a log line.
///
/// A key is its parts joined by 0x1F. Declared names hold no control characters, so a log's names can only meet a key when
/// they are its parts.
struct DeclaredArms: ~Copyable {
    /// Number that stands for "not given": a purchase that names no platform or no slot.
    static let any: Int32 = -1

    let experiments: [Experiment]
    /// The variant of each arm, and the experiment it belongs to.
    private(set) var arms: [(experiment: Int, variant: Name)] = []
    /// Of each experiment: its platform's number and its slot name's number.
    private(set) var places: [(platform: Int32, slot: Int32)] = []

    private var armKeys: TextTable
    private var experimentKeys: TextTable
    private var platforms: TextTable
    private var slots: TextTable
    private var scratch = Pool<UInt8>(capacity: 256)

    init(_ experiments: [Experiment], hash: KeyedHash) {
        self.experiments = experiments
        armKeys = TextTable(hash: hash)
        experimentKeys = TextTable(hash: hash)
        platforms = TextTable(hash: hash)
        slots = TextTable(hash: hash)
        for (index, experiment) in experiments.enumerated() {
            let platform = Array(experiment.key.platform.string.utf8)
            let slot = Array(experiment.key.slot.string.utf8)
            places.append((add(platform, to: &platforms), add(slot, to: &slots)))
            _ = add(platform + [0x1F] + slot, to: &experimentKeys)
            for variant in experiment.arms {
                arms.append((index, variant))
                _ = add(platform + [0x1F] + slot + [0x1F] + Array(variant.string.utf8), to: &armKeys)
            }
        }
    }

    mutating func experiment(platform: ByteText, slot: ByteText) -> Int? {
        experimentKeys.find(joined(platform, slot, nil))
    }

    mutating func arm(platform: ByteText, slot: ByteText, variant: ByteText) -> Int? {
        armKeys.find(joined(platform, slot, variant))
    }

    /// The number of a platform that has an experiment.
    func platform(_ name: ByteText) -> Int32? { platforms.find(name).map { Int32($0) } }

    /// The number of a slot name that an experiment has, on whatever platform.
    func slot(_ name: ByteText) -> Int32? { slots.find(name).map { Int32($0) } }

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

private func add(_ key: [UInt8], to table: inout TextTable) -> Int32 {
    key.withUnsafeBufferPointer { Int32(table.number(of: ByteText($0))) }
}
