/// What a night's table is held for. The raw value is the key in the configuration and the word in messages.
package enum GuardKind: String, CaseIterable, Codable, Comparable, Sendable {
    /// Many views show variants that are not declared.
    case unknownVariants
    /// An arm that had traffic had no visitor.
    case silentVariants
    /// An arm with traffic or counts is no longer declared.
    case lostVariants
    /// Not one click or purchase where there should be many.
    case noReward
    /// Far fewer or far more visitors than on the days before.
    case visitors
    /// Far more of the visitors dropped as bots than on the days before.
    case robots
    /// The day's own files hold other days.
    case outsideDay
    /// Days begin at another midnight than those before.
    case timezone
    /// A field of the log that used to be there is in no line.
    case sources
    /// Visitors came in other shares than they were served by.
    case sampleRatio
    /// More visitors than wanted would see another variant.
    case move

    /// In the order of declaration.
    package static func < (left: GuardKind, right: GuardKind) -> Bool { left.position < right.position }

    private var position: Int { GuardKind.allCases.firstIndex(of: self) ?? 0 }
}

/// What a guard that trips does.
package enum GuardAction: String, CaseIterable, Codable, Sendable {
    /// The table is not published, unless the run accepts it.
    case hold
    /// It is said, and the night goes on.
    case warn
    /// Nothing: it is not looked at.
    case off
}

/// When each guard trips, and what it does then.
package struct GuardSettings: Equatable, Sendable {
    /// A number that a guard compares with.
    package enum Threshold: String, CaseIterable, Sendable {
        case above, below, atLeast
    }

    package struct Rule: Equatable, Sendable {
        package var action: GuardAction
        package var thresholds: [Threshold: Double]

        package init(_ action: GuardAction, _ thresholds: [Threshold: Double] = [:]) {
            self.action = action
            self.thresholds = thresholds
        }
    }

    private var rules: [GuardKind: Rule] = [:]

    package init() {}

    package subscript(kind: GuardKind) -> Rule {
        get { rules[kind] ?? GuardSettings.standard(kind) }
        set { rules[kind] = newValue }
    }

    /// Of a guard that has none: not a number, which nothing exceeds.
    package func threshold(_ threshold: Threshold, of kind: GuardKind) -> Double {
        self[kind].thresholds[threshold] ?? .nan
    }

    /// What holds for a guard that the configuration does not name.
    package static func standard(_ kind: GuardKind) -> Rule {
        switch kind {
        case .unknownVariants: Rule(.hold, [.above: 0.05, .atLeast: 20])
        case .silentVariants: Rule(.hold, [.atLeast: 30])
        case .lostVariants, .timezone: Rule(.hold)
        case .noReward: Rule(.hold, [.atLeast: 30])
        case .visitors: Rule(.hold, [.below: 0.3, .above: 3])
        case .robots: Rule(.hold, [.above: 0.3])
        case .outsideDay: Rule(.warn, [.above: 0.2])
        case .sources: Rule(.hold, [.atLeast: 30])
        case .sampleRatio: Rule(.warn, [.below: 1e-6])
        case .move: Rule(.off)
        }
    }

    /// The thresholds that may be set for a guard, and what each may be.
    package static func ranges(_ kind: GuardKind) -> [(threshold: Threshold, range: ClosedRange<Double>)] {
        switch kind {
        case .unknownVariants: [(.above, 0...1), (.atLeast, 1...1e15)]
        case .silentVariants, .noReward, .sources: [(.atLeast, 1...1e15)]
        case .lostVariants, .timezone: []
        case .visitors: [(.below, 0...1), (.above, 1...1e15)]
        case .robots, .outsideDay, .move: [(.above, 0...1)]
        case .sampleRatio: [(.below, 0...0.05)]
        }
    }
}
