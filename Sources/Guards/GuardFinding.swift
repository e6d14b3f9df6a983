package import Domain

/// A guard that has tripped.
package struct GuardFinding: Equatable, Sendable {
    package var kind: GuardKind
    /// ``GuardAction/hold`` or ``GuardAction/warn``.
    package var action: GuardAction
    /// Nil: it is about the pipeline as a whole.
    package var experiment: SlotKey?
    /// What was found beside what was to be expected, and what to look at.
    package var text: String

    /// The findings about these facts, in the order of the guards and then of the experiments.
    package static func all(
        _ facts: GuardFacts, _ settings: GuardSettings, nearest: (String, [String]) -> String? = { _, _ in nil }
    ) -> [GuardFinding] {
        let judge = GuardJudge(facts: facts, settings: settings)
        return GuardKind.allCases.flatMap { kind -> [GuardFinding] in
            let action = settings[kind].action
            guard action != .off else { return [] }
            return judge.tripped(kind, nearest).map {
                GuardFinding(kind: kind, action: action, experiment: $0.experiment, text: $0.text)
            }
        }
    }
}

/// The rules of the guards, one function each.
struct GuardJudge {
    typealias Tripped = (experiment: SlotKey?, text: String)

    let facts: GuardFacts
    let settings: GuardSettings

    func tripped(_ kind: GuardKind, _ nearest: (String, [String]) -> String?) -> [Tripped] {
        switch kind {
        case .unknownVariants: unknownVariants()
        case .silentVariants: silentVariants()
        case .lostVariants: lostVariants(nearest)
        case .noReward: noReward()
        case .visitors: visitors()
        case .robots: robots()
        case .outsideDay: outsideDay()
        case .timezone: timezone()
        case .sources: sources()
        case .sampleRatio: sampleRatio()
        case .move: move()
        }
    }

    func threshold(_ threshold: GuardSettings.Threshold, _ kind: GuardKind) -> Double {
        settings.threshold(threshold, of: kind)
    }

    static func place(_ key: SlotKey) -> String { "\(key.platform)/\(key.slot)" }

    static func percent(_ share: Double) -> String { "\(Text.decimal(share * 100, 1)) %" }

    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
