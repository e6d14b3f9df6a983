import Allocation
import BotFilter
import Budget
import CLibrary
import Configuration
import Domain
import EventLog
import Evaluation
import Learning
import Randomizer
import State
import Uplift

/// By their names, what any bytes may be given to: they must be read or refused, and never trap, hang, or reach beyond what is theirs.
let readers: [String: @Sendable ([UInt8]) -> Void] = [
    "json-log": { log($0, "log.jsonl") },
    "csv-log": { log($0, "log.csv") },
    "gzip-log": { log($0, "log.jsonl.gz") },
    "zstandard-log": { log($0, "log.jsonl.zst") },
    "configuration": { _ = try? Configuration.from(bytes: $0, file: "c.json5") },
    "statistics": { bytes in
        guard let rows = try? StatisticsFile.rows(bytes) else { return }
        // What was read is written and read again as the same.
        let written = StatisticsFile.bytes(of: rows)
        let again = try? StatisticsFile.rows(written)
        precondition(again?.count == rows.count && again.map { StatisticsFile.bytes(of: $0) } == written)
        let keys = Set(rows.map(\.key.slotKey))
        for key in keys.prefix(2) {
            let own = rows.filter { $0.key.slotKey == key }
            let arms = Set(own.map(\.key.variant)).sorted()
            guard arms.count < 20 else { continue }
            let learner = ExperimentLearner(
                experiment: Experiment(key: key, variants: arms), settings: LearningSettings())
            guard let learned = try? learner.learn(own, rewards: Set(Reward.allCases)) else { continue }
            for arm in learned.values.joined().flatMap(\.arms) { precondition(arm.mean.isFinite) }
        }
    },
    "table": { _ = try? AllocationTable(csv: $0) },
    "allocation": { _ = try? AllocationFile.rows($0, file: "allocation.csv") },
    "manifest": { bytes in
        _ = try? Manifest(json: bytes, file: "manifest.json")
        _ = try? ExperimentFacts.read(bytes, file: "manifest.json")
    },
    "quality": { _ = try? JSONFile.value(Quality.self, $0) },
    "journal": { _ = try? ServingJournal(path: file($0, "served.csv")) },
    "blacklist": { _ = try? Blacklist($0, file: "blacklist.csv") },
    "priors": { _ = try? PriorCounts($0, file: "priors.csv") },
    "displays": { _ = try? WarmStart.past($0, file: "displays.csv") },
    "networks": { bytes in
        var list = NetworkDenyList()
        try? list.add(bytes, file: "networks.txt")
        bytes.withUnsafeBytes { _ = list.judge($0) }
    },
    "visitors": { bytes in
        var list = VisitorDenyList()
        list.add(bytes)
        bytes.withUnsafeBytes { _ = list.contains($0) }
    },
    "user-agent": { bytes in bytes.withUnsafeBytes { _ = classifier.judge($0) } },
    "time-zone": { bytes in
        guard let rules = try? ZoneRules(tzif: bytes) else { return }
        for instant in [Int64.min / 4, -1, 0, 1_795_132_800, 4_102_444_800, Int64.max / 4] {
            _ = rules.offset(at: instant)
        }
        _ = rules.periods(in: 1_795_132_800..<1_795_219_200)
    },
    "policy": { _ = try? UnitPolicyFile($0, file: "policy.csv", variantName: "variant") },
    "units": { bytes in
        var question = UnitLogQuestion(log: .path(file(bytes, "units.csv")))
        question.policies = [(name: "even", source: .even)]
        _ = try? UnitLogEvaluation.answer(question)
    },
    "group-budgets": { _ = try? GroupBudgets($0, file: "groups.csv", unit: .standard) },
    "outcomes": { bytes in
        _ = try? Outcomes().read(
            file(bytes, "outcomes.csv"), Outcomes.Rules(), into: CustomerList(), spool: StreamSpool(), workers: 1)
    },
    "scores": { bytes in
        _ = try? Scores.read(
            file(bytes, "scores.csv"), into: CustomerList(), withDetails: true, spool: StreamSpool(), workers: 1)
    },
    "date": { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let date = CalendarDate(text) { precondition(date.description == text) }
        if let value = ExactDecimal.value(text, scale: 6) {
            precondition(ExactDecimal.value(ExactDecimal.text(value, scale: 6), scale: 6) == value)
        }
    },
]

private let classifier = UserAgentClassifier()

/// The path of a file of this process with these bytes, written anew.
private func file(_ bytes: [UInt8], _ name: String) -> String {
    let path = "\(folder)/\(name)"
    do {
        try FileSystem.write(bytes, to: path)
    } catch {
        print(error)
        exit(74)
    }
    return path
}

private let folder: String = {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(root)/sluice-fuzz-\(getpid())"
    mkdir(path, 0o700)
    return path
}()

private func log(_ bytes: [UInt8], _ name: String) {
    final class Sink: EventSink {
        func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {}
    }
    let start: Int64 = 1_795_132_800_000_000
    var reader = LogReader(
        schema: EventSchema(), day: LogDay(range: start..<start + 86_400_000_000, localTime: .utc))
    // Small, so that lines stand across them.
    reader.blockSize = 4096
    reader.maximumLineLength = 1 << 14
    _ = try? reader.read([.path(file(bytes, name))], into: [Sink()])
}
