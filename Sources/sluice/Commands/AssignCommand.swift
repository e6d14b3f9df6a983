import CSV
import Domain
import Essentials
import Randomizer

/// Visitors to variants, as serving code does it.
enum AssignCommand: Command {
    static let name = "assign"
    static let summary = "Tells which variant visitors get."
    static let discussion = """
        Prints CSV with the columns visitor, variant and traffic. Visitors are operands, or one a line on standard input
        (`-`, or no operand). The table is a state directory (its current table), a table's directory, or a bare CSV.
        """
    static let examples = [
        "sluice assign --table state --platform web --slot home-hero visitor-1 visitor-2",
        "seq 1000 | sluice assign --table state --platform web --slot home-hero --segment Pune -",
    ]
    static let options = [
        Option(name: "table", value: "DIR", help: "a state directory, a table's directory, or a CSV", isRequired: true),
        Option(name: "platform", value: "P", help: "the platform", isRequired: true),
        Option(name: "slot", value: "S", help: "the slot", isRequired: true),
        Option(name: "segment", value: "G", help: "the visitors' segment (default: *)"),
    ]
    static let operands: String? = "[VISITOR… | -]"

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let table = try AllocationTable(path: try arguments.required("table"))
        let platform = try arguments.required("platform")
        let slot = try arguments.required("slot")
        guard let experiment = table.experiment(platform: platform, slot: slot) else {
            let known = table.experiments.map { "\($0.platform)/\($0.slot)" }
            let suggestion = Suggestion.text(for: "\(platform)/\(slot)", among: known)
            throw UsageError(
                "the table has no slot '\(platform)/\(slot)'\(suggestion); it has \(known.joined(separator: ", "))")
        }
        let segment = arguments["segment"] ?? "*"
        var writer = CSVWriter()
        writer.write(["visitor", "variant", "traffic"])
        var formulas: Int64 = 0
        func assign(_ visitor: String) {
            let assignment = experiment.assign(visitor, segment: segment)
            let isFormula = Name(visitor).runsAsFormula
            if isFormula { formulas += 1 }
            writer.write([(isFormula ? "'" : "") + visitor, assignment.variant, Text.decimal(assignment.propensity, 6)])
        }
        if arguments.operands.isEmpty || arguments.operands == ["-"] {
            while let visitor = readLine() {
                if !visitor.isEmpty { assign(visitor) }
            }
        } else {
            for visitor in arguments.operands { assign(visitor) }
        }
        if formulas > 0 {
            Console.warning(
                "\(Text.count(formulas, "visitor id")) would run as a formula in a spreadsheet: written with an apostrophe in front"
            )
        }
        Console.output(writer.bytes)
        return .done
    }
}
