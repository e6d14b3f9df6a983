import Domain

extension BudgetRun {
    /// The cells of a group's table; nil where no option can be afforded or there is nothing to decide.
    private func cells(of group: Int) -> Int128? {
        let tally = tallies[group]
        guard tally.divisor > 0 else { return nil }
        let cells = min(budget(of: group) - tally.baseCost, tally.dearest) / Int128(tally.divisor)
        return cells > 0 ? cells : nil
    }

    func compute() throws(BudgetError) {
        guard !isCapped else {
            guard settings.method == .exact else { return }
            throw .usage(
                "--exact is for one budget, or for groups each with its own; leave out --exact, or --budget beside --group-budgets"
            )
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
            if settings.method == .exact, !isCheap, bytes > Int128(settings.memory) || cells > Int128(UInt32.max) {
                throw .usage(
                    "--exact needs \(Text.count(Int64(clamping: bytes >> 20))) MiB for \(Text.count(Int64(customers))) customers and "
                        + "\(Text.count(Int64(clamping: cells))) amounts of money; give more with --memory, a coarser --unit, or leave it out"
                )
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
                    DynamicProgram.Choice(
                        cost: UInt32(cost), place: UInt32(place), gain: CustomerOptions.gain(base, row)))
            }
            output.customers.append((UInt32(number), group, output.choices.count - before))
        }
        return output
    }
}
