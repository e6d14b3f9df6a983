import BotFilter
import Configuration
import Domain
import EventLog
import Foundation
import Pipeline
import State
import Statistics
import TestSupport

/// A site of two slots and a dozen visitors who come again, in a scratch directory: small logs of which any may be missing.
final class Site {
    let directory: ScratchDirectory
    /// As in `conversionWindow`; nil is none.
    var window: String?
    /// Whether late events are looked for in the next day's folder.
    var hasLateEvents = false
    /// Paths of deny lists below the directory, `{date}` in them.
    var denyLists: [String] = []

    static let timeZone = "Europe/Berlin"
    /// The clocks go forward on the 29th, which is 23 hours long.
    static let dates = ["03-26", "03-27", "03-28", "03-29", "03-30", "03-31", "04-01", "04-02"]
        .compactMap { CalendarDate("2026-" + $0) }

    init(window: String?) throws {
        directory = try ScratchDirectory()
        self.window = window
    }

    /// Writes a random log of a day: visitors with more than 7 events are bots of the day.
    func log(_ date: CalendarDate, using random: inout SplitMix64) throws {
        let lines = (0..<Int.random(in: 20...60, using: &random)).map { _ in
            let type = ["view", "view", "click", "purchase"].randomElement(using: &random) ?? "view"
            let slot = ["hero", "cart"].randomElement(using: &random) ?? "hero"
            var line = """
                {"ts":"\(time(date, using: &random))","type":"\(type)",\
                "visitor":"v\(Int.random(in: 0..<12, using: &random))","platform":"web"
                """
            if type == "purchase" {
                // Revenue is the order's: an order told of twice says the same.
                let order = Int.random(in: 0..<30, using: &random)
                line += #","order":\#(order),"revenue":\#(order).25"#
            } else {
                line += #","slot":"\#(slot)","variant":"\#(["a", "b"].randomElement(using: &random) ?? "a")""#
            }
            return line + "}"
        }
        try write(lines, on: date)
    }

    private func time(_ date: CalendarDate, using random: inout SplitMix64) -> String {
        // Some events of every folder belong to the day before.
        let day = hasLateEvents && Int.random(in: 0..<5, using: &random) == 0 ? date.advanced(by: -1) : date
        return String(
            format: "%@T%02d:%02d:%02d", day.description, Int.random(in: 0..<24, using: &random),
            Int.random(in: 0..<60, using: &random), Int.random(in: 0..<60, using: &random))
    }

    func write(_ lines: [String], on date: CalendarDate) throws {
        try directory.write(lines.map { $0 + "\n" }.joined(), to: "events/\(date).jsonl")
    }

    func removeLog(_ date: CalendarDate) throws { try directory.remove("events/\(date).jsonl") }

    func path(of date: CalendarDate) -> String { directory.path + "/events/\(date).jsonl" }

    func configuration() throws -> Configuration {
        let paths = ["{date}"] + (hasLateEvents ? ["{date+1}"] : [])
        let text = """
            { pipeline: "site", timezone: "\(Site.timeZone)",
              events: { paths: \(paths.map { "\(directory.path)/events/\($0).jsonl" }) },
              bots: { userAgents: false, eventsPerDay: 7, denyList: \(denyLists.isEmpty ? "null" : "\(denyLists.map { directory.path + "/" + $0 })") },
              statistics: { conversionWindow: \(window.map { "\"\($0)\"" } ?? "null") },
              experiments: [
                { platform: "web", slot: "hero", variants: ["a", "b"] },
                { platform: "web", slot: "cart", variants: ["a", "b"], learning: { reward: "revenue" } },
              ] }
            """
        return try Configuration.from(bytes: Array(text.utf8), file: "site.json5")
    }

    /// Runs the nights of these dates, one by one in this order.
    @discardableResult
    func run(
        _ dates: [CalendarDate], in state: String = "state", steps: Set<NightlyRun.Step> = [.statistics],
        change: (inout NightlyRun.Options) -> Void = { _ in }
    ) throws -> [NightOutcome] {
        var options = NightlyRun.Options()
        options.steps = steps
        options.workers = 2
        change(&options)
        let night = NightlyRun(
            configuration: try configuration(), configurationBytes: [],
            state: StateDirectory(path: directory.path + "/" + state), options: options, report: { _ in })
        var outcomes: [NightOutcome] = []
        for date in dates { try night.run(date...date) { outcomes.append($0) } }
        return outcomes
    }

    /// Every file of a state directory.
    /// The results in a state directory. The journal is none: it tells when which table was published.
    func state(_ name: String = "state") throws -> [String: Data] {
        try directory.files(below: name).filter { $0.key != "allocations/served.csv" }
    }

    /// What `quality.json` says of how far a day was counted.
    func extent(_ date: CalendarDate, in state: String = "state") throws -> Extent {
        let text = try directory.text("\(state)/statistics/date=\(date)/quality.json")
        return try JSONDecoder().decode(Extent.self, from: Data(text.utf8))
    }

    struct Extent: Decodable, Equatable {
        var mature: Bool
        var through: String?
    }

    /// The rows that the job itself counts for the first of these days, when it is given the logs of all of them.
    func rows(_ dates: [CalendarDate]) throws -> [DailyRow] {
        let configuration = try configuration()
        let clock = DayClock(timeZone: configuration.timeZone)
        var settings = BotSettings()
        settings.userAgents = nil
        settings.eventsPerDay = 7
        let logs = dates.map { date in
            let folders = [date] + (hasLateEvents ? [date.advanced(by: 1)] : [])
            let files = folders.map(path).filter { FileManager.default.fileExists(atPath: $0) }
            return DayLog(files: files.map { .path($0) }, day: clock.day(date), policy: BotPolicy(settings))
        }
        let job = DailyJob(
            experiments: configuration.experiments.map(\.experiment), policy: BotPolicy(settings), mixedUnits: .first,
            reader: LogReader(schema: EventSchema(), day: logs[0].day), workers: 1)
        guard let window = configuration.statistics.conversionWindow else {
            return try job.run(logs[0].files).statistics.rows.map {
                DailyRow(date: dates[0], key: $0.key, counts: $0.counts)
            }
        }
        return try job.run(logs, window: window)[0].statistics.rows.map {
            DailyRow(date: dates[0], key: $0.key, counts: $0.counts)
        }
    }
}
