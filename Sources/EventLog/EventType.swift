/// What a visitor did.
package enum EventType: String, BitwiseCopyable, CaseIterable, Sendable {
    case view, click, purchase
    /// A legal event of another type: evidence for the bot filter, no reward.
    case other

    /// The place in `allCases`.
    @inline(__always)
    var position: Int {
        switch self {
        case .view: 0
        case .click: 1
        case .purchase: 2
        case .other: 3
        }
    }
}
