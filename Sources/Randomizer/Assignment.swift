/// What a visitor is shown, and with what probability.
public struct Assignment: Equatable, Sendable {
    /// The variant to show.
    public let variant: String

    /// The probability of this assignment, 0 < propensity ≤ 1, for inverse-propensity estimates: the variant's share of
    /// the visitor's group, of what the allowed arms share when a subset is allowed, and 1 when the visitor is pinned.
    public let propensity: Double

    private let day: CompactDay

    /// Whether the visitor's segment has a group of its own; false when the group of everyone, `*`, served.
    public let hasOwnGroup: Bool

    /// Whether the variant is the control of the visitor's group.
    public let isControl: Bool

    /// Whether the visitor is pinned to the variant by `Overrides`. Leave its events out of what is learned from.
    public let isOverride: Bool

    /// The date of the table, `YYYY-MM-DD`.
    public var date: String { day.text }

    init(
        variant: String, propensity: Double, day: CompactDay, hasOwnGroup: Bool, isControl: Bool,
        isOverride: Bool = false
    ) {
        self.variant = variant
        self.propensity = propensity
        self.day = day
        self.hasOwnGroup = hasOwnGroup
        self.isControl = isControl
        self.isOverride = isOverride
    }
}

/// A date in four bytes, so that an assignment fits into registers: `YYYY-MM-DD` as the number YYYYMMDD.
struct CompactDay: Equatable, Sendable {
    private let number: UInt32

    /// The date of a text `YYYY-MM-DD`.
    init(_ text: String) {
        number = text.utf8.reduce(0) { $1 == UInt8(ascii: "-") ? $0 : $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
    }

    var text: String {
        func digits(_ value: UInt32, _ count: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: count - digits.utf8.count) + digits
        }
        return "\(digits(number / 10_000, 4))-\(digits(number / 100 % 100, 2))-\(digits(number % 100, 2))"
    }
}
