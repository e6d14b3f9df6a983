/// A step of a customer from one option of the hull to the next.
struct Step {
    /// Ascending where efficiency descends: equal only for efficiencies that are equal, or closer than a double can tell.
    var key: UInt64
    /// In 10⁻⁹, positive.
    var gain: UInt64
    /// In units, positive.
    var cost: Int64
    /// The customer's number in byte order.
    var customer: UInt32
    /// The number of the group, and how many more customers have an option other than `none` after the step, −1 to 1.
    private var tag: UInt32

    @inline(__always)
    init(gain: UInt64, cost: Int64, customer: UInt32, group: UInt32, contacts: Int) {
        key = Step.key(gain, UInt64(cost))
        self.gain = gain
        self.cost = cost
        self.customer = customer
        tag = group << 2 | UInt32(contacts + 1)
    }

    @inline(__always) var group: Int { Int(tag >> 2) }
    @inline(__always) var contacts: Int { Int(tag & 3) - 1 }

    var efficiency: Efficiency { Efficiency(gain: gain, cost: cost) }

    /// The bits of gain / cost rounded to the nearest double, inverted. Rounding once keeps the order of the exact quotients.
    @inline(__always)
    private static func key(_ gain: UInt64, _ cost: UInt64) -> UInt64 {
        let exact: UInt64 = 1 << 53
        if gain <= exact, cost <= exact { return ~(Double(gain) / Double(cost)).bitPattern }
        return ~rounded(gain, cost).bitPattern
    }

    /// gain / cost to the nearest double, whatever their size.
    @inline(never)
    private static func rounded(_ gain: UInt64, _ cost: UInt64) -> Double {
        // A quotient of at least 63 bits; what is below them only matters as being there or not.
        let shift = 63
        let (quotient, remainder) = (UInt128(gain) << UInt128(shift)).quotientAndRemainder(dividingBy: UInt128(cost))
        let lost = quotient < 1 << 60
        guard lost else { return Double(quotient | (remainder == 0 ? 0 : 1)) * 0x1p-63 }
        // The cost is much greater than the gain: the quotient again with all the bits there is room for.
        let more = gain.leadingZeroBitCount + 64 - 1
        let (fine, rest) = (UInt128(gain) << UInt128(more)).quotientAndRemainder(dividingBy: UInt128(cost))
        return Double(fine | (rest == 0 ? 0 : 1)) * Double(sign: .plus, exponent: -more, significand: 1)
    }

    /// Whether the first brings more for money, exactly.
    @inline(__always)
    static func isBetter(_ left: Step, _ right: Step) -> Bool {
        guard left.key == right.key else { return left.key < right.key }
        let (a, b) = (
            left.gain.multipliedFullWidth(by: UInt64(right.cost)), right.gain.multipliedFullWidth(by: UInt64(left.cost))
        )
        return a.high != b.high ? a.high > b.high : a.low > b.low
    }
}
