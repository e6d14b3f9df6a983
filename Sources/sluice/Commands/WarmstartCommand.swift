import CSV
import Domain
import Learning
import State

/// Priors from a table of past displays and clicks.
enum WarmstartCommand: Command {
    static let name = "warmstart"
    static let summary = "Turns past views and clicks into priors, so that arms do not begin from nothing."
    static let discussion = """
        Reads a CSV with the columns platform, slot, segment, variant, views and clicks, and prints the file that
        `learning.priors` names: pseudo-visitors that did and did not click, for everyone (`*`) and for each segment. An arm
        gets at most --weight of them, so that new visitors soon count for more than the past. Cells with few views are
        drawn towards their variant's mean, and variants with few towards their slot's. The segment `*`, or an empty one,
        stands for views whose segment is not known; totals do not belong there. What was done is said on standard error.
        """
    static let examples = [
        "sluice warmstart --history displays.csv > priors.csv",
        "sluice warmstart --history displays.csv --weight 500 --output pipelines/priors.csv",
    ]
    static let options = [
        Option(name: "history", value: "FILE", help: "past views and clicks", isRequired: true),
        Option(name: "weight", value: "N", help: "the most pseudo-visitors of an arm in a group (default: 200)"),
        Option(
            name: "shrinkage", value: "N",
            help: "the views at which a cell is drawn half of the way to its variant's mean (default: 100; 0: never)"),
        Option(name: "output", value: "FILE", help: "write the priors there instead of standard output"),
        Option(name: "quiet", value: nil, help: "say nothing but errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try arguments.required("history")
        var start = WarmStart()
        if let weight = try number(arguments, "weight", least: 1) { start.cap = weight }
        if let shrinkage = try number(arguments, "shrinkage", least: 0) { start.shrinkage = shrinkage }
        let bytes = try FileSystem.read(file)
        let past: [ArmKey: WarmStart.Past]
        do throws(InputFileError) {
            past = try WarmStart.past(bytes, file: file)
        } catch {
            throw InputError(description: "\(error)")
        }
        let priors = start.priors(past)
        guard !priors.isEmpty else { throw InputError(description: "\(file): no row; nothing to begin with") }
        let text = self.bytes(of: priors)
        if let output = arguments["output"] {
            // Whole or not at all: the night may be reading it.
            try OutputFile(output).write(text)
        } else {
            Console.output(text)
        }
        if !arguments.has("quiet") { Console.information(summary(priors, start)) }
        return .done
    }

    private static func number(
        _ arguments: Arguments, _ name: String, least: Double
    ) throws(UsageError) -> Double? {
        guard let text = arguments[name] else { return nil }
        guard let value = PlainDecimal.number(text), value >= least, value <= 1e9 else {
            throw UsageError("--\(name) is '\(text)'; give a number of at least \(Int(least))")
        }
        return value
    }

    /// The file that `learning.priors` names, to the millionth of a visitor.
    private static func bytes(of priors: [WarmStart.Prior]) -> [UInt8] {
        func text(_ count: Double) -> String {
            ExactDecimal.text(Int128((count * 1_000_000).rounded()), scale: 6)
        }
        var writer = CSVWriter()
        writer.write(["platform", "slot", "segment", "variant", "successes", "failures"])
        for prior in priors {
            let key = prior.key
            writer.write(
                [key.platform, key.slot, key.segment, key.variant].map(\.string)
                    + [text(prior.counts.successes), text(prior.counts.failures)])
        }
        return writer.bytes
    }

    private static func summary(_ priors: [WarmStart.Prior], _ start: WarmStart) -> String {
        let everyone = priors.filter { $0.key.segment == "*" }
        let cells = priors.filter { $0.key.segment != "*" }
        let views = everyone.reduce(Int64(0)) { $0 + $1.past.views }
        let clicks = everyone.reduce(Int64(0)) { $0 + $1.past.clicks }
        let slots = Set(everyone.map(\.key.slotKey)).count
        let segments = Set(cells.map(\.key.segment)).count
        let capped = priors.count { $0.isCapped }
        let thin = priors.count { Double($0.past.views) < start.shrinkage }
        return
            "\(Text.count(views, "view")) and \(Text.count(clicks, "click")) of \(Text.count(Int64(everyone.count), "arm")) "
            + "in \(Text.count(Int64(slots), "slot")) and \(Text.count(Int64(segments), "segment")) became "
            + "\(Text.count(Int64(priors.count), "prior")): \(Text.count(Int64(capped))) held to "
            + "\(Text.decimal(start.cap, 0)) pseudo-visitors, \(Text.count(Int64(thin))) with fewer than "
            + "\(Text.decimal(start.shrinkage, 0)) views drawn more than half of the way to their mean"
    }
}
