import Essentials
import Evaluation

/// Words of the command line as settings of a comparison.
struct ComparisonOptions {
    let settings: ComparisonSettings

    private static let ofCalculation = [
        "sd", "disagree", "effect", "difference", "power", "alpha", "actions", "r2", "customers", "odds",
    ]

    init(_ arguments: Arguments) throws(UsageError) {
        for name in ComparisonOptions.ofCalculation where arguments[name] != nil {
            throw UsageError("--\(name) goes with --calculate")
        }
        let experiment = try arguments.required("experiment")
        let policies = try arguments.required("policies")
        guard experiment != "-" || policies != "-" else { throw UsageError("only one file can be standard input") }
        if arguments.has("exact"), !arguments.has("csv") { throw UsageError("--exact goes with --csv") }
        var settings = ComparisonSettings(experiment: experiment, policies: policies)
        settings.workers = ProcessInfo.processInfo.activeProcessorCount
        settings.reference = arguments["reference"]
        if let word = arguments["design"] {
            guard let design = ComparisonSettings.Design(rawValue: word) else {
                throw UsageError("--design is '\(word)'; it is rba (chance decided the action) or rbp (the policy)")
            }
            settings.design = design
        }
        if let text = arguments["propensity"] {
            settings.propensity =
                text == "uniform" ? .uniform : .listed(try ComparisonOptions.shares(text, "propensity", least: true))
        }
        if let text = arguments["shares"] {
            settings.shares = try ComparisonOptions.shares(text, "shares", least: false)
        }
        if let text = arguments["covariates"] {
            settings.covariates = text == "none" ? .none : .named(try ComparisonOptions.names(text, "covariates"))
        }
        if let text = arguments["method"] { settings.methods = try ComparisonOptions.methods(text) }
        settings.replacesMissing = try ComparisonOptions.word(arguments, "missing", "mean")
        settings.dropsNonCompliance = try ComparisonOptions.word(arguments, "non-compliance", "drop")
        if let confidence = try NumberOption.value(
            arguments, "confidence", "a number between 0 and 1", { $0 > 0 && $0 < 1 })
        {
            settings.confidence = confidence
        }
        self.settings = settings
    }

    /// Whether an option that knows one word is given.
    private static func word(_ arguments: Arguments, _ name: String, _ word: String) throws(UsageError) -> Bool {
        guard let text = arguments[name] else { return false }
        guard text == word else { throw UsageError("--\(name) is '\(text)'; it can only be \(word)") }
        return true
    }

    private static func names(_ text: String, _ option: String) throws(UsageError) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !names.contains(""), Set(names).count == names.count else {
            throw UsageError("--\(option) is '\(text)'; give each name once, with commas between them")
        }
        return names
    }

    private static func methods(_ text: String) throws(UsageError) -> [ComparisonMethod] {
        guard text != "all" else { return ComparisonMethod.allCases }
        var methods: [ComparisonMethod] = []
        for name in try names(text, "method") {
            guard let method = ComparisonMethod(rawValue: name) else {
                let known = ComparisonMethod.allCases.map(\.rawValue)
                throw UsageError(
                    "'\(name)' is no method\(Suggestion.text(for: name, among: known)); there are "
                        + "\(known.joined(separator: ", ")) and all")
            }
            methods.append(method)
        }
        return methods
    }

    /// `A=0.7,B=0.3`, together 1.
    static func shares(
        _ text: String, _ option: String, least isPositive: Bool
    ) throws(UsageError) -> [ComparisonSettings.NamedShare] {
        var shares: [ComparisonSettings.NamedShare] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = part.lastIndex(of: "="),
                let share = NumberOption.number(String(part[part.index(after: equals)...])),
                share <= 1, isPositive ? share > 0 : share >= 0, equals > part.startIndex
            else {
                throw UsageError(
                    "--\(option) has '\(part)'; write NAME=P with a probability \(isPositive ? "over 0 and at most" : "from 0 to") 1"
                )
            }
            let name = String(part[..<equals])
            guard !shares.contains(where: { $0.name == name }) else {
                throw UsageError("--\(option) names '\(name)' twice")
            }
            shares.append(ComparisonSettings.NamedShare(name: name, share: share))
        }
        let sum = shares.reduce(0) { $0 + $1.share }
        // Three times 0.333333 is 1 to six decimals.
        guard abs(sum - 1) <= 1.000001e-6 else {
            throw UsageError("--\(option) adds up to \(sum); probabilities add up to 1")
        }
        return shares
    }
}

/// Options that are numbers.
enum NumberOption {
    /// A number in decimal or exponent notation.
    static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
        }
        guard isDecimal, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    static func value(
        _ arguments: Arguments, _ name: String, _ expected: String, _ isLegal: (Double) -> Bool
    ) throws(UsageError) -> Double? {
        guard let text = arguments[name] else { return nil }
        guard let value = number(text), isLegal(value) else {
            throw UsageError("--\(name) is '\(text)'; give \(expected)")
        }
        return value
    }

    static func count(_ arguments: Arguments, _ name: String, least: Int) throws(UsageError) -> Int? {
        guard let text = arguments[name] else { return nil }
        guard let value = Int(text), value >= least, value <= 1_000_000_000_000 else {
            throw UsageError("--\(name) is '\(text)'; give a whole number of at least \(least)")
        }
        return value
    }
}
