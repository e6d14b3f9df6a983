import Evaluation

/// Which targeting policy is better, by an experiment.
enum CompareCommand: Command {
    static let name = "compare"
    static let summary = "Says which of several targeting policies is better, by one experiment."
    static let discussion = """
        Which targeting policy is better? A policy says which action (a letter, a discount, a banner) each customer gets. Two
        policies mostly choose alike; only customers for whom they disagree can tell them apart, and the others are noise. So
        give the outcome of an experiment, and what each policy would choose, and those customers are compared:

          experiment.csv  customer,action,outcome[,propensity][,assigned_policy][,covariates…]     one row a customer
          policies.csv    customer,champion,challenger        a column for each policy, or
                          customer,policy,action              a row for each customer and policy

        What chance decided in the experiment is its design:
          rba  the action. `propensity` is the probability the customer had of the action he got: a column (of a bandit's log
               too), `--propensity uniform` for actions all alike, or `--propensity letter=0.7,none=0.3`.
          rbp  the policy, in the column assigned_policy, and it chose the action. Its probabilities are --shares, or as
               observed.

        Customers are grouped by what the two policies choose (letter or none, none or discount); within a group those who got
        the one are set against those who got the other. The methods differ in how:
          means     plain means, weighted by 1/propensity                        (default)
          lin       regression on covariates, each arm its own slopes, HC2       (default with covariates: the least noise)
          ols       regression on covariates, one slope, classical errors        ols-hc2: the same with errors HC2
          ips       inverse propensity weighting; honest, but wide: for reference
          pooled    one regression over all groups, as often written; right only with one group
        `difference` is per customer of all, `effect` per customer treated differently, `p_holm` the p-value corrected for
        the number of pairs of policies (Holm). `se_population` is for new customers like these, `se` for these. Groups where
        fewer than two customers got an action are left out (unsupported_share), and nothing is assumed for them.

        The experiment is checked as well: under rbp, customers for whom both policies choose the same must not differ
        (placebo); under rba, actions must have come in their shares, and covariates be alike in both arms.

        How many customers would an experiment need? --calculate answers, for the two designs and the conventional one that
        compares everybody: from the outcome's standard deviation, the share who disagree, and the effect looked for.

        Files may be .gz or .zst; `-` is standard input. All other columns of numbers are covariates, and columns of text with
        at most 50 values become indicators. The same files give the same bytes. Exit: 65 where a file is wrong (a second row
        of a customer, a customer without a policy's action, a propensity of 0), with the line.
        """
    static let examples = [
        "sluice compare --experiment experiment.csv --policies policies.csv",
        "sluice compare --experiment experiment.csv.gz --policies policies.csv --propensity uniform --covariates age,spend --csv",
        "sluice compare --experiment rbp.csv --policies policies.csv --reference champion --shares champion=0.5,challenger=0.5",
        "sluice compare --calculate --sd 45 --disagree 0.2 --effect 3 --power 0.9",
        "sluice compare --calculate --sd 45 --disagree 0.2 --difference 0.6 --customers 20000",
    ]
    static let options = [
        Option(name: "experiment", value: "FILE", help: "what customers got, and what came of it"),
        Option(
            name: "policies", value: "FILE",
            help: "what each policy chooses; with --calculate: how many there are (default: 2)"),
        Option(name: "reference", value: "POLICY", help: "compare all others with this one (default: each with each)"),
        Option(
            name: "covariates", value: "NAMES", help: "columns, with commas between them, or none (default: all others)"
        ),
        Option(
            name: "method", value: "NAMES", help: "means, ols, ols-hc2, lin, ips, pooled, or all (default: means, lin)"),
        Option(
            name: "design", value: "rba|rbp", help: "what chance decided (default: rbp with a column assigned_policy)"),
        Option(
            name: "propensity", value: "P", help: "uniform, or ACTION=P with commas between them (default: the column)"),
        Option(name: "shares", value: "SHARES", help: "POLICY=P with commas between them (default: as observed)"),
        Option(name: "missing", value: "mean", help: "put a covariate's mean into its empty cells (default: an error)"),
        Option(
            name: "non-compliance", value: "drop",
            help: "leave out customers who got another action than their policy's (default: an error)"),
        Option(name: "confidence", value: "C", help: "of the intervals (default: 0.95)"),
        Option(name: "csv", value: nil, help: "print CSV, remarks on standard error"),
        Option(name: "exact", value: nil, help: "with --csv: numbers to the last digit instead of 9 places"),
        Option(name: "calculate", value: nil, help: "say how many customers an experiment needs"),
        Option(name: "sd", value: "S", help: "standard deviation of the outcome"),
        Option(name: "disagree", value: "D", help: "share of customers for whom the policies disagree"),
        Option(name: "effect", value: "T", help: "the effect to be found, per customer treated differently"),
        Option(name: "difference", value: "D", help: "or the difference to be found, per customer of all"),
        Option(name: "power", value: "P", help: "probability of finding it (default: 0.8)"),
        Option(name: "alpha", value: "A", help: "probability of finding one that is not there (default: 0.05)"),
        Option(name: "actions", value: "K", help: "number of actions, all alike, for rba (default: 2)"),
        Option(name: "r2", value: "R", help: "part of the outcome's variance that covariates explain (default: 0)"),
        Option(name: "customers", value: "N", help: "say the power with so many instead"),
        Option(
            name: "odds", value: "P,Q", help: "probabilities of the two actions in a bandit's log, for one more row"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        if arguments.has("calculate") {
            let size = try SampleSizeOptions(arguments).size
            if arguments.has("csv") {
                Console.output(SampleSizePrinter.csv(size, exact: arguments.has("exact")))
            } else {
                Console.output(SampleSizePrinter.text(size))
            }
            return .done
        }
        let settings = try ComparisonOptions(arguments).settings
        let result: ComparisonResult
        do throws(ComparisonError) {
            result = try Comparison.run(settings)
        } catch {
            switch error {
            case .input: throw InputError(description: "\(error)")
            case .usage: throw UsageError("\(error)")
            case .file: throw error
            }
        }
        if arguments.has("csv") {
            Console.output(
                ComparisonCSV.bytes(of: result, confidence: settings.confidence, exact: arguments.has("exact")))
            for remark in ComparisonRemarks.all(result) { Console.warning(remark) }
        } else {
            Console.output(ComparisonPrinter.text(result, confidence: settings.confidence))
        }
        return .done
    }
}
