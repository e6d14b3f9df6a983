import Domain
import EventLog
import Foundation
import TestSupport

/// An event before it is written; nil fields are left out of its line.
struct Draft {
    var time: Int64
    /// Written so that the instant does not depend on a clock.
    var isTimeExplicit = false
    var type: String
    var visitor: String
    var platform: String?
    var slot: String?
    var variant: String?
    var segment: String?
    /// Decimal text.
    var revenue: String?
    var order: String?
    /// Text of JSON.
    var propensity: String?
    /// The id of the event itself.
    var id: String?
}

/// A writer of random log files for a configuration: mostly what shops send, much of it odd, some of it broken.
struct EventAuthor {
    private(set) var statistics: SlowStatistics
    var random: SplitMix64
    private let visitors: [String]
    /// Instants of the day that many events share.
    private(set) var instants: [Int64]
    private let segments: [String]
    private let words: [String]
    private let statesPropensities: Bool
    private static let propensities = [
        "0.5", "0.5", "0.25", "1", "1.0", "1e-3", "\"0.5\"", "\"0.2500\"", "\"\\u0030.1\"", "0.33333333349",
        "0.3333333335",
        "0.0000000004", "0.9999999999", "0", "0.0", "-0.5", "1.0000000001", "2", "\"x\"", "\"NaN\"", "\" 1\"", "true",
        "[0.5]",
        "\"\"", "null",
    ]
    /// Events that were written, of which copies are made.
    private var earlier: [Draft] = []
    /// Purchases with an order that were written: repeats at one instant must be the same in all that counts.
    private var orders: [String: Draft] = [:]

    init(statistics: SlowStatistics, random: SplitMix64) {
        self.statistics = statistics
        self.random = random
        let people = [
            "7", "42", "1700000000000000001", "v1", "v2", "\u{E9}", "e\u{301}", "x\"y\\z/", "\u{1F600}", "a\u{0}b", " ",
            "=x", " v1", "7.0", "42\u{A0}", "007", "0", "null", "(Not set)", "-7",
            String(repeating: "longer-than-any-short-string ", count: 4),
        ]
        let crowd = Int.random(in: 1...6, using: &self.random)
        visitors = Array(people.shuffled(using: &self.random).prefix(crowd))
        let cities = [
            "*", "berlin", "m\u{FC}nchen", "=1+1", "+49", "-", "@x", "\tq", "\rq", "!x", "k\u{F6}ln, alt", "12", "z",
        ]
        segments = Array(cities.shuffled(using: &self.random).prefix(4))
        statesPropensities = self.random.chance(0.5)
        words = ["view", "click", "purchase", "purchase", "refund"] + statistics.schema.types.keys.sorted()
        instants = EventAuthor.hotInstants(of: statistics.dayRange, using: &self.random)
    }

    /// Goes on with another day: the same visitors and orders, other instants.
    ///
    /// - Parameter more: instants that events share besides; those outside the day are left out.
    mutating func move(to statistics: SlowStatistics, sharing more: [Int64] = []) {
        self.statistics = statistics
        let day = statistics.dayRange
        instants = EventAuthor.hotInstants(of: day, using: &random) + more.filter { day.contains($0) }
    }

    private static func hotInstants(of day: Range<Int64>, using random: inout SplitMix64) -> [Int64] {
        var hot = [day.lowerBound - 1, day.lowerBound, day.upperBound - 1, day.upperBound]
        // Around the hour in which most clocks jump, and within one minute and at its end.
        for hour in [0, 1, 2, 3] { hot.append(day.lowerBound + Int64(hour) * 3_600_000_000) }
        let minute = day.lowerBound + Int64.random(in: 0..<1_380, using: &random) * 60_000_000
        hot += [minute, minute + 1, minute + 59_999_999, minute + 60_000_000, minute + 30_000_000]
        return Array(hot.shuffled(using: &random).prefix(7)) + [minute]
    }

