import Domain
import EventLog
import Foundation
import TestSupport

/// A small random day: a configuration and the log files for it.
struct Scenario {
    var statistics: SlowStatistics
    var files: [WrittenFile]

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let (zone, date) = random.pick(Scenario.days)
        statistics = SlowStatistics(
            experiments: Scenario.experiments(using: &random), schema: Scenario.schema(using: &random),
            timeZone: TimeZone(identifier: zone) ?? .gmt, date: CalendarDate(date) ?? CalendarDate(dayNumber: 20_000))
        if random.chance(0.1) { statistics.maximumLineLength = Int.random(in: 40...400, using: &random) }
        statistics.botLimits.eventsPerDay = random.chance(0.5) ? Int.random(in: 1...12, using: &random) : nil
        statistics.botLimits.eventsPerMinute = random.chance(0.5) ? Int.random(in: 1...6, using: &random) : nil
        statistics.botLimits.clicksWithoutView = random.chance(0.5) ? Int.random(in: 1...4, using: &random) : nil
        statistics.leavesOutMixed = random.chance(0.3)
        statistics.revenueCap = random.chance(0.2) ? random.pick([50_000_000, 100_000_000, 123_456_789]) : nil

        var author = EventAuthor(statistics: statistics, random: random)
        statistics.history = Scenario.history(among: author.instants, using: &random)
        let most = random.chance(0.3) ? 5 : 24
        files = (0..<Int.random(in: 1...3, using: &random)).map { number in
            author.file(name: "events-\(number).jsonl", lines: Int.random(in: 0...most, using: &random))
        }
    }

    /// Writes the files into `scratch`, and names them by their paths.
    mutating func write(to scratch: ScratchDirectory) throws {
        for index in files.indices {
            files[index].name = try scratch.write(files[index].content, to: files[index].name)
        }
    }

    /// Days whose clocks jump, at night or at midnight, by an hour or half of one; and some that do not.
    static let days: [(zone: String, date: String)] = [
        ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"), ("America/Havana", "2026-11-01"), ("Africa/Cairo", "2026-04-24"),
        ("Australia/Lord_Howe", "2026-04-05"), ("Asia/Kolkata", "2026-11-20"), ("Asia/Kolkata", "2026-03-01"),
        ("GMT", "2026-12-31"), ("Pacific/Kiritimati", "2026-01-01"), ("GMT", "2028-02-29"),
    ]

    /// The composed and the decomposed é are two names.
    static let variants = [
        "a", "b", "b\u{301}", "\u{E9}", "e\u{301}", "A", "a b", "long-variant-name-of-a-campaign", "\"q\"",
    ]

    private static func experiments(using random: inout SplitMix64) -> [Experiment] {
        let keys = ["web", "app", "sh\u{F6}p"].flatMap { platform in
            ["hero", "cart", "h"].map { SlotKey(platform: Name(platform), slot: Name($0)) }
        }
        let count = Int.random(in: 1...4, using: &random)
        return keys.shuffled(using: &random)[..<count].map { key in
            let arms = Int.random(in: 2...4, using: &random)
            let names = variants.shuffled(using: &random)[..<arms].map { Name($0) }
            guard random.chance(0.3) else { return Experiment(key: key, variants: names) }
            return Experiment(
                key: key, variants: Array(names.dropFirst()), control: .init(variant: names[0], traffic: 0.1))
        }
    }

    /// Tables that took over at some of these instants or near them, some of them again.
    static func history(among instants: [Int64], using random: inout SplitMix64) -> ServingHistory {
        guard random.chance(0.7) else { return ServingHistory() }
        let entries = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            ServingHistory.Entry(
                since: random.pick(instants) / 1_000_000 + random.pick([-100_000, -1, 0, 0, 1]),
                table: CalendarDate(dayNumber: 20_000 + Int.random(in: 0..<3, using: &random)), digest: "")
        }
        return ServingHistory(entries.sorted { $0.since < $1.since })
    }

    private static func schema(using random: inout SplitMix64) -> EventSchema {
        var schema = EventSchema()
        guard random.chance(0.5) else { return schema }
        let sources: [(EventField, FieldSource)] = [
            (.time, .keys(["time", "ts"])), (.type, .keys(["event"])), (.visitor, .keys(["customer", "visitor"])),
            (.platform, .constant("web")), (.platform, .keys(["shop", "platform"])), (.slot, .keys(["place"])),
            (.variant, .keys(["creative", "variant", "v"])), (.segment, .keys(["city", "referrer"])),
            (.revenue, .keys(["amount", "revenue"])), (.order, .keys(["order_id"])),
            (.propensity, .keys(["p", "propensity"])), (.userAgent, .keys(["ua"])),
            (.visitor, .keys(["who.customer", "who.cookie.id", "visitor"])), (.segment, .keys(["geo.city"])),
            (.revenue, .keys(["data.order.amount"])), (.order, .keys(["data.order.id", "order_id"])),
            (.slot, .keys(["shown.slot"])), (.variant, .keys(["shown.creative.name", "v"])),
            (.type, .keys(["what.name"])), (.time, .keys(["what.at"])), (.slot, .constant("hero")),
            (.event, .keys(["message.id", "event_id"])),
        ]
        for (field, source) in sources where random.chance(0.4) { schema[field] = source }
        let synonyms: [(String, EventType)] = [
            ("impression", .view), ("order", .purchase), ("tap", .click), ("click", .other), ("purchase", .view),
            ("return", .refund),
        ]
        for (word, type) in synonyms where random.chance(0.3) { schema.types[word] = type }
        if random.chance(0.2) {
            schema.nobody = NobodyWords(random.pick([[], ["guest", "B"], ["V1", "stra\u{DF}e"]]))
        }
        return schema
    }
}

extension SplitMix64 {
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }
}
