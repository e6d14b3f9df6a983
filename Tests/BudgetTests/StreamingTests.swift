import TestExpectations
import TestSupport
import Testing

@testable import Budget

/// What does not fit in memory gives the same bytes.
@Suite struct StreamingTests {
    /// Some thousand options, scattered: a customer's lines stand far from each other.
    private static func scattered(seed: UInt64, groups: Int) -> String {
        var generator = SplitMix64(seed: seed)
        var lines = SlowBudget.random(&generator, customers: 1200, groups: groups).flatMap { customer in
            customer.options.map { "\(customer.name),\($0.name),\($0.value),\($0.cost),\(customer.group)\n" }
        }
        lines.shuffle(using: &generator)
        return "customer,option,value,cost,group\n" + lines.joined()
    }

    @Test("In any memory, with any number of workers", .slow, arguments: [1, 2, 3])
    func sameBytes(workers: Int) throws {
        for groups in [nil, "group,budget\ng0,2000\ng1,1500\ng2,1000\n"] {
            let text = Self.scattered(seed: 5, groups: 3)
            let whole = try Spending(text, budget: 3500, groups: groups)
            for memory in [0, BudgetSettings.program + 20_000, BudgetSettings.program + 200_000] {
                let part = try Spending(text, budget: 3500, groups: groups, memory: memory) { $0.workers = workers }
                #expect(part.decisions == whole.decisions)
                #expect(part.curve == whole.curve && part.json == whole.json)
            }
        }
    }

    @Test("A customer's scattered lines are one customer's")
    func scatteredIsSorted() throws {
        var generator = SplitMix64(seed: 11)
        let customers = SlowBudget.random(&generator, customers: 40)
        var lines = Spending.csv(customers).split(separator: "\n").dropFirst().map { $0 + "\n" }
        let sorted = try Spending(Spending.csv(customers), budget: 300)
        lines.shuffle(using: &generator)
        let shuffled = try Spending("customer,option,value,cost,group\n" + lines.joined(), budget: 300)
        #expect(shuffled.decisions == sorted.decisions && shuffled.json == sorted.json)
        let slow = try #require(SlowBudget.walk(customers, budget: 300))
        #expect(shuffled.choice == slow.choice)
    }

    @Test("Steps of any size come in the order of their exact quotients")
    func exactOrder() throws {
        var generator = SplitMix64(seed: 3)
        func number() -> UInt64 {
            let bits = Int.random(in: 1...63, using: &generator)
            return max(1, UInt64.random(in: 0..<(1 << UInt64(bits)), using: &generator))
        }
        var steps: [Step] = []
        for customer in 0..<3000 {
            var (gain, cost) = (number(), number())
            // Neighbours that a double does not tell apart.
            if customer % 3 == 1, let last = steps.last {
                (gain, cost) = (last.gain, UInt64(last.cost))
                if cost > 1, customer % 2 == 0 { cost -= 1 } else { gain += 1 }
            }
            steps.append(
                Step(gain: gain, cost: Int64(min(cost, 1 << 62)), customer: UInt32(customer), group: 0, contacts: 0))
        }
        func isBetter(_ left: Step, _ right: Step) -> Bool {
            let (a, b) = (UInt128(left.gain) * UInt128(right.cost), UInt128(right.gain) * UInt128(left.cost))
            return a != b ? a > b : left.customer < right.customer
        }
        let expected = steps.sorted(by: isBetter).map(\.customer)
        #expect(StepOrder.sorted(steps).map { steps[Int($0.index)].customer } == expected)
        let sorter = StepSorter(bufferBytes: 0)
        for start in stride(from: 0, to: steps.count, by: 7) {
            try sorter.append(Array(steps[start..<min(start + 7, steps.count)]))
        }
        try sorter.finish()
        var merged: [UInt32] = []
        try sorter.forEach { step in
            merged.append(step.customer)
            return true
        }
        #expect(merged == expected)
    }
}
