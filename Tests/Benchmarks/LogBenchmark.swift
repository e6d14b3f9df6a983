import BotFilter
import Domain
import EventLog
import Foundation
import Statistics

/// The cost of a log by its shape, on all cores: reading alone, and a whole day's statistics.
enum LogBenchmark {
    private static let bytes = 50_000_000
    private static let workers = ProcessInfo.processInfo.activeProcessorCount

    static func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for shape in LogGenerator.Shape.allCases {
            let path = folder.appendingPathComponent("log.\(shape == .csv ? "csv" : "jsonl")").path
            var generator = LogGenerator(shape: shape)
            try generator.write(to: path, bytes: bytes)
            try time(shape, path)
            try FileManager.default.removeItem(atPath: path)
        }
    }

    private static func time(_ shape: LogGenerator.Shape, _ path: String) throws {
        let start = Int64(CalendarDate("2026-11-20")?.dayNumber ?? 0) * 86_400_000_000
        let day = LogDay(range: start..<start + 86_400_000_000, localTime: .utc)
        let reader = LogReader(schema: EventSchema(), day: day)
        let sinks = (0..<workers).map { _ in EmptySink() }
        let reading = try leastTime(batches: 7) { _ = try reader.read([.path(path)], into: sinks) }
        show("read \(shape)", reading)
        let job = DailyJob(
            experiments: experiments, policy: BotPolicy(BotSettings()), mixedUnits: .first, reader: reader,
            workers: workers)
        let whole = try leastTime(batches: 7) { _ = try job.run([.path(path)]) }
        show("statistics of \(shape), reading included", whole)
    }

    private static func show(_ name: String, _ time: Duration) {
        let rate = Int(Double(bytes) / 1e6 / time.seconds)
        print("\(name), \(bytes / 1_000_000) MB, \(workers) cores: \(time), \(rate) MB/s")
    }

    /// The generator's, declared as they are for the comparison.
    private static var experiments: [Experiment] {
        ["home-hero", "checkout-banner"].map { slot in
            Experiment(
                key: SlotKey(platform: "web", slot: Name(slot)), variants: (0..<4).map { Name("banner-\($0)") })
        }
    }
}

/// Takes events and does nothing with them.
private final class EmptySink: EventSink {
    func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {}
}
