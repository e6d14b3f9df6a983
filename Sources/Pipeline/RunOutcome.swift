package import Domain
import Guards
package import State

/// What became of one night.
package struct NightOutcome: Encodable, Sendable {
    /// What a person may have to do something about.
    package var warnings: [String] = []
    package var date: String
    package var quality: Quality?
    /// The other days whose statistics were counted again, because conversions count for longer than the day; nil without
    /// a conversion window.
    package var recountedDays: [String]?
    /// Whether this run found anything to count; without, shares are carried over.
    package var hasData = true
    package var table: PublishedTable?
    /// Whether the table is another than the one published for its date before.
    package var tableChanged = false
    /// Experiments whose rows were taken over from the last table, as platform/slot.
    package var carriedOver: [String] = []
    /// Experiments without rows in the table, since none of their arms may be shown.
    package var leftOut: [String] = []
    /// Dates of later tables, made before this night was run again.
    package var staleTables: [String] = []
    /// What the table changes against the one that served, every experiment of either; none where no table served before, or
    /// another one goes on serving.
    package var movements: [TrafficMovement] = []
    /// Guards that tripped.
    package var guards: [TrippedGuard] = []
    /// Whether the table was held: nothing was published.
    package var isHeld = false
    /// Whether a table that guards would hold was published because the run accepts it.
    package var isAccepted = false

    /// What held the table, or would have, by the words of messages.
    package var heldBy: [String] {
        let tripped = Set(guards.filter { $0.action == GuardAction.hold.rawValue }.map(\.guard))
        let kinds = GuardKind.allCases.map(\.rawValue).filter { tripped.contains($0) }
        return kinds.isEmpty && (isHeld || isAccepted) ? ["day-not-over"] : kinds
    }

    /// How long each half of the night took.
    package var secondsByStep: [String: Double] = [:]

    package init(date: CalendarDate) {
        self.date = date.description
    }
}

/// A guard that tripped on a night.
package struct TrippedGuard: Encodable, Sendable {
    package var `guard`: String
    package var action: String
    package var platform: String?
    package var slot: String?
    package var text: String

    init(_ finding: GuardFinding) {
        `guard` = finding.kind.rawValue
        action = finding.action.rawValue
        platform = finding.experiment?.platform.string
        slot = finding.experiment?.slot.string
        text = finding.text
    }
}

/// A table as it was published.
package struct PublishedTable: Encodable, Sendable {
    package var date: String
    package var path: String
    package var rows: Int
    /// The digest of its `allocation.csv`.
    package var xxh64: String
    package var isCurrent: Bool
}
