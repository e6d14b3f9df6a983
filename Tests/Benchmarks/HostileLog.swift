/// Logs that are written to be slow to read, or to take memory: everything legal, and much of it odd.
///
/// A log of `bytes` bytes has as many lines as fit; where names are said to be distinct, every line has one of its own.
enum HostileLog: String, CaseIterable {
    /// Visitors whose ids all have one 64-bit hash under XXH64 with seed 0.
    case collideXXH64 = "collide-xxh64"
    /// Visitors whose ids have one FNV-1a hash in its lower 32 bits.
    case collideFNV = "collide-fnv1a"
    /// Visitors whose ids have one hash under every polynomial in 31 (Java's hash code).
    case collidePolynomial = "collide-polynomial"
    /// One visitor's views, all over the day, of two experiments.
    case visitorViews = "visitor-views"
    /// One visitor's purchases, each with an order of its own.
    case visitorPurchases = "visitor-purchases"
    /// One visitor's views, clicks and purchases in turn.
    case visitorMixed = "visitor-mixed"
    /// Distinct user agents.
    case agents
    /// Distinct names of a variant, none declared.
    case variants
    /// Distinct segments.
    case segments
    /// Purchases of many visitors with distinct orders.
    case orders
    /// Distinct user agents of 100 kB.
    case longAgents = "long-agents"
    /// Distinct segments of 100 kB.
    case longSegments = "long-segments"
    /// Visitors with ids of 100 kB.
    case longIDs = "long-ids"
    /// Lines of 1 MB, which is just allowed.
    case longestLines = "longest-lines"
    /// One line.
    case oneLine = "one-line"
    /// Four lines.
    case fourLines = "four-lines"
    /// Objects with no line feed between them nor behind them.
    case noLineFeed = "no-line-feed"
    /// Keys in random order, with 200 unknown ones of random names between them.
    case shapes
    /// Arrays in objects in arrays, as deep as is allowed.
    case nesting
    /// Arrays in arrays, far deeper than is allowed.
    case tooDeep = "too-deep"
    /// Every character of every name escaped.
    case escapes
    /// Lines cut off before their end.
    case rejected

    private static let prefix = "hostile-"

    /// The word for it on the command line.
    var option: String { HostileLog.prefix + rawValue }

    init?(option: String) {
        guard option.hasPrefix(HostileLog.prefix) else { return nil }
        self.init(rawValue: String(option.dropFirst(HostileLog.prefix.count)))
    }

    func write(to path: String, bytes: Int) throws {
        var file = try GrowingFile(path)
        var lines = HostileLines(self, bytes: bytes)
        while file.count < bytes { try file.append(lines.next()) }
        try file.close()
    }
}
