import Essentials
import Evaluation
import EventLog
import State

/// `sluice evaluate --log`: policies judged on a log of single exposures.
enum EvaluateLogMode {
    static let discussion = """
        With --log the answer comes from a log of single exposures, in place of the state directory: a line for each,
        which says what was shown, with which probability, and what came of it.

          log.csv      [visitor,][date,][COLUMNS…,][position,]variant,reward,propensity
          policy.csv   [visitor,][COLUMNS OF THE LOG…,][position,]variant,probability

        What a policy would show more often than was shown counts more, by the weight w = its probability / the propensity:
        so the log's rows stand for those that the policy would have had. A policy's probabilities add to 1 for each value of
        its other columns; `even` needs no file: all variants that the log shows at that position, alike. Propensities must be
        those that showed the rows, and no guess.

        `sluice units` writes such logs, of which --reward chooses click, purchase or revenue, and --platform, --slot the
        experiment. The Open Bandit Dataset's files are taken as they are published. For other headers say what is where:
        --columns variant=item,reward=bought,propensity=p. A log may be compressed (gzip, zstd), or `-`: standard input.

        Estimators: dr (doubly robust) leads: a model of rewards, mended by the weighted rest of each row; ips and snips
        (weights alone), sndr, and dm (the model alone: no error is known of it, and it may be off). The model is a mean by
        variant and --by columns, fitted on other rows than those it is used on. Where a visitor is named its rows are not
        independent, and errors are those of visitors. --clip takes great weights down: less noise, and a bias nobody knows.

        How far to trust it: the effective sample (ess) says how many rows of the policy's own the log is worth; weights must
        average 1, and z says how far they are from it. Fewer than 30 rewards, an ess under 100, or weights that do not
        average 1: the line says so and shows no interval; with --csv `reliable` is no.
        """
    static let examples = [
        "sluice evaluate --log log.csv --policy new=policy.csv --policy even=even",
        "sluice units --config shop.json5 --date 2026-11-20 | sluice evaluate --log - --policy even=even --reward purchase",
        "sluice evaluate --log obd/random/all/all.csv --policy bts=bts.csv --csv",
    ]
    static let options: [Option] = [
        Option(
            name: "log", value: "FILE",
            help: "judge on this log of single exposures: CSV; .gz and .zst too; - is standard input"),
        Option(
            name: "policy", value: "NAME=FILE", help: "a policy's file, or NAME=even; may be given several times",
            isRepeatable: true),
        Option(name: "reference", value: "NAME", help: "what the others are compared with (default: served)"),
        Option(name: "columns", value: "ROLE=NAME,…", help: "what columns are called that have other names"),
        Option(name: "by", value: "COLUMN,…", help: "the model's columns (default: the policy's, but the visitor)"),
        Option(name: "clip", value: "L", help: "the greatest weight, at least 1: biased"),
        Option(name: "missing", value: "RULE", help: "rows that a policy has no key for: error (default) or drop"),
        Option(name: "variants", value: "FILE", help: "what `even` shows: a CSV file with a column variant"),
        Option(name: "reward", value: "COLUMN", help: "of `sluice units`: click (default), purchase or revenue"),
        Option(name: "platform", value: "NAME", help: "the experiment's, of a log that has several"),
        Option(name: "slot", value: "NAME", help: "the experiment's, of a log that has several"),
        Option(name: "confidence", value: "C", help: "of the intervals (default: 0.95)"),
        Option(name: "csv", value: nil, help: "print comma-separated values, for machines"),
        Option(name: "exact", value: nil, help: "with --csv: numbers with all their digits"),
        Option(name: "workers", value: "N", help: "threads (default: the machine's); they change no digit"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        for name in arguments.given where !options.contains(where: { $0.name == name }) {
            throw UsageError("--\(name) is about a state directory and does not go with --log")
        }
        if arguments.has("exact"), !arguments.has("csv") { throw UsageError("--exact goes with --csv") }
        let question = try question(arguments)
        let answer: UnitLogAnswer
        do {
            answer = try UnitLogEvaluation.answer(question)
        } catch let error as UnitLogError {
            throw InputError(description: "\(error)")
        } catch let error as LogError {
            if case .header = error.problem { throw InputError(description: "\(error)") }
            throw error
        }
        let report = UnitLogReport(question: question, answer: answer)
        if arguments.has("csv") {
            Console.output(EvaluationRow.csv(answer.rows, isExact: arguments.has("exact")))
            for remark in report.remarks { Console.information(remark) }
        } else {
            Console.output(report.text)
        }
        return .done
    }

    private static func question(_ arguments: Arguments) throws -> UnitLogQuestion {
        let log = try arguments.required("log")
        guard !log.isEmpty else { throw UsageError("--log is empty; give a file, or - for standard input") }
        var question = UnitLogQuestion(log: log == "-" ? .standardInput : .path(log))
        question.policies = try policies(arguments)
        if let name = arguments["reference"] {
            guard name == "served" || question.policies.contains(where: { $0.name == name }) else {
                let names = ["served"] + question.policies.map(\.name)
                throw UsageError(
                    "--reference \(name) is none of the policies \(names.joined(separator: ", "))"
                        + Suggestion.text(for: name, among: names))
            }
            question.reference = name
        }
        question.columns = try columns(arguments["columns"])
        question.by = arguments["by"].map { $0.split(separator: ",").map(String.init) }
        if let text = arguments["clip"] {
            guard let clip = Double(text), clip >= 1, clip.isFinite else {
                throw UsageError("--clip is '\(text)'; give a weight of at least 1, like 10")
            }
            question.clip = clip
        }
        if let rule = arguments["missing"] {
            guard ["error", "drop"].contains(rule) else {
                throw UsageError("--missing is '\(rule)'; give error or drop")
            }
            question.dropsMissing = rule == "drop"
        }
        if let file = arguments["variants"] { question.variants = (file, try read(file)) }
        question.reward = arguments["reward"]
        question.platform = arguments["platform"]
        question.slot = arguments["slot"]
        if let text = arguments["confidence"] {
            guard let confidence = Double(text), confidence > 0, confidence < 1 else {
                throw UsageError("--confidence is '\(text)'; give a number between 0 and 1, like 0.95")
            }
            question.confidence = confidence
        }
        question.workers = ProcessInfo.processInfo.activeProcessorCount
        if let text = arguments["workers"] {
            guard let workers = Int(text), (1...1024).contains(workers) else {
                throw UsageError("--workers is '\(text)'; give a number from 1 to 1024")
            }
            question.workers = workers
        }
        return question
    }

    private static func policies(
        _ arguments: Arguments
    ) throws -> [(name: String, source: UnitLogQuestion.PolicySource)] {
        var policies: [(name: String, source: UnitLogQuestion.PolicySource)] = []
        for text in arguments.all("policy") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw UsageError("--policy is '\(text)'; give NAME=FILE, or NAME=even")
            }
            let (name, file) = (parts[0], parts[1])
            guard name != "served", !name.contains(",") else {
                throw UsageError("--policy \(name): a name has no comma, and `served` is always there; choose another")
            }
            guard !policies.contains(where: { $0.name == name }) else {
                throw UsageError("--policy \(name) is given twice; choose another name")
            }
            policies.append((name, file == "even" ? .even : .file(file, try read(file))))
        }
        guard !policies.isEmpty else { throw UsageError("no --policy; give NAME=FILE, or even=even") }
        return policies
    }

    private static func read(_ file: String) throws -> [UInt8] {
        do {
            return try FileSystem.read(file)
        } catch {
            guard error.isMissing else { throw error }
            throw InputError(description: "\(error)")
        }
    }

    private static func columns(_ text: String?) throws -> [UnitLogColumns.Role: String] {
        var columns: [UnitLogColumns.Role: String] = [:]
        for pair in (text ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            let roles = UnitLogColumns.Role.allCases.map(\.rawValue)
            guard parts.count == 2, let role = UnitLogColumns.Role(rawValue: parts[0]) else {
                throw UsageError(
                    "--columns: '\(pair)'; write ROLE=NAME, the role one of \(roles.joined(separator: ", "))"
                        + Suggestion.text(for: parts.first ?? "", among: roles))
            }
            guard columns.updateValue(parts[1], forKey: role) == nil else {
                throw UsageError("--columns: \(role.rawValue) is given twice")
            }
        }
        return columns
    }
}
