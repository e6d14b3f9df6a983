import TestSupport

/// The specification word by word, in the plainest way: the twin that the fast code is compared with.
struct SlowBudget {
    struct Option: Equatable {
        var name: String
        var value: Int
        var cost: Int
    }

    struct Customer {
        var name: String
        var group: String
        var options: [Option]
    }

    struct Outcome: Equatable {
        /// The option of each customer in byte order.
        var choice: [String] = []
        var value = 0
        var cost = 0
        /// gain and cost of the first step that did not fit.
        var breakStep: [Int]?
        /// The bound's numerator over the denominator.
        var bound: [Int] = [0, 1]
        var contacted = 0
    }

    struct Step {
        var customer: Int
        var gain: Int
        var cost: Int
        var index: Int
    }

    static func before(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

    /// Sorted by cost, value descending and name; what is not above all before it left out.
    static func front(_ customer: Customer, mustAssign: Bool) -> [Option] {
        var options = customer.options
        if !mustAssign, !options.contains(where: { $0.name == "none" }) {
            options.append(Option(name: "none", value: 0, cost: 0))
        }
        options.sort {
            $0.cost != $1.cost
                ? $0.cost < $1.cost : $0.value != $1.value ? $0.value > $1.value : before($0.name, $1.name)
        }
        var front: [Option] = []
        for option in options where front.allSatisfy({ $0.value < option.value }) { front.append(option) }
        return front
    }

    /// Those of the front that no line between two others passes above.
    static func hull(_ front: [Option]) -> [Option] {
        front.indices.filter { middle in
            !front.indices.contains { left in
                front.indices.contains { right in
                    guard left < middle, middle < right else { return false }
                    let (a, b, c) = (front[left], front[middle], front[right])
                    return (b.value - a.value) * (c.cost - a.cost) < (c.value - a.value) * (b.cost - a.cost)
                }
            }
        }.map { front[$0] }
    }

    static func steps(_ hulls: [[Option]]) -> [Step] {
        var steps: [Step] = []
        for (customer, hull) in hulls.enumerated() {
            for index in hull.indices.dropFirst() {
                steps.append(
                    Step(
                        customer: customer, gain: hull[index].value - hull[index - 1].value,
                        cost: hull[index].cost - hull[index - 1].cost, index: index))
            }
        }
        return steps.sorted { left, right in
            let (a, b) = (left.gain * right.cost, right.gain * left.cost)
            if a != b { return a > b }
            return left.customer != right.customer ? left.customer < right.customer : left.index < right.index
        }
    }

    /// The walk within one budget; nil when even the bases cost more.
    static func walk(_ customers: [Customer], budget: Int, mustAssign: Bool = false) -> Outcome? {
        let hulls = customers.sorted { before($0.name, $1.name) }.map { hull(front($0, mustAssign: mustAssign)) }
        var rest = budget - hulls.reduce(0) { $0 + $1[0].cost }
        guard rest >= 0 else { return nil }
        var level = hulls.map { _ in 0 }
        var blocked = Set<Int>()
        var outcome = Outcome()
        var value = hulls.reduce(0) { $0 + $1[0].value }
        for step in steps(hulls) {
            if step.cost > rest, outcome.breakStep == nil {
                outcome.breakStep = [step.gain, step.cost]
                outcome.bound = [value * step.cost + step.gain * rest, step.cost]
            }
            if blocked.contains(step.customer) { continue }
            if step.cost > rest {
                blocked.insert(step.customer)
                continue
            }
            rest -= step.cost
            value += step.gain
            level[step.customer] = step.index
        }
        if outcome.breakStep == nil { outcome.bound = [value, 1] }
        outcome.value = value
        outcome.cost = budget - rest
        outcome.choice = zip(hulls, level).map { $0[$1].name }
        outcome.contacted = outcome.choice.count { $0 != "none" }
        return outcome
    }

    /// All choices tried: the greatest value, then the least cost, then in byte order the most valuable options.
    static func best(_ customers: [Customer], budget: Int, mustAssign: Bool = false) -> Outcome? {
        let fronts = customers.sorted { before($0.name, $1.name) }.map { front($0, mustAssign: mustAssign) }
        var best: (value: Int, cost: Int, values: [Int], names: [String])?
        func go(_ index: Int, _ value: Int, _ cost: Int, _ values: [Int], _ names: [String]) {
            guard cost <= budget else { return }
            guard index < fronts.count else {
                guard let old = best else {
                    best = (value, cost, values, names)
                    return
                }
                if value > old.value || (value == old.value && cost < old.cost)
                    || (value == old.value && cost == old.cost && old.values.lexicographicallyPrecedes(values))
                {
                    best = (value, cost, values, names)
                }
                return
            }
            for option in fronts[index] {
                go(index + 1, value + option.value, cost + option.cost, values + [option.value], names + [option.name])
            }
        }
        go(0, 0, 0, [], [])
        return best.map {
            Outcome(choice: $0.names, value: $0.value, cost: $0.cost, contacted: $0.names.count { $0 != "none" })
        }
    }

    /// The walk of groups under a cap; the bound as the same walk with fractions, in doubles.
    static func capped(_ customers: [Customer], budgets: [String: Int], cap: Int) -> (outcome: Outcome, bound: Double)?
    {
        let sorted = customers.sorted { before($0.name, $1.name) }
        let hulls = sorted.map { hull(front($0, mustAssign: false)) }
        var rest = budgets
        var all = cap
        for (customer, hull) in zip(sorted, hulls) {
            rest[customer.group, default: 0] -= hull[0].cost
            all -= hull[0].cost
        }
        guard all >= 0, rest.values.allSatisfy({ $0 >= 0 }) else { return nil }
        var fraction = rest.mapValues { Double($0) }
        var fractionAll = Double(all)
        var bound = Double(hulls.reduce(0) { $0 + $1[0].value })
        var level = hulls.map { _ in 0 }
        var blocked = Set<Int>()
        for step in steps(hulls) {
            let group = sorted[step.customer].group
            let room = max(0, min(Double(step.cost), fraction[group] ?? 0, fractionAll))
            bound += Double(step.gain) * room / Double(step.cost)
            fraction[group, default: 0] -= room
            fractionAll -= room
            if blocked.contains(step.customer) { continue }
            if step.cost > rest[group] ?? 0 || step.cost > all {
                blocked.insert(step.customer)
                continue
            }
            rest[group, default: 0] -= step.cost
            all -= step.cost
            level[step.customer] = step.index
        }
        var outcome = Outcome()
        outcome.choice = zip(hulls, level).map { $0[$1].name }
        outcome.value = zip(hulls, level).reduce(0) { $0 + $1.0[$1.1].value }
        outcome.cost = zip(hulls, level).reduce(0) { $0 + $1.0[$1.1].cost }
        outcome.contacted = outcome.choice.count { $0 != "none" }
        return (outcome, bound)
    }

    /// A random small world, with ties, options for nothing, negative values and options twice as good as others.
    static func random(_ generator: inout SplitMix64, customers: Int, groups: Int = 1) -> [Customer] {
        let kind = Int.random(in: 0..<4, using: &generator)
        return (0..<customers).map { number in
            let count = Int.random(in: 1...5, using: &generator)
            var options = (0..<count).map { option in
                let cost = Int.random(in: 0...(kind == 0 ? 3 : 20), using: &generator)
                let value =
                    switch kind {
                    case 0: cost * 2 + Int.random(in: -1...0, using: &generator)
                    case 1: Int.random(in: -20...60, using: &generator)
                    case 2: cost * Int.random(in: 1...3, using: &generator)
                    default: Int.random(in: 0...90, using: &generator)
                    }
                return Option(name: "o\(option)", value: value, cost: cost)
            }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                options[0].name = "none"
            }
            options.shuffle(using: &generator)
            // Names whose byte order is not that of their numbers, some with a common start longer than eight bytes.
            let name = number % 3 == 0 ? "customer-\(number)" : "k\(number)"
            return Customer(name: name, group: "g\(Int.random(in: 0..<groups, using: &generator))", options: options)
        }
    }
}
