import Budget
import Domain
import Essentials
import EventLog
import Pipeline
import Report
import State

/// Whom to give what within a budget.
enum BudgetCommand: Command {
    static let name = "budget"
    static let summary = "Gives each customer at most one option within a budget, for the greatest value."
    static let discussion = """
        Reads what each option would bring and cost, and decides who gets which:

          options.csv   customer,option,value,cost[,group]     a line for each customer and option, in any order
          groups.csv    group,budget                           with --group-budgets

        Columns may stand in any order among others; the file may be compressed (gzip, zstd), or come through a pipe. Value is what the
        option brings over doing nothing, in whatever you measure (revenue, visits); cost is money, or anything else that is scarce: with
        a cost of 1 a call, the budget is a number of calls. Beside their options customers may get none, for 0 and 0, unless the file
        says otherwise or --must-assign forbids it.

        Options that no optimum would use are dropped; the others are taken step by step, the step that brings most for its money first,
        until the money is out. What is missed against the best choice is less than one step, and no more than the gap to the bound that
        is written too. Where customers and amounts are few, or with --exact, dynamic programming finds the best choice itself.

        Written to the output directory, all together or nothing:
          decisions.csv   customer,message,reason,value,cost: every customer, in byte order. reason: best (the most valuable
                          option), or budget (the money did not reach a more valuable one)
          budget.json     what was spent, value, bound, gap, what the next 1 of money would bring (shadow_price)
          curve.csv       the same for other budgets
          budget.html     a page for people

        Lines that cannot be used are left out, counted and named; over 1 % of them, nothing is written. Exit codes: 65 the data are
        wrong, 66 there is no customer, 70 the budget is less than the least possible, 78 the groups are not those of the options.
        """
    static let examples = [
        "sluice budget --options options.csv --budget 25000.00 --output spring",
        "sluice budget --options options.csv.gz --budget 400 --unit 1 --must-assign --output calls",
        "sluice budget --options options.csv --group-budgets groups.csv --budget 60000 --output spring",
    ]
    static let options = [
        Option(
            name: "options", value: "FILE", help: "what each option brings and costs; - for standard input",
            isRequired: true),
        Option(name: "budget", value: "MONEY", help: "for all customers together"),
        Option(name: "group-budgets", value: "FILE", help: "a budget for each group; --budget is a cap over them then"),
        Option(name: "output", value: "DIR", help: "where the files are written", isRequired: true),
        Option(name: "must-assign", value: nil, help: "every customer gets one of their options: none is not implied"),
        Option(name: "exact", value: nil, help: "find the best choice, however long it takes"),
        Option(name: "greedy", value: nil, help: "step by step only, also where there are few customers"),
        Option(name: "curve", value: "N", help: "points of the curve, at least 2 (default: 20)"),
        Option(name: "unit", value: "MONEY", help: "the smallest amount of money (default: 0.01)"),
        Option(
            name: "memory", value: "SIZE", help: "the memory to keep to, like 512M (default: half of the machine's)"),
        Option(name: "workers", value: "N", help: "threads (default: one for each core)"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let settings = try BudgetOptions(arguments).settings
        let output = try arguments.required("output")
        if output.isEmpty { throw UsageError("--output is empty; give a directory") }
        let result: BudgetResult
        do throws(BudgetError) {
            let run = try BudgetRun(settings)
            let files: BudgetFiles
            do throws(FileError) { files = try BudgetFiles(output, besides: [settings.options.name]) } catch {
                throw .file(error)
            }
            result = try files.write(run) { BudgetPage($0).html() }
        } catch {
            switch error {
            case .usage(let text): throw UsageError(text)
            case .input(let text): throw InputError(description: text)
            case .log(let fault):
                if case .header = fault.problem { throw InputError(description: "\(fault)") }
                throw fault
            case .file(let fault): throw fault
            case .noCustomers(let text): return refuse(text, .noData)
            case .infeasible(let text): return refuse(text, .notAllocated)
            case .unknownGroup(let text): return refuse(text, .configuration)
            }
        }
        warn(result, file: settings.options.name)
        if !arguments.has("quiet") { tell(result, output) }
        return .done
    }

    private static func refuse(_ text: String, _ code: ExitCode) -> ExitCode {
        Console.error(text)
        return code
    }

    private static func warn(_ result: BudgetResult, file: String) {
        for sample in result.rejected.samples {
            Console.warning(
                "\(file):\(sample.line): \(sample.kind.words); \(Text.count(sample.count, "line")) left out")
        }
        if result.formulaCustomers > 0 {
            Console.warning(
                "\(Text.count(Int64(result.formulaCustomers), "customer")) whose name a spreadsheet would run as a formula: decisions.csv "
                    + "has it as it is, programs join on it; open the file as text")
        }
    }

    private static func tell(_ result: BudgetResult, _ output: String) {
        let total = result.total
        let gap = total.gap.map { Text.significant(100 * $0, 2) + " % under the bound" } ?? "no gap"
        Console.information(
            "\(output): \(result.unit.string(total.spent)) of \(result.unit.string(total.budget)) spent, value "
                + "\(Value.string(total.value)), \(gap); \(Text.count(Int64(total.contacted))) of "
                + "\(Text.count(Int64(total.customers), "customer")) get an option")
        guard total.guarantee != 0, let bound = total.boundValue else {
            return Console.information("no choice is better")
        }
        var text = "no choice brings more than \(Value.string(bound))"
        if let price = total.shadowPrice(result.unit) {
            text += "; the next 1 of money would bring \(Value.string(price))"
        }
        Console.information(text)
    }
}
