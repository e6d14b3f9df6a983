import CMeasurement
import Foundation
import Randomizer
import Synchronization

/// Times loading, weighs what is loaded, and watches readers while tables are replaced.
enum TableBenchmark {
    static func run() throws {
        // First, while the memory is not yet in pieces: what threads do not share is then not on one line of the cache either.
        try reload()
        try load("1,000 experiments of 100 groups", experiments: 1_000, segments: 100, arms: 10)
        try load("100,000 experiments of one group", experiments: 100_000, segments: 1, arms: 10)
        try load("every row a variant name of its own", experiments: 1_000, segments: 100, arms: 10, ownNames: true)
    }

    private static func load(_ name: String, experiments: Int, segments: Int, arms: Int, ownNames: Bool = false) throws
    {
        let bytes = TableText.csv(experiments: experiments, segments: segments, arms: arms, ownNames: ownNames)
        let rows = experiments * segments * arms
        var least = Duration.seconds(1_000)
        var weight = 0
        for _ in 0..<5 {
            let before = measurement_live_bytes()
            let start = ContinuousClock.now
            let table = try AllocationTable(csv: bytes)
            least = min(least, ContinuousClock.now - start)
            weight = Int(measurement_live_bytes() - before)
            if table.date.isEmpty { print("!") }
        }
        print("load \(rows) rows of \(bytes.count / rows) bytes, \(name): \(least), \(weight / rows) bytes a row")
    }

    /// Nanoseconds of a reader's processor time: alone, while another thread replaces the table ten times a second, and while it
    /// does nothing else, which takes a processor from the readers.
    private static func reload() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func publish(arms: Int) throws {
            let csv = TableText.csv(experiments: 20, segments: 5, arms: arms)
            var manifest = Manifest(date: "2026-11-21", rows: 100 * arms, table: csv)
            manifest.pipeline = "benchmark"
            try Data(csv).write(to: directory.appendingPathComponent("allocation.csv"))
            try Data(manifest.json).write(to: directory.appendingPathComponent("manifest.json"))
        }
        try publish(arms: 10)
        let host = RandomizerHost(path: directory.path)
        func read(_ name: String) {
            var batches: [UInt64] = []
            var checksum = 0
            for _ in 0..<1_500 {
                let start = measurement_thread_nanoseconds()
                for visitor in AssignmentBenchmark.visitors {
                    checksum &+=
                        host.assign(
                            platform: "platform-000003", slot: "slot", segment: "segment-000002", visitor: visitor)?
                        .variant.utf8.count ?? 0
                }
                batches.append((measurement_thread_nanoseconds() - start) / UInt64(AssignmentBenchmark.visitors.count))
            }
            batches.sort()
            let (least, median, late) = (batches[0], batches[750], batches[1_485])
            print("assign by a host, \(name): \(least) ns least, \(median) median, \(late) 99th percentile of batches")
            if checksum == .min { print("!") }
        }
        AssignmentBenchmark.twoThreads("assign by a host") { visitors in
            visitors.reduce(0) { sum, visitor in
                let shown = host.assign(
                    platform: "platform-000003", slot: "slot", segment: "segment-000002", visitor: visitor)
                return sum &+ (shown?.propensity ?? 0 > 0 ? 1 : 0)
            }
        }
        read("no reload")
        func read(_ name: String, pause: TimeInterval) {
            let isOver = Atomic<Bool>(false)
            let done = DispatchSemaphore(value: 0)
            withoutActuallyEscaping({
                var (publications, reloads) = (0, 0)
                while !isOver.load(ordering: .relaxed) {
                    // Never the one in service.
                    try? publish(arms: 9 + publications % 2 * 2)
                    publications += 1
                    if host.refresh() == .loaded { reloads += 1 }
                    Thread.sleep(forTimeInterval: pause)
                }
                print("reloads meanwhile: \(reloads)")
                done.signal()
            }) { body in
                nonisolated(unsafe) let body = body
                Thread.detachNewThread { body() }
                read(name)
                isOver.store(true, ordering: .relaxed)
                done.wait()
            }
        }
        read("ten reloads a second", pause: 0.1)
        try publish(arms: 10)
        _ = host.refresh()
        read("reloads without a pause", pause: 0)
    }
}
