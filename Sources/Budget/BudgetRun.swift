import Domain
import EventLog

/// Spends a budget: every customer gets at most one option, for the greatest value.
///
///     options ──► customers in byte order ──► steps by efficiency ──► the walk ──► what each customer gets
///                                        └──► where there are few: dynamic programming
///
/// Memory beyond `BudgetSettings.memory` only for 4 bytes a customer and the tables of dynamic programming.
package final class BudgetRun {
    let settings: BudgetSettings
    let spool = StreamSpool()
    let customers: CustomerCollection
    let names: OptionNames
    /// Of each number of a group, its place among the budgets.
    let groupPlaces: [UInt32]
    var tallies: [GroupTally]
    var customerCount = 0
    private(set) var walk: Walk
    var places: [UInt32] = []
    var methods: [BudgetResult.Method]
    private(set) var curves: [CurveBuilder] = []

    /// Reads the options and decides.
    ///
    /// - Throws: ``BudgetError``.
    package init(_ settings: BudgetSettings) throws(BudgetError) {
        self.settings = settings
        let stream: RecordStream
        do throws(LogError) { stream = try RecordStream(settings.options, spool: spool) } catch { throw .log(error) }
        let columns = try OptionColumns(stream.header, file: stream.name, withGroups: settings.groups != nil)
        customers = CustomerCollection(bufferBytes: settings.bufferBytes)
        try OptionReader.read(stream, columns: columns, unit: settings.unit, into: customers, workers: settings.workers)
        try BudgetRun.checkRejected(customers, file: stream.name)
        try customers.finish()
        guard !customers.isEmpty else {
            throw .noCustomers(
                "\(stream.name): no customer has an option; write a line for each: customer,option,value,cost")
        }
        names = OptionNames(customers.options, mustAssign: settings.mustAssign)
        groupPlaces = try BudgetRun.places(of: customers.groups.names, settings)
        let count = settings.groups?.rows.count ?? 1
        tallies = Array(repeating: GroupTally(), count: count)
        methods = Array(repeating: .walk, count: count)
        walk = Walk(groups: [], cap: nil, customers: 0)
        let steps = try readSteps()
        try checkBudgets()
        try spend(steps)
        if settings.method != .greedy { try compute() }
    }

    private static func checkRejected(_ customers: CustomerCollection, file: String) throws(BudgetError) {
        let (rejected, lines) = (customers.rejected.count, customers.lines)
        guard Double(rejected) > RejectedLines.allowedShare * Double(lines) else { return }
        let samples = customers.rejected.samples.map {
            "\(file):\($0.line): \($0.kind.words) (\(Text.count($0.count, "line")))"
        }
        throw .input(
            "\(file): \(Text.count(rejected)) of \(Text.count(lines, "line")) cannot be used, more than 1 %; mend them, or leave them out:\n  "
                + samples.joined(separator: "\n  "))
    }

    private static func places(of names: [Name], _ settings: BudgetSettings) throws(BudgetError) -> [UInt32] {
        guard let groups = settings.groups else { return [0] }
        var places: [Name: UInt32] = [:]
        for (place, row) in groups.rows.enumerated() { places[row.name] = UInt32(place) }
        let unknown = names.filter { places[$0] == nil }.sorted()
        guard unknown.isEmpty else {
            let shown = unknown.prefix(5).map {
                $0.string.isEmpty ? "customers without a group" : "'\(Text.printable($0.string))'"
            }
            throw .unknownGroup(
                "\(groups.file): no budget for \(shown.joined(separator: ", "))\(unknown.count > 5 ? " and \(unknown.count - 5) more" : ""); add a line for each group of the options"
            )
        }
        let met = Set(names)
        let empty = groups.rows.map(\.name).filter { !met.contains($0) }
        guard empty.isEmpty else {
            let shown = empty.prefix(5).map { "'\(Text.printable($0.string))'" }
            throw .unknownGroup(
                "\(groups.file): no customer is in \(shown.joined(separator: ", "))\(empty.count > 5 ? " or \(empty.count - 5) more" : ""); check the spelling, or delete the line"
            )
        }
        return names.map { places[$0] ?? 0 }
    }

    /// The budget of a group, or of all where there are none.
    func budget(of group: Int) -> Int128 {
        Int128(settings.groups?.rows[group].budget ?? settings.budget ?? 0)
    }

    /// The money of all together, where groups have budgets too.
    var cap: Int128? { settings.groups == nil ? nil : settings.budget.map { Int128($0) } }

    /// Whether groups compete: a cap that they cannot reach together is none.
    var isCapped: Bool {
        cap.map { $0 < tallies.indices.reduce(0) { $0 + budget(of: $1) } } ?? false
    }

    private func checkBudgets() throws(BudgetError) {
        let unit = settings.unit
        func message(_ whose: String, _ base: Int128, _ budget: Int128) -> BudgetError {
            .infeasible(
                "\(whose)the least that can be spent is \(unit.string(base)), and the budget is \(unit.string(budget)); "
                    + "give at least \(unit.string(base)), or let customers get none")
        }
        for (group, tally) in tallies.enumerated() where tally.baseCost > budget(of: group) {
            throw message(
                settings.groups.map { "group '\($0.rows[group].name)': " } ?? "", tally.baseCost, budget(of: group))
        }
        let base = tallies.reduce(0) { $0 + $1.baseCost }
        if let cap, base > cap { throw message("all groups together: ", base, cap) }
    }

    private func spend(_ steps: StepSorter) throws(BudgetError) {
        let purses = tallies.enumerated().map { group, tally in
            Purse(budget(of: group) - tally.baseCost, leastCost: tally.leastStep)
        }
        let least = tallies.compactMap(\.leastStep).min()
        let base = tallies.reduce(0) { $0 + $1.baseCost }
        var walk = Walk(
            groups: purses, cap: cap.map { Purse($0 - base, leastCost: least) }, customers: customerCount)
        var curves = tallies.map { tally in
            CurveBuilder(
                points: settings.curvePoints, baseCost: tally.baseCost, baseValue: tally.baseValue,
                contacted: tally.baseContacts, range: tally.stepCost)
        }
        var isWalking = true
        let isSingle = curves.count == 1
        try steps.forEach { step in
            if isWalking { isWalking = walk.look(at: step) }
            curves[step.group].look(at: step)
            return isWalking || !isSingle || !curves[0].isDone
        }
        for group in curves.indices { curves[group].finish() }
        self.walk = walk
        self.curves = curves
    }
}
