/// What a visitor did.
package enum EventType: String, BitwiseCopyable, CaseIterable, Sendable {
    case view, click, purchase
    /// A legal event of another type: evidence for the bot filter, no reward.
    case other
}
