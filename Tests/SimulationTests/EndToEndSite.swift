import Domain
import Foundation
import Simulation
import State
import TestSupport

/// A world simulated end to end in a scratch directory.
final class EndToEndSite {
    let scratch: ScratchDirectory
    let file: WorldFile
    let output: String
    private(set) var nights: [EndToEndNight] = []
    var state: StateDirectory { StateDirectory(path: output + "/state") }

    /// - Parameter scratch: shared with an earlier site, whose output is replaced.
    init(
        _ world: String, seed: UInt64? = nil, compression: LogCompression = .none, workers: Int? = nil,
        in scratch: ScratchDirectory? = nil
    ) throws {
        let scratch = try scratch ?? ScratchDirectory()
        var file = try WorldFile.from(bytes: world.utf8, file: "world.json5")
        if let seed { file.world.seed = seed }
        self.scratch = scratch
        self.file = file
        output = scratch.path + "/out"
        let lock = try OutputDirectory(path: output).prepare(world: Array(world.utf8))
        defer { withExtendedLifetime(lock) {} }
        var simulated = EndToEndWorld(file: file, output: output)
        simulated.compression = compression
        simulated.workers = workers
        var nights: [EndToEndNight] = []
        try simulated.run(report: { _ in }, finished: { nights.append($0) })
        self.nights = nights
    }

    func date(_ day: Int) -> CalendarDate { file.world.start.advanced(by: day) }

    /// The statistics of a day, as they are on the disk.
    func statistics(_ day: Int) throws -> [DailyRow] {
        try StatisticsFile.rows(try FileSystem.read(state.statistics(on: date(day)) + "/statistics.csv"))
    }

    /// The table of a day without its dates; nil when none was published.
    func table(_ day: Int) throws -> String? {
        let path = state.allocation(on: date(day)) + "/allocation.csv"
        guard try FileSystem.exists(path) else { return nil }
        let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
        return text.replacingOccurrences(of: date(day).description, with: "DATE")
    }

    /// A number of a day's `quality.json`, by its keys.
    func quality(_ day: Int, _ keys: String...) throws -> Int? {
        let bytes = try FileSystem.read(state.statistics(on: date(day)) + "/quality.json")
        var value = try JSONSerialization.jsonObject(with: Data(bytes))
        for key in keys { value = (value as? [String: Any])?[key] ?? NSNull() }
        return value as? Int
    }

    /// The lines of a day's log.
    func events(_ day: Int) throws -> [LoggedEvent] {
        let bytes = try FileSystem.read(output + "/events/date=\(date(day))/events.jsonl")
        return try bytes.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(LoggedEvent.self, from: Data($0))
        }
    }
}

/// A line of the log, read as anybody would.
struct LoggedEvent: Decodable {
    var ts: String
    var type: String
    var visitor: String
    var platform: String
    var slot: String
    var variant: String
    var segment: String?
    var propensity: Double?
    var revenue: Decimal?
}

/// What a day's log says of each arm, counted by hand.
struct ObviousCount: Equatable {
    var visitors = 0
    var clickers = 0
    var purchasers = 0
    var clicks = 0

    /// By platform, slot, segment and variant, of people.
    static func count(_ events: [LoggedEvent]) -> [String: ObviousCount] {
        var counts: [String: ObviousCount] = [:]
        for events in Dictionary(grouping: events, by: { "\($0.visitor) \($0.slot)" }).values {
            // Times of one length and zone: their order is that of the text.
            let views = events.filter { $0.type == "view" }.sorted { $0.ts < $1.ts }
            guard let exposure = views.first else { continue }
            let after = events.filter { $0.ts >= exposure.ts }
            let key = "\(exposure.platform) \(exposure.slot) \(exposure.segment ?? "*") \(exposure.variant)"
            counts[key, default: ObviousCount()].visitors += 1
            counts[key, default: ObviousCount()].clicks += events.filter { $0.type == "click" }.count
            if after.contains(where: { $0.type == "click" }) { counts[key, default: ObviousCount()].clickers += 1 }
            // Whoever comes buys once at most, so a refund is of that purchase.
            let isKept = !after.contains { $0.type == "refund" }
            if isKept, after.contains(where: { $0.type == "purchase" }) {
                counts[key, default: ObviousCount()].purchasers += 1
            }
        }
        return counts
    }

    static func of(_ rows: [DailyRow]) -> [String: ObviousCount] {
        var counts: [String: ObviousCount] = [:]
        for row in rows {
            let key = "\(row.key.platform) \(row.key.slot) \(row.key.segment) \(row.key.variant)"
            // A day has a row for each of the tables that served in it.
            counts[key, default: ObviousCount()].visitors += Int(row.counts.visitors)
            counts[key, default: ObviousCount()].clickers += Int(row.counts.clickers)
            counts[key, default: ObviousCount()].purchasers += Int(row.counts.purchasers)
            counts[key, default: ObviousCount()].clicks += Int(row.counts.clicks)
        }
        return counts
    }
}
