import Domain
import EventLog

/// Spends a budget: every customer gets at most one option, for the greatest value.
///
///     options ──► customers in byte order ──► steps by efficiency ──► the walk ──► what each customer gets
///                                        └──► where there are few: dynamic programming
///
/// Memory beyond `BudgetSettings.memory` only for 4 bytes a customer and the tables of dynamic programming.
package final class BudgetRun {
    private let settings: BudgetSettings
    private let spool = StreamSpool()
    private let customers: CustomerCollection
    private let names: OptionNames
    /// Of each number of a group, its place among the budgets.
    private let groupPlaces: [UInt32]
    private var tallies: [GroupTally]
    private var customerCount = 0
    private var walk: Walk
    private var places: [UInt32] = []
    private var methods: [BudgetResult.Method]
    private var curves: [CurveBuilder] = []

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
            throw .noCustomers("\(stream.name): no customer has an option; write a line for each: customer,option,value,cost")
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
        let samples = customers.rejected.samples.map { "\(file):\($0.line): \($0.kind.words) (\(Text.count($0.count, "line")))" }
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
            let shown = unknown.prefix(5).map { $0.string.isEmpty ? "customers without a group" : "'\(Text.printable($0.string))'" }
            throw .unknownGroup(
                "\(groups.file): no budget for \(shown.joined(separator: ", "))\(unknown.count > 5 ? " and \(unknown.count - 5) more" : ""); add a line for each group of the options")
        }
        let met = Set(names)
        let empty = groups.rows.map(\.name).filter { !met.contains($0) }
        guard empty.isEmpty else {
            let shown = empty.prefix(5).map { "'\(Text.printable($0.string))'" }
            throw .unknownGroup(
                "\(groups.file): no customer is in \(shown.joined(separator: ", "))\(empty.count > 5 ? " or \(empty.count - 5) more" : ""); check the spelling, or delete the line")
        }
        return names.map { places[$0] ?? 0 }
    }

    // MARK: Steps

    private struct StepBatch: Sendable {
        var steps: [Step] = []
        var tallies: [(group: Int, tally: GroupTally)] = []
        var fault: (customer: [UInt8], fault: CustomerOptions.Fault)?
    }

    private func readSteps() throws(BudgetError) -> StepSorter {
        let sorter = StepSorter(bufferBytes: settings.bufferBytes)
        let (names, groupPlaces) = (names, groupPlaces)
        let stream = customers.stream()
        var tallies = tallies
        try OrderedBatches.run(stream, workers: settings.workers) { batch in
            BudgetRun.steps(of: batch, names, groupPlaces)
        } deliver: { (output) throws(BudgetError) in
            if let (customer, fault) = output.fault { throw try explained(fault, of: customer) }
            for (group, tally) in output.tallies { tallies[group].add(tally) }
            try sorter.append(output.steps)
        }
        self.tallies = tallies
        customerCount = stream.count
        try sorter.finish()
        return sorter
    }

    private static func steps(of batch: CustomerBatch, _ names: OptionNames, _ groupPlaces: [UInt32]) -> StepBatch {
        var output = StepBatch()
        output.steps.reserveCapacity(batch.pieces.count * 3)
        let options = CustomerOptions(names)
        var tally = GroupTally()
        var current = -1
        batch.forEach { number, pieces in
            guard output.fault == nil else { return }
            do throws(CustomerOptions.Fault) {
                try options.load(pieces)
            } catch {
                output.fault = (pieces.first.map { Array($0.piece.name) } ?? [], error)
                return
            }
            let group = groupPlaces[Int(options.group)]
            if Int(group) != current {
                if current >= 0 { output.tallies.append((current, tally)) }
                (current, tally) = (Int(group), GroupTally())
            }
            tally.add(options, nothing: names.nothing)
            var before = options.hull(0)
            for index in 1..<max(1, options.hullCount) {
                let after = options.hull(index)
                let step = Step(
                    gain: CustomerOptions.gain(before, after), cost: after.cost - before.cost, customer: UInt32(number),
                    group: group,
                    contacts: (after.option != names.nothing ? 1 : 0) - (before.option != names.nothing ? 1 : 0))
                output.steps.append(step)
                tally.add(step)
                before = after
            }
        }
        if current >= 0 { output.tallies.append((current, tally)) }
        return output
    }

    private func explained(_ fault: CustomerOptions.Fault, of customer: [UInt8]) throws(BudgetError) -> BudgetError {
        let file = settings.options.name
        let name = Text.printable(String(decoding: customer, as: UTF8.self))
        switch fault {
        case .secondOption(let number):
            let option = names.names[Int(number)]
            let line = try OptionSearch.secondLine(settings, spool: spool, customer: customer, option: option)
            return .input(
                "\(file)\(line.map { ":\($0)" } ?? ""): customer '\(name)' has option '\(Text.printable(option.string))' already; delete one of the lines")
        case .secondGroup(let first, let second):
            let line = try OptionSearch.secondLine(settings, spool: spool, customer: customer, option: nil)
            let groups = customers.groups.names
            let shown = [first, second].map { Text.printable(groups[Int($0)].string) }.sorted().map { "'\($0)'" }
            return .input(
                "\(file)\(line.map { ":\($0)" } ?? ""): customer '\(name)' is in two groups, \(shown.joined(separator: " and ")); give each customer one")
        }
    }

    // MARK: Spending

    /// The budget of a group, or of all where there are none.
    private func budget(of group: Int) -> Int128 {
        Int128(settings.groups?.rows[group].budget ?? settings.budget ?? 0)
    }

    /// The money of all together, where groups have budgets too.
    private var cap: Int128? { settings.groups == nil ? nil : settings.budget.map { Int128($0) } }

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

    // MARK: Dynamic programming

    /// The cells of a group's table; nil where no option can be afforded or there is nothing to decide.
    private func cells(of group: Int) -> Int128? {
        let tally = tallies[group]
        guard tally.divisor > 0 else { return nil }
        let cells = min(budget(of: group) - tally.baseCost, tally.dearest) / Int128(tally.divisor)
        return cells > 0 ? cells : nil
    }

    private func compute() throws(BudgetError) {
        // A cap that groups cannot reach is none.
        let isCapped = cap.map { $0 < tallies.indices.reduce(0) { $0 + budget(of: $1) } } ?? false
        guard !isCapped else {
            guard settings.method == .exact else { return }
            throw .usage(
                "--exact is for one budget, or for groups each with its own; leave out --exact, or --budget beside --group-budgets")
        }
        var programs: [DynamicProgram?] = []
        for group in tallies.indices {
            guard let cells = cells(of: group) else {
                programs.append(nil)
                continue
            }
            let customers = tallies[group].customers
            let isCheap = Int128(customers) * cells <= DynamicProgram.cheap
            let bytes = DynamicProgram.bytes(customers: customers, cells: cells)
            if settings.method == .exact, !isCheap, bytes > Int128(settings.memory) {
                throw .usage(
                    "--exact needs \(Text.count(Int64(clamping: bytes >> 20))) MiB for \(Text.count(Int64(customers))) customers and "
                        + "\(Text.count(Int64(clamping: cells))) amounts of money; give more with --memory, a coarser --unit, or leave it out")
            }
            programs.append(isCheap || settings.method == .exact ? DynamicProgram(cells: Int(cells)) : nil)
        }
        guard programs.contains(where: { $0 != nil }) else { return }
        try fill(&programs)
        for (group, program) in programs.enumerated() {
            guard let solution = program?.solution() else { continue }
            guard solution.gain > walk.totals[group].gain else { continue }
            methods[group] = .dynamicProgramming
            if places.isEmpty { places = Array(repeating: 0, count: customerCount) }
            for (customer, place) in solution.places { places[Int(customer)] = place }
        }
    }

    private struct ChoiceBatch: Sendable {
        var customers: [(number: UInt32, group: Int, count: Int)] = []
        var choices: [DynamicProgram.Choice] = []
    }

    private func fill(_ programs: inout [DynamicProgram?]) throws(BudgetError) {
        let (names, groupPlaces) = (names, groupPlaces)
        let wanted = programs.map { $0 != nil }
        let divisors = tallies.map(\.divisor)
        let cells = programs.map { UInt64($0?.cells ?? 0) }
        try OrderedBatches.run(customers.stream(), workers: settings.workers) { batch in
            BudgetRun.choices(of: batch, names, groupPlaces, wanted: wanted, divisors: divisors, cells: cells)
        } deliver: { (output) throws(BudgetError) in
            var start = 0
            for (number, group, count) in output.customers {
                programs[group]?.add(number, output.choices[start..<(start + count)])
                start += count
            }
        }
    }

    private static func choices(
        of batch: CustomerBatch, _ names: OptionNames, _ groupPlaces: [UInt32], wanted: [Bool], divisors: [UInt64],
        cells: [UInt64]
    ) -> ChoiceBatch {
        var output = ChoiceBatch()
        let options = CustomerOptions(names)
        batch.forEach { number, pieces in
            guard (try? options.load(pieces)) != nil else { return }
            let group = Int(groupPlaces[Int(options.group)])
            guard wanted[group] else { return }
            let base = options.front(0)
            let before = output.choices.count
            for place in 1..<max(1, options.frontCount) {
                let row = options.front(place)
                let cost = UInt64(row.cost - base.cost) / divisors[group]
                guard cost <= cells[group] else { break }
                output.choices.append(
                    DynamicProgram.Choice(cost: UInt32(cost), place: UInt32(place), gain: CustomerOptions.gain(base, row)))
            }
            output.customers.append((UInt32(number), group, output.choices.count - before))
        }
        return output
    }

    // MARK: Decisions

    private struct DecisionBatch: Sendable {
        var bytes: [UInt8]
        var totals: [(group: Int, total: DecisionTotal)] = []
        var formulas = 0
    }

    private struct DecisionTotal: Sendable {
        var spent: Int128 = 0
        var value: Int128 = 0
        var contacted = 0
    }

    /// Writes `decisions.csv` and says what came of it.
    ///
    /// - Parameter write: takes the file part by part.
    package func decide(_ write: ([UInt8]) throws(BudgetError) -> Void) throws(BudgetError) -> BudgetResult {
        try write(DecisionWriter.header)
        var totals = Array(repeating: DecisionTotal(), count: tallies.count)
        var formulas = 0
        let choice = Choices(walk: walk, places: places, isExact: methods.map { $0 == .dynamicProgramming })
        let (names, groupPlaces, unit) = (names, groupPlaces, settings.unit)
        let fields = DecisionWriter.fields(names.names)
        try OrderedBatches.run(customers.stream(), workers: settings.workers) { batch in
            BudgetRun.decisions(of: batch, names, groupPlaces, choice, DecisionWriter(fields, unit: unit, customers: batch.ends.count))
        } deliver: { (output) throws(BudgetError) in
            for (group, total) in output.totals {
                totals[group].spent += total.spent
                totals[group].value += total.value
                totals[group].contacted += total.contacted
            }
            formulas += output.formulas
            try write(output.bytes)
        }
        return result(totals, formulas: formulas)
    }

    /// Which option each customer gets.
    private struct Choices: Sendable {
        var walk: Walk
        var places: [UInt32]
        var isExact: [Bool]
    }

    private static func decisions(
        of batch: CustomerBatch, _ names: OptionNames, _ groupPlaces: [UInt32], _ choices: Choices, _ writer: DecisionWriter
    ) -> DecisionBatch {
        var writer = writer
        var output = DecisionBatch(bytes: [])
        var total = DecisionTotal()
        var current = -1
        let options = CustomerOptions(names)
        batch.forEach { number, pieces in
            guard let first = pieces.first, (try? options.load(pieces)) != nil else { return }
            let group = Int(groupPlaces[Int(options.group)])
            if group != current {
                if current >= 0 { output.totals.append((current, total)) }
                (current, total) = (group, DecisionTotal())
            }
            let place =
                choices.isExact[group] ? Int(choices.places[number]) : options.hullIndex(choices.walk.steps(of: number))
            let row = options.front(place)
            total.spent += Int128(row.cost)
            total.value += Int128(row.value)
            if row.option != names.nothing { total.contacted += 1 }
            let name = first.piece.name
            if let byte = name.first, Name.formulaStarts.contains(byte) { output.formulas += 1 }
            writer.write(name, row, isBest: place == options.frontCount - 1)
        }
        if current >= 0 { output.totals.append((current, total)) }
        output.bytes = writer.bytes
        return output
    }

    // MARK: Result

    private func result(_ totals: [DecisionTotal], formulas: Int) -> BudgetResult {
        let parts = tallies.indices.map { group in
            let purse = walk.groups[group]
            let total = totals[group]
            return BudgetResult.Part(
                group: settings.groups?.rows[group].name, budget: budget(of: group), spent: total.spent, value: total.value,
                bound: tallies[group].baseValue * 1_000_000_000 + walk.totals[group].boundGain, breakStep: purse.breakStep,
                guarantee: Int128(purse.breakStep?.gain ?? 0), method: methods[group], contacted: total.contacted,
                customers: tallies[group].customers)
        }
        let curves = curves.enumerated().map {
            BudgetResult.Curve(group: settings.groups?.rows[$0].name, points: $1.points)
        }
        return BudgetResult(
            unit: settings.unit, total: settings.groups == nil ? parts[0] : whole(parts),
            groups: settings.groups == nil ? [] : parts, curves: curves, lines: customers.lines, rejected: customers.rejected,
            formulaCustomers: formulas)
    }

    /// All groups together.
    private func whole(_ parts: [BudgetResult.Part]) -> BudgetResult.Part {
        let sum = parts.reduce(0) { $0 + $1.budget }
        return BudgetResult.Part(
            group: nil, budget: min(sum, cap ?? sum), spent: parts.reduce(0) { $0 + $1.spent },
            value: parts.reduce(0) { $0 + $1.value }, bound: parts.reduce(0) { $0 + $1.bound },
            breakStep: walk.cap?.breakStep, hasPrice: walk.cap != nil,
            guarantee: parts.reduce(Int128(walk.cap?.breakStep?.gain ?? 0)) { $0 + $1.guarantee },
            method: methods.contains(.dynamicProgramming) ? .dynamicProgramming : .walk,
            contacted: parts.reduce(0) { $0 + $1.contacted }, customers: parts.reduce(0) { $0 + $1.customers })
    }
}
