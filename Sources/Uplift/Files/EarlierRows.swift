/// Finds a second row of a customer and wave. Without repeated customers it takes a bit a customer.
struct EarlierRows: ~Copyable {
    private var seen = GrowingColumn<UInt64>()
    /// The last row of each customer, and of each row the one before; plus one. Made when a customer comes again.
    private var last = GrowingColumn<UInt32>()
    private var previous = GrowingColumn<UInt32>()
    private var hasChains = false

    /// Whether the customer has had a row. The row is entered.
    ///
    /// - Parameter customers: of all rows, this one excepted.
    @inline(__always)
    mutating func enter(_ customer: Int, row: Int, _ customers: borrowing GrowingColumn<UInt32>) -> Bool {
        seen.extend(to: customer / 64 + 1, with: 0)
        let bit: UInt64 = 1 << UInt64(customer % 64)
        let isRepeated = seen[customer / 64] & bit != 0
        seen[customer / 64] |= bit
        guard isRepeated || hasChains else { return false }
        if !hasChains { makeChains(customers, rows: row) }
        chain(customer, row)
        return isRepeated
    }

    private mutating func makeChains(_ customers: borrowing GrowingColumn<UInt32>, rows: Int) {
        hasChains = true
        for row in 0..<rows { chain(Int(customers[row]), row) }
    }

    private mutating func chain(_ customer: Int, _ row: Int) {
        last.extend(to: customer + 1, with: 0)
        previous.extend(to: row + 1, with: 0)
        previous[row] = last[customer]
        last[customer] = UInt32(row + 1)
    }

    /// The row of the same customer before this one.
    func before(_ row: Int) -> Int? {
        let found = Int(previous[row])
        return found == 0 ? nil : found - 1
    }
}
