import Configuration
import Domain
import Evaluation
import Learning
import Numerics
import State

/// `sluice evaluate` on a state directory.
struct EvaluateStateMode {
    private let arguments: Arguments
    private let policies: [PolicySpecification]
    private let options: EvaluationOptions
    private let handover: DailyJoin.HandoverChoice
    private let confidence: Double
    private let reference: Int
    private let rewards: [SlotKey: Reward]
    private let part: EvaluationRow.Detail?

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        let given = arguments.all("policy")
        policies = try PolicySpecification.all(given.isEmpty ? ["even=even", "current=current"] : given)
        var options = EvaluationOptions()
        options.support = try EvaluateStateMode.word("support", arguments, SupportRule.self) ?? .drop
        options.model = try EvaluateStateMode.word("model", arguments, DirectModel.Start.self) ?? .day
        options.isStratified = try EvaluateStateMode.word("strata", arguments, ["day-segment", "none"]) != "none"
        options.hasStableDayWeights =
            try EvaluateStateMode.word("day-weights", arguments, ["visitors", "stable"]) == "stable"
        self.options = options
        handover = try EvaluateStateMode.handover(arguments["handover"])
        confidence = try EvaluateStateMode.confidence(arguments["confidence"])
        let names = ["served"] + policies.map(\.name)
        let wanted = arguments["reference"] ?? "served"
        guard let reference = names.firstIndex(of: wanted) else {
            throw UsageError(
                "--reference is '\(wanted)', which is no policy\(Suggestion.text(for: wanted, among: names))")
        }
        self.reference = reference
        var rewards: [SlotKey: Reward] = [:]
        if let file = arguments["config"] {
            for one in try Configuration.read(file: file).experiments {
                rewards[one.experiment.key] = one.learning.reward
            }
        }
        self.rewards = rewards
        if arguments.has("by-segment"), arguments.has("by-day") {
            throw UsageError("--by-segment and --by-day exclude each other; give one")
        }
        part = arguments.has("by-segment") ? .segment : arguments.has("by-day") ? .date : nil
        if arguments.has("exact"), !arguments.has("csv") { throw UsageError("--exact is for --csv; add it") }
    }

    // MARK: Options

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ arguments: Arguments, _ type: Word.Type
    ) throws(UsageError) -> Word? {
        try word(name, arguments, Word.allCases.map(\.rawValue)).flatMap { Word(rawValue: $0) }
    }

    private static func word(_ name: String, _ arguments: Arguments, _ words: [String]) throws(UsageError) -> String? {
        guard let text = arguments[name] else { return nil }
        guard words.contains(text) else {
            throw UsageError(
                "--\(name) is '\(text)'; give one of \(words.joined(separator: ", "))\(Suggestion.text(for: text, among: words))"
            )
        }
        return text
    }

    private static func handover(_ text: String?) throws(UsageError) -> DailyJoin.HandoverChoice {
        guard let text else { return .share(0) }
        if text == "estimate" { return .estimate }
        guard let share = PlainDecimal.value(text), (0...1).contains(share) else {
            throw UsageError("--handover is '\(text)'; give a part of the day from 0 to 1, or estimate")
        }
        return .share(share)
    }

    private static func confidence(_ text: String?) throws(UsageError) -> Double {
        guard let text else { return 0.95 }
        guard let confidence = PlainDecimal.value(text), confidence > 0, confidence < 1 else {
            throw UsageError("--confidence is '\(text)'; give a probability between 0 and 1, such as 0.95")
        }
        return confidence
    }

    private func dates() throws(UsageError) -> ClosedRange<CalendarDate>? {
        guard let text = arguments["date"] else { return nil }
        let parts = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let first = CalendarDate(parts[0]),
            let last = CalendarDate(parts[parts.count - 1])
        else { throw UsageError("--date is '\(text)'; give days like 2026-11-01..2026-11-20") }
        guard first <= last else { throw UsageError("--date is '\(text)': the first day comes after the last") }
        return first...last
    }

    // MARK: Evaluation

    func run() throws -> ExitCode {
        var reading = StateEvidence.Options()
        reading.dates = try dates()
        reading.onlyMature = arguments.has("mature")
        reading.skipsDamaged = arguments.has("skip-damaged")
        let state = try StateDirectory(arguments)
        guard try FileSystem.isDirectory(state.path) else {
            throw FileError(path: state.path, operation: "open", code: 2)
        }
        let evidence = try StateEvidence(state, options: reading)
        let slots = evidence.experiments.filter { slot in
            (arguments["platform"].map { Name($0) == slot.platform } ?? true)
                && (arguments["slot"].map { Name($0) == slot.slot } ?? true)
        }
        guard !slots.isEmpty else {
            let known = evidence.experiments.map { "\($0.platform)/\($0.slot)" }
            guard known.isEmpty else {
                throw UsageError("no such experiment; the state directory has \(known.joined(separator: ", "))")
            }
            Console.error("\(state.path): no statistics; run a night, or give another --state")
            return .noData
        }
        var code = ExitCode.done
        var rows: [EvaluationRow] = []
        for slot in slots {
            do {
                let (own, text) = try evaluate(slot, evidence)
                rows += own
                if arguments.has("csv") {
                    for remark in text.remarks { Console.information("\(slot.platform)/\(slot.slot): \(remark)") }
                } else {
                    Console.output(text.description + (slot == slots.last ? "" : "\n"))
                }
            } catch let error as EvaluationFailure {
                Console.error("\(slot.platform)/\(slot.slot): \(error.description)")
                code = max(code, error.code)
            } catch {
                Console.error("\(slot.platform)/\(slot.slot): \(error)")
                code = max(code, EvaluationFailure.code(of: error))
            }
        }
        if arguments.has("csv"), !rows.isEmpty {
            Console.output(EvaluationRow.csv(rows, detail: part, isExact: arguments.has("exact")))
        }
        return code
    }

    private func max(_ left: ExitCode, _ right: ExitCode) -> ExitCode { left.rawValue >= right.rawValue ? left : right }

    private func evaluate(_ slot: SlotKey, _ evidence: StateEvidence) throws -> ([EvaluationRow], EvaluationText) {
        let (reward, isGuessed) = try reward(of: slot, evidence)
        let (log, archive) = try evidence.log(of: slot, reward: reward, handover: handover)
        guard !log.strata.isEmpty else {
            throw EvaluationFailure(
                code: .noData,
                description: "no visitors on days with a table in this range"
                    + (log.omissions.daysWithoutTable > 0
                        ? ": \(Text.count(Int64(log.omissions.daysWithoutTable), "day")) had none" : ""))
        }
        var targets = [TargetPolicy(name: "served", source: .served)]
        for policy in policies {
            targets.append(try policy.policy(of: slot, in: log, evidence, archive, reward: reward))
        }
        let evaluation = try ExperimentEvaluation(log, policies: targets, reference: reference, options: options)
        let text = EvaluationText(
            slot: slot, reward: reward, isRewardGuessed: isGuessed, evaluation: evaluation, policies: policies,
            reference: targets[reference].name, options: options, confidence: confidence,
            mixedDays: evidence.mixedDays)
        guard !evaluation.log.strata.isEmpty else {
            throw EvaluationFailure(code: .badData, description: text.supportRemarks.joined(separator: "; "))
        }
        var rows: [EvaluationRow] = []
        let parts = part?.parts(of: evaluation.log) ?? [nil]
        for name in parts {
            let results = evaluation.evaluations { stratum in name.map { part?.name(of: stratum) == $0 } ?? true }
            rows += results.flatMap { text.rows(of: $0, part: name) }
        }
        return (rows, text)
    }

    private func reward(of slot: SlotKey, _ evidence: StateEvidence) throws -> (reward: Reward, isGuessed: Bool) {
        if let reward = try EvaluateStateMode.word("reward", arguments, Reward.self) { return (reward, false) }
        if let reward = try rewards[slot] ?? evidence.reward(of: slot) { return (reward, false) }
        return (.click, true)
    }
}

extension EvaluationRow.Detail {
    func name(of stratum: LoggedExperiment.Stratum) -> String {
        switch self {
        case .segment: stratum.segment.string
        case .date: stratum.date.description
        }
    }

    /// The parts that have visitors, in byte order.
    func parts(of log: LoggedExperiment) -> [String?] {
        Set(log.strata.map(name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// Why an experiment could not be evaluated, and what the command exits with.
struct EvaluationFailure: Error, CustomStringConvertible {
    var code: ExitCode
    var description: String

    static func code(of error: any Error) -> ExitCode {
        switch error {
        case let failure as StateEvidence.Failure:
            if case .overflow = failure { .badData } else { .inputOutput }
        case is FileError: .inputOutput
        default: ExitCode(error) == .inputOutput ? .badData : ExitCode(error)
        }
    }
}
