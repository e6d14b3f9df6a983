import Allocation
import Configuration
import Domain
import Essentials
import Learning

// The world file as a whole.
extension ConfigurationReader {
    /// Keys of the world file that a configuration has too, and that go into the nights' own configuration as they are.
    private static let sharedKeys = ["timezone", "bots", "statistics", "learning", "allocation"]

    /// Reads the root of a world file; nil when what everything hangs on is missing.
    mutating func worldFile(_ root: JSON5Node) -> WorldFile? {
        let keys = [
            "world", "seed", "start", "days", "publishAt", "outages", "brokenNights", "missingFeeds", "crowd",
            "maxRejected",
            "experiments",
        ]
        guard let root = section(root, keys: keys + Self.sharedKeys) else { return nil }
        let name = pipelineName(required("world", of: root, example: "\"demo\""))
        let seed = integer(root["seed"], in: 0...Self.unlimited) ?? 1
        let start =
            date(root["start"], example: "2026-01-05")
            ?? CalendarDate(dayNumber: CalendarDate.dayNumber(year: 2026, month: 1, day: 5))
        let days = integer(root["days"], in: 1...3_660) ?? 28
        let timeZone = self.timeZone(root["timezone"]) ?? .utc
        let bots = self.bots(root["bots"])
        let statistics = self.statistics(root["statistics"])
        let maxRejected = self.maxRejected(root["maxRejected"]) ?? 0.01
        let learning = self.learning(root["learning"], over: LearningSettings())
        let allocation = self.allocation(root["allocation"], over: AllocationSettings())
        let experiments = worldExperiments(root, learning: learning, allocation: allocation)
        checkFloorNames(root["allocation"], ofAnyOf: experiments.flatMap { $0.settings.experiment.variants })

        guard let name else { return nil }
        var world = World(
            name: name, seed: UInt64(seed), start: start, days: days, experiments: experiments.map(\.world))
        if let minute = minuteOfDay(root["publishAt"]) { world.publishAt = minute }
        world.outages = outages(root["outages"], days: days)
        world.maxRejected = maxRejected
        world.brokenLines = brokenNights(root["brokenNights"], days: days, outages: world.outages)
        world.missingFeeds = missingFeeds(root["missingFeeds"], days: days, outages: world.outages)
        world.crowd = crowd(root["crowd"])
        for excess in world.excesses {
            fault(root[excess.key] ?? root, excess.message, excess.suggestion)
        }
        var written = WrittenSettings()
        for key in Self.sharedKeys { written.shared[key] = root[key]?.value }
        written.experiments = experiments.map(\.written)
        return WorldFile(
            world: world, experiments: experiments.map(\.settings), timeZone: timeZone, bots: bots,
            statistics: statistics, written: written)
    }

    /// Reads a time of day to the minute.
    private mutating func minuteOfDay(_ node: JSON5Node?) -> Int? {
        guard let node, let text = text(node, "a time of day, such as \"01:30\"") else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let digits = parts.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard digits, parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else {
            fault(
                node, "\(JSON5Value.quoted(text)) is no time of day",
                "write hours and minutes from \"00:00\" to \"23:59\", as in \"01:30\"")
            return nil
        }
        return 60 * hour + minute
    }

    /// Checks that floors for all experiments are of variants that some experiment has.
    private mutating func checkFloorNames(_ allocation: JSON5Node?, ofAnyOf variants: [Name]) {
        let names = Set(variants)
        for (variant, node) in allocation?["floors"]?.members ?? [] where !names.contains(Name(variant)) {
            faultOfKey(
                node, "\(JSON5Value.quoted(variant)) is no arm of any experiment",
                Self.suggest(variant, among: names.map(\.string).sorted()))
        }
    }

    // MARK: What goes wrong, and who comes

    private mutating func outages(_ node: JSON5Node?, days: Int) -> Set<Int> {
        let nodes = list(node, of: "days, counted from 0", example: "[9]") ?? []
        return Set(nodes.compactMap { integer($0, in: 0...days - 1) })
    }

    private mutating func brokenNights(_ node: JSON5Node?, days: Int, outages: Set<Int>) -> [Int: Double] {
        var nights: [Int: Double] = [:]
        for node in list(node, of: "nights", example: "[{ day: 15, lines: 0.5 }]") ?? [] {
            guard let node = section(node, keys: ["day", "lines"]) else { continue }
            let day = integer(required("day", of: node, example: "15"), in: 0...days - 1)
            let lines = share(required("lines", of: node, example: "0.5"), "of lines that are torn")
            guard let day, let lines else { continue }
            if outages.contains(day) || nights[day] != nil {
                fault(
                    node, "day \(day) is \(outages.contains(day) ? "among the outages" : "broken already")",
                    "name each day once")
            }
            nights[day] = lines
        }
        return nights
    }

    private mutating func missingFeeds(_ node: JSON5Node?, days: Int, outages: Set<Int>) -> [Int: MissingFeed] {
        var feeds: [Int: MissingFeed] = [:]
        for node in list(node, of: "feeds", example: #"[{ day: 20, type: "purchase" }]"#) ?? [] {
            guard let node = section(node, keys: ["day", "type"]) else { continue }
            let day = integer(required("day", of: node, example: "20"), in: 0...days - 1)
            let type = word(required("type", of: node, example: "\"purchase\""), as: MissingFeed.self)
            guard let day, let type else { continue }
            if outages.contains(day) || feeds[day] != nil {
                fault(
                    node, "day \(day) is \(outages.contains(day) ? "among the outages" : "named already")",
                    "name each day once")
            }
            feeds[day] = type
        }
        return feeds
    }

    private mutating func crowd(_ node: JSON5Node?) -> Crowd {
        var crowd = Crowd()
        guard let node = section(node, keys: ["bots", "returning", "travelling"]) else { return crowd }
        let bots = number(
            node["bots"], expected: "bots for each person, from 0 to 10", "write 0.05 for one on twenty people"
        ) { (0...10).contains($0) }
        if let bots { crowd.bots = bots }
        if let returning = share(node["returning"], "of a day's people") { crowd.returning = returning }
        if let travelling = share(node["travelling"], "of a day's people") { crowd.travelling = travelling }
        return crowd
    }

    /// Reads a share, 0…1.
    mutating func share(_ node: JSON5Node?, _ ofWhat: String) -> Double? {
        number(node, expected: "a share \(ofWhat) from 0 to 1", "write 0.1 for a tenth") { (0...1).contains($0) }
    }
}
