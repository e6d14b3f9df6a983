import CMeasurement
import Foundation
import Randomizer
import Synchronization

/// Times assignments beside one hash of the same id, and beside the rule of common SDKs.
enum AssignmentBenchmark {
    static let visitors = (0..<2_000).map { "visitor-\(mix64(UInt64($0)))" }

    static func run() throws {
        measure("one XXH64 of the id") { XXH64.hash($0, seed: 7) == 0 ? 1 : 0 }
        for arms in [2, 10, 100] {
            let table = try AllocationTable(csv: TableText.csv(experiments: 20, segments: 5, arms: arms))
            guard let experiment = table.experiment(platform: "platform-000003", slot: "slot") else { continue }
            let ranges = CumulativeRanges(experiment.groups[0].arms)
            measure("assign, \(arms) arms") { experiment.assign($0).variant.utf8.count }
            measure("assign, \(arms) arms, with a segment") {
                experiment.assign($0, segment: "segment-000002").variant.utf8.count
            }
            measure("assign, \(arms) arms, by the names") {
                table.assign(platform: "platform-000003", slot: "slot", segment: "segment-000002", visitor: $0)?
                    .variant.utf8.count ?? 0
            }
            measure("cumulative ranges over FNV-1a, \(arms) arms") { ranges.assign($0).utf8.count }
        }
        try allocations()
        try twoThreads()
    }

    /// Nanoseconds of processor time a call: the least of many batches, as what else the machine does only ever adds.
    private static func measure(_ name: String, _ body: (String) -> Int) {
        var checksum = 0
        var least = UInt64.max
        for _ in 0..<400 {
            let start = measurement_thread_nanoseconds()
            for visitor in visitors { checksum &+= body(visitor) }
            least = min(least, measurement_thread_nanoseconds() - start)
        }
        let tenths = Int(least) * 10 / visitors.count
        print("\(name): \(tenths / 10).\(tenths % 10) ns", checksum == .min ? "!" : "")
    }

    /// Blocks of memory asked for by 100,000 calls of each kind, with ids and names too long to lie in a string itself.
    private static func allocations() throws {
        let table = try AllocationTable(csv: TableText.csv(experiments: 2, segments: 3, arms: 10))
        guard let experiment = table.experiment(platform: "platform-000001", slot: "slot") else { return }
        let group = experiment.group(segment: "segment-000001")
        let bytes = visitors.map { Array($0.utf8) }
        let allowed: VariantSet = ["campaign-banner-000003", "campaign-banner-000004"]
        var overrides = Overrides()
        overrides.pin(visitors[0], platform: "platform-000001", slot: "slot", to: "campaign-banner-000005")
        var places = [Int](repeating: 0, count: visitors.count)
        var checksum = 0
        func count(_ name: String, _ body: () -> Void) {
            body()
            let before = measurement_allocations()
            for _ in 0..<50 { body() }
            let allocations = measurement_allocations() - before
            print("allocations, \(50 * visitors.count) × \(name): \(allocations)")
        }
        count("String") { for visitor in visitors { checksum &+= experiment.assign(visitor).variant.utf8.count } }
        count("Substring") {
            for visitor in visitors { checksum &+= experiment.assign(visitor.dropFirst()).variant.utf8.count }
        }
        count("Span") { for visitor in bytes { checksum &+= experiment.assign(visitor.span).variant.utf8.count } }
        count("UTF-8 bytes") {
            for visitor in bytes {
                checksum &+= visitor.withUnsafeBytes { experiment.assign($0).date.utf8.count }
            }
        }
        count("allowed subset and overrides") {
            for visitor in visitors {
                let shown = experiment.assign(visitor, segment: "*", allowed: allowed, overrides: overrides)
                checksum &+= shown?.variant.utf8.count ?? 0
            }
        }
        count("batch") {
            var span = places.mutableSpan
            group.assign(visitors, places: &span)
        }
        if checksum == .min { print(places) }
    }

    /// How much more two threads assign in the same processor time each; beside it what the machine gives to two threads that
    /// share nothing and touch no memory but their ids.
    private static func twoThreads() throws {
        for (name, prefix) in [("short names", "arm"), ("names over 15 bytes", "campaign-banner")] {
            let table = try AllocationTable(
                csv: TableText.csv(experiments: 2, segments: 2, arms: 10, prefix: prefix))
            guard let experiment = table.experiment(platform: "platform-000001", slot: "slot") else { return }
            let group = experiment.groups[0]
            twoThreads("\(name), XXH64 alone") { visitors in
                visitors.reduce(0) { $0 &+ (XXH64.hash($1, seed: 7) == 0 ? 1 : 0) }
            }
            twoThreads("\(name), assign") { visitors in
                visitors.reduce(0) { $0 &+ (experiment.assign($1).propensity > 0 ? 1 : 0) }
            }
            twoThreads("\(name), arm of a group") { visitors in
                visitors.reduce(0) { $0 &+ group.arm(of: $1) }
            }
        }
    }

    /// Compares two threads that pass over visitors with one. They take turns, and the median of the rounds counts.
    static func twoThreads(_ name: String, _ pass: @escaping @Sendable ([String]) -> Int) {
        func nanoseconds(_ threads: Int) -> Double {
            let sum = Atomic<UInt64>(0)
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                // Ids of the thread's own: the strings' reference counts are not to be shared.
                let own = visitors.map { $0 + "x" }
                var checksum = 0
                let start = measurement_thread_nanoseconds()
                for _ in 0..<50 { checksum &+= pass(own) }
                sum.add(measurement_thread_nanoseconds() - start, ordering: .relaxed)
                if checksum == .min { print("!") }
            }
            return Double(sum.load(ordering: .relaxed)) / Double(threads)
        }
        let rounds = (0..<61).map { _ in 2 * nanoseconds(1) / nanoseconds(2) }.sorted()
        let times = (100 * rounds[rounds.count / 2]).rounded() / 100
        print("two threads, \(name): \(times) × one thread, by processor time")
    }
}

/// The rule of common SDKs: the variants' shares one after another on [0, 1), and a hash that falls into one of them.
struct CumulativeRanges {
    private let ends: [Double]
    private let variants: [String]

    init(_ arms: [AllocationTable.Arm]) {
        var sum = 0.0
        ends = arms.map { arm in
            sum += arm.traffic
            return sum
        }
        variants = arms.map(\.variant)
    }

    func assign(_ visitor: String) -> String {
        variants[place(visitor)]
    }

    func place(_ visitor: String) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in visitor.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let point = Double(hash >> 11) * 0x1p-53
        for place in ends.indices where point < ends[place] { return place }
        return ends.count - 1
    }
}
