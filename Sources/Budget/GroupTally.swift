/// What is known of a group, or of all customers, before any money is spent.
struct GroupTally {
    var customers = 0
    /// What the base costs, in units, and brings, in 10⁻⁹.
    var baseCost: Int128 = 0
    var baseValue: Int128 = 0
    /// Customers whose base is an option other than `none`.
    var baseContacts = 0
    var steps = 0
    /// What all steps cost.
    var stepCost: Int128 = 0
    var leastStep: Int64?
    /// What the dearest options worth having cost beyond the base, together.
    var dearest: Int128 = 0
    /// The greatest common divisor of what options worth having cost beyond the base; 0 when there is none.
    var divisor: UInt64 = 0

    mutating func add(_ customer: CustomerOptions, nothing: UInt32) {
        customers += 1
        let base = customer.front(0)
        baseCost += Int128(base.cost)
        baseValue += Int128(base.value)
        if base.option != nothing { baseContacts += 1 }
        dearest += Int128(customer.front(customer.frontCount - 1).cost - base.cost)
        for index in 1..<max(1, customer.frontCount) where divisor != 1 {
            divisor = GroupTally.commonDivisor(divisor, UInt64(customer.front(index).cost - base.cost))
        }
    }

    mutating func add(_ step: Step) {
        steps += 1
        stepCost += Int128(step.cost)
        leastStep = min(leastStep ?? step.cost, step.cost)
    }

    mutating func add(_ other: GroupTally) {
        customers += other.customers
        baseCost += other.baseCost
        baseValue += other.baseValue
        baseContacts += other.baseContacts
        steps += other.steps
        stepCost += other.stepCost
        leastStep = [leastStep, other.leastStep].compactMap(\.self).min()
        dearest += other.dearest
        divisor = GroupTally.commonDivisor(divisor, other.divisor)
    }

    private static func commonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var (a, b) = (left, right)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
