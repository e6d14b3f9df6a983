import Domain

extension BudgetRun {
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
            BudgetRun.decisions(
                of: batch, names, groupPlaces, choice, DecisionWriter(fields, unit: unit, customers: batch.ends.count))
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
        of batch: CustomerBatch, _ names: OptionNames, _ groupPlaces: [UInt32], _ choices: Choices,
        _ writer: DecisionWriter
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

    private func result(_ totals: [DecisionTotal], formulas: Int) -> BudgetResult {
        let isCapped = isCapped
        let bounds = tallies.indices.map { tallies[$0].baseValue * 1_000_000_000 + walk.totals[$0].boundGain }
        let parts = tallies.indices.map { group in
            let purse = walk.groups[group]
            let total = totals[group]
            return BudgetResult.Part(
                group: settings.groups?.rows[group].name, budget: budget(of: group), spent: total.spent,
                value: total.value,
                bound: isCapped ? nil : bounds[group], breakStep: purse.breakStep,
                guarantee: isCapped ? nil : Int128(purse.breakStep?.gain ?? 0), method: methods[group],
                contacted: total.contacted, customers: tallies[group].customers)
        }
        let curves = curves.enumerated().map {
            BudgetResult.Curve(group: settings.groups?.rows[$0].name, points: $1.points)
        }
        return BudgetResult(
            unit: settings.unit, total: settings.groups == nil ? parts[0] : whole(parts, bound: bounds.reduce(0, +)),
            groups: settings.groups == nil ? [] : parts, curves: curves, lines: customers.lines,
            rejected: customers.rejected,
            formulaCustomers: formulas)
    }

    /// All groups together.
    private func whole(_ parts: [BudgetResult.Part], bound: Int128) -> BudgetResult.Part {
        let sum = parts.reduce(0) { $0 + $1.budget }
        return BudgetResult.Part(
            group: nil, budget: min(sum, cap ?? sum), spent: parts.reduce(0) { $0 + $1.spent },
            value: parts.reduce(0) { $0 + $1.value }, bound: bound,
            breakStep: walk.cap?.breakStep, hasPrice: walk.cap != nil,
            guarantee: walk.groups.reduce(Int128(walk.cap?.breakStep?.gain ?? 0)) {
                $0 + Int128($1.breakStep?.gain ?? 0)
            },
            method: methods.contains(.dynamicProgramming) ? .dynamicProgramming : .walk,
            contacted: parts.reduce(0) { $0 + $1.contacted }, customers: parts.reduce(0) { $0 + $1.customers })
    }
}
