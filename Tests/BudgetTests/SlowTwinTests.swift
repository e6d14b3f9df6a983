import TestSupport
import Testing

@testable import Budget

/// The fast code beside the plain one, on thousands of small random worlds.
@Suite struct SlowTwinTests {
    private static let billion: Int128 = 1_000_000_000

    private static func expectEqual(_ spending: Spending, _ slow: SlowBudget.Outcome, _ place: String) {
        let total = spending.result.total
        #expect(spending.choice == slow.choice, "\(place)")
        #expect(total.value == Int128(slow.value) * billion && total.spent == Int128(slow.cost), "\(place)")
        #expect(total.contacted == slow.contacted, "\(place)")
    }

    @Test("One budget: choices, value, price and bound", arguments: 0..<8)
    func walk(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        for round in 0..<150 {
            let customers = SlowBudget.random(&generator, customers: Int.random(in: 1...12, using: &generator))
            let budget = Int.random(in: 0...120, using: &generator)
            let mustAssign = Int.random(in: 0..<3, using: &generator) == 0
            let text = Spending.csv(customers)
            let place = "seed \(seed), round \(round)"
            guard let slow = SlowBudget.walk(customers, budget: budget, mustAssign: mustAssign) else {
                #expect(throws: BudgetError.self, "\(place)") {
                    try Spending(text, budget: Int64(budget)) { $0.mustAssign = mustAssign }
                }
                continue
            }
            let fast = try Spending(text, budget: Int64(budget)) { $0.mustAssign = mustAssign }
            Self.expectEqual(fast, slow, place)
            let total = fast.result.total
            #expect(
                total.breakStep.map { [Int128($0.gain), Int128($0.cost)] }
                    == slow.breakStep.map { [Int128($0[0]) * Self.billion, Int128($0[1])] })
            // |bound − exact| under 10⁻⁹, in whole numbers.
            let bound = try #require(total.boundValue)
            let guarantee = try #require(total.guarantee)
            let difference = bound * Int128(slow.bound[1]) - Int128(slow.bound[0]) * Self.billion
            #expect(difference.magnitude <= UInt128(slow.bound[1]), "\(place)")
            #expect(total.value <= bound && bound - total.value <= guarantee, "\(place)")
        }
    }

    @Test(
        "Dynamic programming: the best of all choices, and of equals the one that the words ask for", arguments: 0..<6)
    func exact(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(100 + seed))
        for round in 0..<100 {
            let customers = SlowBudget.random(&generator, customers: Int.random(in: 1...5, using: &generator))
            let budget = Int.random(in: 0...40, using: &generator)
            guard let slow = SlowBudget.best(customers, budget: budget),
                let walk = SlowBudget.walk(customers, budget: budget)
            else { continue }
            let fast = try Spending(Spending.csv(customers), budget: Int64(budget)) { $0.method = .automatic }
            Self.expectEqual(fast, slow.value > walk.value ? slow : walk, "seed \(seed), round \(round)")
            #expect((fast.result.total.method == .dynamicProgramming) == (slow.value > walk.value))
        }
    }

    @Test("Groups with budgets of their own are problems of their own", arguments: 0..<4)
    func groups(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(200 + seed))
        for round in 0..<80 {
            let customers = SlowBudget.random(
                &generator, customers: Int.random(in: 2...12, using: &generator), groups: 3)
            let names = Set(customers.map(\.group)).sorted()
            let budgets = names.map { _ in Int.random(in: 0...50, using: &generator) }
            let text = "budget,group\n" + zip(names, budgets).map { "\($1),\($0)\n" }.joined()
            for method in [BudgetSettings.Method.greedy, .exact] {
                let slow = zip(names, budgets).map { name, budget in
                    let own = customers.filter { $0.group == name }
                    let walk = SlowBudget.walk(own, budget: budget)
                    guard method == .exact, own.count <= 6, let best = SlowBudget.best(own, budget: budget) else {
                        return walk
                    }
                    return best.value > walk?.value ?? 0 ? best : walk
                }
                if method == .exact, names.contains(where: { name in customers.count { $0.group == name } > 6 }) {
                    continue
                }
                guard slow.allSatisfy({ $0 != nil }) else {
                    #expect(throws: BudgetError.self) {
                        try Spending(Spending.csv(customers), budget: nil, groups: text)
                    }
                    continue
                }
                let fast = try Spending(Spending.csv(customers), budget: nil, groups: text) { $0.method = method }
                for (part, outcome) in zip(fast.result.groups, slow.compactMap(\.self)) {
                    #expect(part.value == Int128(outcome.value) * Self.billion, "seed \(seed), round \(round)")
                    #expect(part.spent == Int128(outcome.cost) && part.contacted == outcome.contacted)
                }
                #expect(fast.result.total.value == fast.result.groups.reduce(0) { $0 + $1.value })
            }
        }
    }

    @Test("A cap over groups: one walk under both limits", arguments: 0..<4)
    func cap(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(300 + seed))
        for round in 0..<100 {
            let customers = SlowBudget.random(
                &generator, customers: Int.random(in: 2...12, using: &generator), groups: 3)
            let names = Set(customers.map(\.group)).sorted()
            let budgets = names.map { _ in Int.random(in: 0...50, using: &generator) }
            let cap = Int.random(in: 0...90, using: &generator)
            let text = "group,budget\n" + zip(names, budgets).map { "\($0),\($1)\n" }.joined()
            let place = "seed \(seed), round \(round)"
            guard
                let slow = SlowBudget.capped(
                    customers, budgets: Dictionary(uniqueKeysWithValues: zip(names, budgets)), cap: cap)
            else {
                #expect(throws: BudgetError.self) {
                    try Spending(Spending.csv(customers), budget: Int64(cap), groups: text)
                }
                continue
            }
            let fast = try Spending(Spending.csv(customers), budget: Int64(cap), groups: text)
            Self.expectEqual(fast, slow.outcome, place)
            let total = fast.result.total
            let bound = try #require(total.boundValue)
            let guarantee = try #require(total.guarantee)
            #expect(abs(Value.number(bound) - slow.bound) < 1e-6, "\(place)")
            #expect(total.value <= bound && bound - total.value <= guarantee, "\(place)")
        }
    }

    @Test("The curve's points are walks up to the first step that does not fit")
    func curve() throws {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<60 {
            let customers = SlowBudget.random(&generator, customers: Int.random(in: 1...12, using: &generator))
            let hulls = customers.sorted { SlowBudget.before($0.name, $1.name) }
                .map { SlowBudget.hull(SlowBudget.front($0, mustAssign: false)) }
            let steps = SlowBudget.steps(hulls)
            let base = hulls.reduce(0) { $0 + $1[0].cost }
            let range = steps.reduce(0) { $0 + $1.cost }
            let fast = try Spending(Spending.csv(customers), budget: 1000) { $0.curvePoints = 7 }
            let points = fast.result.curves[0].points
            #expect(points.count == 7)
            for (index, point) in points.enumerated() {
                let budget = base + range * index / 6
                var (cost, value) = (base, hulls.reduce(0) { $0 + $1[0].value })
                var missed: SlowBudget.Step?
                for step in steps {
                    if cost + step.cost > budget {
                        missed = step
                        break
                    }
                    cost += step.cost
                    value += step.gain
                }
                #expect(point.budget == Int128(budget) && point.value == Int128(value) * Self.billion)
                #expect(point.breakStep.map { Int128($0.cost) } == missed.map { Int128($0.cost) })
            }
            #expect(points.last?.breakStep == nil)
        }
    }
}
