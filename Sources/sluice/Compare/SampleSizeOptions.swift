import CSV
import Domain
import Evaluation

/// Words of the command line as a question of how many customers an experiment needs.
struct SampleSizeOptions {
    let size: SampleSize

    private static let ofComparison = [
        "experiment", "reference", "covariates", "method", "design", "propensity", "shares", "missing",
        "non-compliance",
        "confidence",
    ]

    init(_ arguments: Arguments) throws(UsageError) {
        for name in SampleSizeOptions.ofComparison where arguments[name] != nil {
            throw UsageError("--\(name) does not go with --calculate, which reads no files")
        }
        func number(_ name: String, _ expected: String, _ isLegal: (Double) -> Bool) throws(UsageError) -> Double? {
            try NumberOption.value(arguments, name, expected, isLegal)
        }
        guard let deviation = try number("sd", "a standard deviation over 0", { $0 > 0 }) else {
            throw UsageError("--sd S is missing: the standard deviation of the outcome")
        }
        guard let disagree = try number("disagree", "a share over 0 and at most 1", { $0 > 0 && $0 <= 1 }) else {
            throw UsageError("--disagree D is missing: the share of customers for whom the policies disagree")
        }
        let effect = try number("effect", "an effect other than 0", { $0 != 0 })
        let difference = try number("difference", "a difference other than 0", { $0 != 0 })
        guard (effect == nil) != (difference == nil) else {
            throw UsageError(
                "give --effect (per customer treated differently) or --difference (per customer of all), one of them")
        }
        var size = SampleSize(
            deviation: deviation, disagree: disagree, effect: effect ?? (difference ?? 0) / disagree)
        if let alpha = try number("alpha", "a probability between 0 and 1", { $0 > 0 && $0 < 1 }) { size.alpha = alpha }
        if let power = try number(
            "power", "a probability over --alpha/2 and below 1", { $0 > size.alpha / 2 && $0 < 1 })
        {
            size.power = power
        }
        if let explained = try number("r2", "a part from 0 to below 1", { $0 >= 0 && $0 < 1 }) {
            size.explained = explained
        }
        if let actions = try NumberOption.count(arguments, "actions", least: 2) { size.actions = actions }
        if let policies = try NumberOption.count(arguments, "policies", least: 2) { size.policies = policies }
        if let customers = try NumberOption.count(arguments, "customers", least: 1) {
            guard arguments["power"] == nil else {
                throw UsageError("--customers asks for the power, --power gives it: one of them")
            }
            size.customers = customers
        }
        if let text = arguments["odds"] {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
                NumberOption.number(String($0))
            }
            guard parts.count == 2, let policy = parts[0], let reference = parts[1],
                [policy, reference].allSatisfy({ $0 > 0 && $0 <= 1 })
            else {
                throw UsageError(
                    "--odds is '\(text)'; give two probabilities over 0 and at most 1, with a comma between them")
            }
            size.odds = (policy, reference)
        }
        self.size = size
    }
}

/// The answer, for programs and for people.
enum SampleSizePrinter {
    static func csv(_ size: SampleSize, exact: Bool) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(["design", "customers", "power", "ratio"])
        for row in size.rows {
            writer.write([
                row.design, PlainDecimal.string(row.customers), ComparisonCSV.number(row.power, exact: exact),
                ComparisonCSV.number(row.ratio, exact: exact),
            ])
        }
        return writer.bytes
    }

    static func text(_ size: SampleSize) -> String {
        let names = [
            "conventional": "conventional: two groups, all customers compared",
            "rbp": "rbp: policies at random, those who disagree compared",
            "rba": "rba: actions at random, those who disagree compared",
            "bandit": "a bandit's log with these probabilities",
        ]
        var cells = [["design", "customers", "power", "of conventional"]]
        for row in size.rows {
            let customers =
                row.customers < 1e15 ? Text.count(Int64(row.customers)) : Text.significant(row.customers, 4)
            cells.append([
                names[row.design] ?? row.design, customers, Text.decimal(100 * row.power, 1) + " %",
                Text.decimal(100 * row.ratio, 1) + " %",
            ])
        }
        let difference = size.disagree * size.effect
        let question =
            size.customers == nil
            ? "Customers needed to find" : "How surely so many customers find"
        return """
            \(question) an effect of \(Text.significant(size.effect, 5)) for the \
            \(Text.decimal(100 * size.disagree, 2)) % treated differently, which is \
            \(Text.significant(difference, 5)) per customer (alpha \(Text.significant(size.alpha, 4))):

            \(TablePrinter.aligned(cells, rightAligned: [1, 2, 3]))
            """
    }
}
