import Allocation
import BotFilter
import Domain
import EventLog
import Guards
package import Learning
import Statistics

// The file as a whole, and what holds for all experiments.
extension ConfigurationReader {
    /// Reads the root of the file; nil when anything in it is at fault.
    mutating func configuration(_ root: JSON5Node) -> Configuration? {
        guard let root = section(root, of: "") else { return nil }
        _ = text(root["$schema"], "the address of a JSON Schema")
        let pipeline = pipelineName(required("pipeline", of: root, example: "\"banners\""))
        let timeZone = timeZone(root["timezone"]) ?? .utc
        let events = events(required("events", of: root, example: #"{ paths: ["events/{date}/*.jsonl"] }"#))
        let bots = bots(root["bots"])
        let statistics = statistics(root["statistics"])
        checkWindow(statistics, root["statistics"], of: events)
        let learning = learning(root["learning"], over: LearningSettings())
        let allocation = allocation(root["allocation"], over: AllocationSettings())
        let experiments = experiments(
            required(
                "experiments", of: root, example: #"[{ platform: "web", slot: "hero", variants: ["a", "b"] }]"#),
            learning: learning, allocation: allocation, shared: root["learning"])
        checkFloorNames(root["allocation"], ofAnyIn: root["experiments"])
        let blacklist = nullable(root["blacklist"]) { $0.path($1) } ?? nil
        let guards = guards(root["guards"])
        var retired = retired(root["retired"])
        checkRetired(root["retired"], areDeclaredIn: experiments.map(\.experiment))
        for experiment in experiments where !experiment.retired.isEmpty {
            retired.arms[experiment.experiment.key, default: []].formUnion(experiment.retired)
        }
        guard !hasFaults, let pipeline, var events else { return nil }
        // A name that is declared is one, even where the word means nobody elsewhere.
        for experiment in experiments.map(\.experiment) {
            let names = [experiment.key.platform, experiment.key.slot] + experiment.arms
            events.schema.declaredNames.formUnion(names.map(\.string))
        }
        var configuration = Configuration(
            pipeline: pipeline, timeZone: timeZone, events: events, bots: bots, statistics: statistics,
            experiments: experiments, blacklist: blacklist)
        configuration.guards = guards
        configuration.retired = retired
        return configuration
    }

    package mutating func pipelineName(_ node: JSON5Node?) -> String? {
        guard let node, let name = text(node, "a name") else { return nil }
        func isLegal(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
        }
        guard name.allSatisfy(isLegal) else {
            let legal = String(name.map { isLegal($0) ? $0 : "-" })
            fault(
                node, "\(JSON5Value.quoted(name)) has other characters than A-Z, a-z, 0-9, dot, _ and -",
                "write \(JSON5Value.quoted(legal))")
            return nil
        }
        return name
    }

    // MARK: Timezone

    package mutating func timeZone(_ node: JSON5Node?) -> SystemTimeZone? {
        guard let node, let identifier = text(node, "the IANA name of a timezone, such as \"Asia/Kolkata\"") else {
            return nil
        }
        do {
            if let zone = try SystemTimeZone.named(identifier) { return zone }
        } catch {
            if error.isOfSystem {
                faultOfSystem(node, "\(error)")
            } else {
                fault(node, "\(error)", "install the system's tzdata again")
            }
            return nil
        }
        // The whole database is read for it.
        let zones = SystemTimeZone.all
        guard !zones.isEmpty else {
            fault(
                node, "this system has no timezones in \(SystemTimeZone.directory)",
                "install the system's tzdata, or write \"UTC\"")
            return nil
        }
        fault(
            node, "\(JSON5Value.quoted(identifier)) is no IANA name of a timezone that this system has",
            Self.suggestZone(identifier, among: zones))
        return nil
    }

    private static func suggestZone(_ identifier: String, among zones: [String]) -> String {
        if let zone = zonesByAbbreviation[identifier.uppercased()] {
            return "an abbreviation may stand for several zones; write a region, such as \(JSON5Value.quoted(zone))"
        }
        let known = zones + ["GMT", "UTC"]
        let city = known.first { $0.lowercased().hasSuffix("/\(identifier.lowercased())") }
        if let zone = city ?? nearest(identifier, among: known) { return "did you mean \(JSON5Value.quoted(zone))?" }
        return "write a region and city, such as \"Europe/Paris\", or \"UTC\""
    }

    /// A large region of each abbreviation that is often taken for a zone's name.
    private static let zonesByAbbreviation = [
        "ADT": "America/Halifax", "AEDT": "Australia/Sydney", "AEST": "Australia/Sydney", "AKDT": "America/Anchorage",
        "AKST": "America/Anchorage", "AST": "America/Halifax", "AWST": "Australia/Perth", "BRT": "America/Sao_Paulo",
        "BST": "Europe/London", "CAT": "Africa/Maputo", "CDT": "America/Chicago", "CEST": "Europe/Paris",
        "CET": "Europe/Paris", "CST": "America/Chicago", "EAT": "Africa/Nairobi", "EDT": "America/New_York",
        "EEST": "Europe/Athens", "EET": "Europe/Athens", "EST": "America/New_York", "GST": "Asia/Dubai",
        "HKT": "Asia/Hong_Kong", "HST": "Pacific/Honolulu", "ICT": "Asia/Bangkok", "IST": "Asia/Kolkata",
        "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "MDT": "America/Denver", "MSK": "Europe/Moscow",
        "MST": "America/Denver", "NZDT": "Pacific/Auckland", "NZST": "Pacific/Auckland", "PDT": "America/Los_Angeles",
        "PHT": "Asia/Manila", "PKT": "Asia/Karachi", "PST": "America/Los_Angeles", "SAST": "Africa/Johannesburg",
        "SGT": "Asia/Singapore", "TRT": "Europe/Istanbul", "WAT": "Africa/Lagos", "WEST": "Europe/Lisbon",
        "WET": "Europe/Lisbon", "WIB": "Asia/Jakarta",
    ]

    // MARK: Statistics and learning

    package mutating func statistics(_ node: JSON5Node?) -> Configuration.StatisticsSettings {
        var settings = Configuration.StatisticsSettings()
        guard let node = section(node, of: "statistics") else { return settings }
        if let onMixed = word(node["onMixed"], as: MixedUnits.self) { settings.onMixed = onMixed }
        if let window = nullable(node["conversionWindow"], { $0.conversionWindow($1) }) {
            settings.conversionWindow = window
        }
        if let cap = nullable(node["revenueCap"], { $0.amount($1) }) { settings.revenueCap = cap }
        if let own = section(node["segments"], of: "statistics.segments") {
            if let atMost = integer(own["atMost"], in: 1...1_000_000) { settings.segments.atMost = atMost }
            settings.segments.declared = segmentNames(own["declared"])
        }
        return settings
    }

    private mutating func segmentNames(_ node: JSON5Node?) -> Set<Name>? {
        if case .null = node?.value { return nil }
        guard let nodes = list(node, of: "segments", example: "[\"Pune\", \"Kochi\"]") else { return nil }
        return Set(nodes.compactMap { name($0, "a segment's name, such as \"Pune\"") })
    }

    /// Reads an amount of money above 0 in major units, as the log has it; in millionths.
    private mutating func amount(_ node: JSON5Node) -> Int64? {
        number(
            node, expected: "an amount from 0.01 to 100000000000, in the major unit of the log's revenue",
            "write an amount such as 500, or leave it out for no bound"
        ) { (0.01...1e11).contains($0) }.map { Int64(($0 * 1e6).rounded()) }
    }

    /// A window reads the logs of several days, and standard input holds one.
    private mutating func checkWindow(
        _ settings: Configuration.StatisticsSettings, _ node: JSON5Node?, of events: Configuration.EventSource?
    ) {
        guard settings.conversionWindow != nil, let node = node?["conversionWindow"],
            events?.paths.contains("-") == true
        else { return }
        fault(
            node,
            "a conversion window reads the logs of several days, but events.paths has \"-\", which holds one",
            "give paths with {date} in events.paths, or leave the window out")
    }

    /// Reads days or hours, `"7d"` or `"36h"`, from one hour to 31 days. A day is 24 hours, whatever the clocks do.
    private mutating func conversionWindow(_ node: JSON5Node) -> ConversionWindow? {
        let hoursPerUnit: [Character: Int] = ["d": 24, "h": 1]
        let expected = "days or hours, from 1 hour to 31 days"
        guard case .string(let text) = node.value, let unit = text.last.flatMap({ hoursPerUnit[$0] }),
            text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text.dropLast())
        else {
            mismatch(
                node, expected: expected,
                "write it as \"7d\" or \"36h\", or leave it out to count to the end of the day")
            return nil
        }
        guard (1...31 * 24 / unit).contains(count) else {
            let suggestion = count > 0 ? "write \"31d\" or less" : "leave it out to count to the end of the day"
            mismatch(node, expected: expected, suggestion)
            return nil
        }
        return ConversionWindow(hours: count * unit)
    }

    /// Reads how to learn: what the file says over `base`.
    package mutating func learning(_ node: JSON5Node?, over base: LearningSettings) -> LearningSettings {
        var settings = base
        guard let node = section(node, of: "learning") else { return settings }
        if let reward = word(node["reward"], as: Reward.self) { settings.reward = reward }
        if let objective = word(node["objective"], as: Objective.self) { settings.objective = objective }
        if let since = nullable(node["since"], { $0.date($1, example: "2026-11-01") }) { settings.since = since }
        if let guardrails = guardrails(node["guardrails"]) { settings.guardrails = guardrails }
        if let window = nullable(node["window"], { $0.integer($1, in: 1...Self.unlimited) }) {
            settings.window = window
        }
        let halfLife = nullable(node["halfLife"]) { reader, node in
            reader.number(
                node, expected: "a number of days above 0", "leave it out for no decay, or write days such as 14"
            ) { $0 > 0 }
        }
        if let halfLife { settings.halfLife = halfLife }
        if let seasonality = word(node["seasonality"], as: Seasonality.self) { settings.seasonality = seasonality }
        if let priors = nullable(node["priors"], { $0.path($1) }) { settings.priors = priors }
        guard let segments = section(node["segments"], of: "learning.segments") else { return settings }
        if let minimum = integer(segments["minimumVisitors"], in: 1...Self.unlimited) {
            settings.minimumVisitors = Int64(minimum)
        }
        if let pooling = pooling(segments["pooling"]) { settings.pooling = pooling }
        return settings
    }

    private mutating func pooling(_ node: JSON5Node?) -> Pooling? {
        if case .string(let text)? = node?.value, let node {
            if text == "auto" { return .automatic }
            if JSON5Parser.number(text) == nil {
                fault(
                    node, "\(JSON5Value.quoted(text)) is neither \"auto\" nor a number of visitors", "write \"auto\"")
                return nil
            }
        }
        return number(
            node, expected: "\"auto\" or a number of visitors of at least 0", "write 0 for no pooling"
        ) { $0 >= 0 }.map { .visitors($0) }
    }

    /// Reads what arms must not harm; an empty list takes back what holds for all experiments.
    private mutating func guardrails(_ node: JSON5Node?) -> [Guardrail]? {
        guard let node else { return nil }
        if case .array = node.value, node.children.isEmpty { return [] }
        let example = #"[{ metric: "purchase", tolerance: 0.05 }]"#
        guard let nodes = list(node, of: "guardrails", example: example) else { return nil }
        return nodes.compactMap { node in
            guard let node = section(node, of: "learning.guardrails[]") else { return nil }
            let metric = word(required("metric", of: node, example: "\"purchase\""), as: Reward.self)
            let tolerance = number(
                required("tolerance", of: node, example: "0.05"), expected: "a share from 0 to below 1",
                "write the relative loss to put up with, such as 0.05"
            ) { $0 >= 0 && $0 < 1 }
            if metric == .revenue {
                fault(
                    node["metric"] ?? node, "there is no bound of revenue that holds at every night",
                    "write \"purchase\" or \"click\"")
            }
            guard let metric, let tolerance else { return nil }
            return Guardrail(metric: metric, tolerance: tolerance)
        }
    }

    /// Checks that what is asked of an experiment can be learned.
    ///
    /// - Parameters:
    ///   - node: the experiment's.
    ///   - shared: the section that holds for all experiments.
    package mutating func checkObjective(
        _ node: JSON5Node, _ learning: LearningSettings, shared: JSON5Node? = nil
    ) {
        guard learning.objective == .identify, learning.reward == .revenue else { return }
        fault(
            node["learning"]?["objective"] ?? node["learning"]?["reward"] ?? shared?["objective"] ?? node,
            "the objective \"identify\" is after a verdict, which is about purchases, but the reward is \"revenue\"",
            "write objective: \"reward\", or reward: \"purchase\"")
    }
}