    mutating func file(name: String, lines: Int) -> WrittenFile {
        var file = WrittenFile(name: name, content: [])
        if random.chance(0.2) { file.content = [0xEF, 0xBB, 0xBF] }
        let ends = random.pick([["\n"], ["\n"], ["\r\n"], ["\n", "\r\n"]])
        for index in 0..<lines {
            var line: [UInt8]
            if random.chance(0.03) {
                line = Array(random.pick(["", " ", "\t ", "\r"]).utf8)
            } else if random.chance(0.08) {
                let broken = brokenLine()
                line = broken.bytes
                file.faults[index] = broken.fault
            } else {
                line = LineWriter(schema: statistics.schema).write(draft(), using: &random)
            }
            if index < lines - 1 || random.chance(0.8) { line += Array(random.pick(ends).utf8) }
            file.content += line
        }
        // Carriage returns end lines where there is no line feed at all; here they are white space.
        if !file.content.contains(0x0A) { file.content.append(0x0A) }
        return file
    }

    /// A line that is rejected: its bytes and, when only its author can know, the reason.
    private mutating func brokenLine() -> (bytes: [UInt8], fault: String?) {
        BrokenLines.line(of: draft(), schema: statistics.schema, using: &random)
    }

    /// An event, perhaps a copy of an earlier one with or without changes.
    mutating func draft() -> Draft {
        guard statistics.schema.hasEventIDs else { return newDraft() }
        var draft = earlier.isEmpty || random.chance(0.6) ? newDraft() : random.pick(earlier)
        if random.chance(0.7) { draft.id = draft.id ?? random.pick(["m1", "m2", " m1", "7", "7.0", "null", "\u{E9}"]) }
        if draft.order == nil, random.chance(0.2) { draft.time = instant() }
        if random.chance(0.2) { draft.segment = random.pick(segments) }
        if draft.order == nil, random.chance(0.1) { draft.variant = random.pick(Scenario.variants) }
        earlier.append(draft)
        return draft
    }

    private mutating func newDraft() -> Draft {
        let experiment = random.pick(statistics.experiments)
        var draft = Draft(
            time: instant(), type: random.pick(words), visitor: random.pick(visitors),
            platform: experiment.key.platform.string, slot: experiment.key.slot.string,
            variant: random.pick(experiment.arms).string)
        if random.chance(0.05) { draft.type = random.pick(["scroll", "View", "views", "\u{E9}", " click\t", "TAP"]) }
        if random.chance(0.05) { draft.slot = random.pick(["hero", "nowhere", "Hero"]) }
        if random.chance(0.03) { draft.platform = random.pick(["web", "tv"]) }
        if random.chance(0.05) { draft.variant = random.pick(Scenario.variants + ["none"]) }
        if statesPropensities, random.chance(0.6) { draft.propensity = random.pick(EventAuthor.propensities) }
        if random.chance(0.6) { draft.segment = random.pick(segments) }
        if random.chance(0.4) {
            draft.revenue = random.chance(0.3) ? random.pick(["40", "60", "100", "-40"]) : amount()
        }
        if isNoView(draft.type) {
            if random.chance(0.5) { draft.slot = nil }
            if random.chance(0.3) { draft.platform = nil }
            if random.chance(0.5) { draft.variant = nil }
        }
        if random.chance(0.3) {
            draft.order = random.pick(["1", "2", "o-\u{E9}", "o-e\u{301}"])
            draft.isTimeExplicit = true
            let identity = "\(draft.visitor)|\(draft.order ?? "")|\(draft.time)"
            if let earlier = orders[identity] { draft = earlier } else { orders[identity] = draft }
        }
        return draft
    }

    /// Whether a type may leave out what was shown.
    private func isNoView(_ word: String) -> Bool {
        let word = word.lowercased()
        let type = statistics.schema.types[word] ?? EventType(rawValue: word) ?? .other
        return type == .purchase || type == .refund || type == .other
    }

    private mutating func instant() -> Int64 {
        if random.chance(0.7) { return random.pick(instants) }
        let day = statistics.dayRange
        let time = Int64.random(in: day.lowerBound - 3_600_000_000..<day.upperBound + 3_600_000_000, using: &random)
        return random.chance(0.5) ? time : time / 1_000_000 * 1_000_000
    }

    private mutating func amount() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return random.pick(["0", "-0", "0.0000005", "-0.0000005", "0.0000004999", "1e2", "12.5E-1", "1e-7"])
        case 1: return random.pick(["100000000000", "-100000000000", "99999999999.9999995", "100000000000.0000004"])
        case 2: return "-\(Int.random(in: 1...90, using: &random)).5"
        default:
            let whole = Int.random(in: 0...200, using: &random)
            let fraction = String(Int.random(in: 0...99_999_999, using: &random))
            return random.chance(0.4) ? "\(whole)" : "\(whole).\(fraction)"
        }
    }
}
