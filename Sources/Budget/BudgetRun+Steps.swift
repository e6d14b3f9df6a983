import Domain
import EventLog

extension BudgetRun {
    private struct StepBatch: Sendable {
        var steps: [Step] = []
        var tallies: [(group: Int, tally: GroupTally)] = []
        var fault: (customer: [UInt8], fault: CustomerOptions.Fault)?
    }

    func readSteps() throws(BudgetError) -> StepSorter {
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
                "\(file)\(line.map { ":\($0)" } ?? ""): customer '\(name)' has option '\(Text.printable(option.string))' already; delete one of the lines"
            )
        case .secondGroup(let first, let second):
            let line = try OptionSearch.secondLine(settings, spool: spool, customer: customer, option: nil)
            let groups = customers.groups.names
            let shown = [first, second].map { Text.printable(groups[Int($0)].string) }.sorted().map { "'\($0)'" }
            return .input(
                "\(file)\(line.map { ":\($0)" } ?? ""): customer '\(name)' is in two groups, \(shown.joined(separator: " and ")); give each customer one"
            )
        }
    }
}
