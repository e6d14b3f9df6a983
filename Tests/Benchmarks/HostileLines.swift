import TestSupport

/// The lines of a hostile log, one after another.
struct HostileLines {
    private let kind: HostileLog
    private let bytes: Int
    private var number = 0
    private var generator = SplitMix64(seed: 1)
    private var ids = CollidingIDs()

    /// - Parameter bytes: how many the log will have.
    init(_ kind: HostileLog, bytes: Int) {
        self.kind = kind
        self.bytes = bytes
    }

    /// The next line, with its line feed where it has one.
    mutating func next() -> String {
        defer { number += 1 }
        let line = HostileLine(number: number)
        switch kind {
        case .collideXXH64: return line.with(visitor: ids.xxh64(number))
        case .collideFNV: return line.with(visitor: ids.fnv1a(number))
        case .collidePolynomial: return line.with(visitor: ids.polynomial(number))
        case .visitorViews, .visitorPurchases, .visitorMixed: return ofOneVisitor(line)
        case .agents: return line.with(agent: "Mozilla/5.0 (Linux; Android 9) Chrome/\(number).0 Mobile Safari/537.36")
        case .variants: return line.with(variant: "banner-\(number)")
        case .segments: return line.with(segment: "city-\(number)")
        case .orders: return line.purchase(order: "order-\(number)")
        case .longAgents: return line.with(agent: long(100_000))
        case .longSegments: return line.with(segment: long(100_000))
        case .longIDs: return line.with(visitor: long(100_000))
        case .longestLines: return line.with(page: long(1_000_000))
        case .oneLine: return line.with(page: long(bytes))
        case .fourLines: return line.with(page: long(bytes / 4))
        case .noLineFeed: return String(line.text.dropLast())
        case .shapes: return ofRandomShape(line)
        case .nesting: return line.with(nested: 60)
        case .tooDeep: return line.with(nested: 10_000)
        case .escapes: return escaped(line)
        case .rejected: return String(line.text.dropLast(2)) + "\n"
        }
    }

    private func ofOneVisitor(_ line: HostileLine) -> String {
        var line = line
        line.visitor = "everyone"
        switch kind {
        case .visitorViews: return line.text
        case .visitorPurchases: return line.purchase(order: "order-\(number)")
        default:
            if number % 3 == 2 { return line.purchase(order: "order-\(number)") }
            line.type = number % 3 == 0 ? "view" : "click"
            return line.text
        }
    }

    /// A distinct text of `count` characters.
    private func long(_ count: Int) -> String {
        let start = "\(number)-"
        return start + String(repeating: "x", count: max(0, count - start.count))
    }

    private mutating func ofRandomShape(_ line: HostileLine) -> String {
        var members = line.members
        for _ in 0..<200 {
            let random = generator.next()
            let values = ["\"\(random)\"", "\(random % 1_000)", "true", "null", "[1, {\"a\": \"b\"}]"]
            members.append(("k\(String(random, radix: 36))", values[Int(random % 5)]))
        }
        members.shuffle(using: &generator)
        return HostileLine.text(members)
    }

    private func escaped(_ line: HostileLine) -> String {
        func escape(_ text: some StringProtocol) -> String {
            text.utf8.map { "\\u00" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        return HostileLine.text(line.members.map { (escape($0.0), "\"\(escape($0.1.dropFirst().dropLast()))\"") })
    }
}
