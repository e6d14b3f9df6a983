import Randomizer
import TestSupport

/// The cost of assigning and of loading a table, on one core.
enum AssignmentBenchmark {
    static func run() throws {
        for arms in [2, 10, 100] { try assign(arms: arms) }
        try load(experiments: 1_000, segments: 100, arms: 10)
        try load(experiments: 100_000, segments: 1, arms: 10)
    }

    private static func assign(arms: Int) throws {
        let table = try AllocationTable(csv: csv(experiments: 20, segments: 5, arms: arms))
        let visitors = (0..<10_000).map { "visitor-\(mix64(UInt64($0)))" }
        var checksum = 0
        func measure(_ name: String, _ body: (String) -> Assignment?) {
            let rounds = 100
            let time = ContinuousClock().measure {
                for _ in 0..<rounds {
                    for visitor in visitors { checksum &+= body(visitor)?.variant.utf8.count ?? 0 }
                }
            }
            let nanoseconds = (time / (rounds * visitors.count)).attoseconds / 1_000_000_000
            print("assign, \(arms) arms, \(name): \(nanoseconds) ns")
        }
        measure("table") { table.assign(platform: "platform-3", slot: "slot", segment: "segment-000002", visitor: $0) }
        if let experiment = table.experiment(platform: "platform-3", slot: "slot") {
            measure("experiment") { experiment.assign($0, segment: "segment-000002") }
            measure("experiment, everyone") { experiment.assign($0) }
        }
        if checksum == 0 { print("nothing was assigned") }
    }

    private static func load(experiments: Int, segments: Int, arms: Int) throws {
        let bytes = csv(experiments: experiments, segments: segments, arms: arms)
        let rows = experiments * segments * arms
        let clock = ContinuousClock()
        let start = clock.now
        let table = try AllocationTable(csv: bytes)
        let time = clock.now - start
        let (megabytes, count) = (bytes.count / 1_000_000, table.experiments.count)
        print("load \(rows) rows, \(megabytes) MB, \(count) experiments: \(time)")
    }

    /// A table of equal shares, with all the columns of a published one.
    private static func csv(experiments: Int, segments: Int, arms: Int) -> [UInt8] {
        var text = "date,platform,slot,segment,variant,traffic,status,probability_best,mean,mean_low,mean_high,"
        text += "visitors,successes,value_remaining\n"
        func padded(_ number: Int) -> String {
            String(repeating: "0", count: 6 - String(number).count) + String(number)
        }
        for experiment in 0..<experiments {
            for segment in 0..<segments {
                let name = segment == 0 ? "*" : "segment-\(padded(segment))"
                for arm in 0..<arms {
                    let share = 1_000_000 / arms + (arm < 1_000_000 % arms ? 1 : 0)
                    text +=
                        "2026-11-21,platform-\(experiment),slot,\(name),campaign-banner-\(padded(arm)),0.\(padded(share)),"
                    text += "active,0.123456789,0.041234567,0.039876543,0.042345678,123456,5123,0.012345678\n"
                }
            }
        }
        return Array(text.utf8)
    }
}
