/// The best choice to the last unit of money, where customers and amounts are few.
///
/// Of all choices of the greatest value within the money, the one of the least cost; of these, in the byte order of customers, each
/// takes the most valuable option that such a choice allows. Time: customers · cells · options; memory: customers · cells · 4 bytes.
/// Kellerer, Pferschy and Pisinger 2004, "Knapsack Problems", section 11.5.
struct DynamicProgram {
    /// Customers · cells up to which it is done unasked.
    static let cheap: Int128 = 10_000_000

    /// An option of a customer beyond the base: cost in cells, gain in 10⁻⁹, and its place on the customer's front.
    struct Choice {
        var cost: UInt32
        var place: UInt32
        var gain: UInt64
    }

    /// Those of one customer are beside each other, ascending in cost and gain.
    private(set) var choices: [Choice] = []
    /// Where each customer's choices end; customers without choices are there too.
    private(set) var ends: [Int] = []
    /// The number of each customer.
    private(set) var customers: [UInt32] = []
    /// The money beyond the base, in cells.
    let cells: Int

    init(cells: Int) { self.cells = cells }

    /// The size of the table in bytes.
    static func bytes(customers: Int, cells: Int128) -> Int128 {
        Int128(customers) * (cells + 1) * 4 + (cells + 1) * 32
    }

    /// Adds a customer; those that follow must have greater numbers.
    mutating func add(_ customer: UInt32, _ choices: some Sequence<Choice>) {
        let before = self.choices.count
        self.choices.append(contentsOf: choices.lazy.filter { [cells] in Int($0.cost) <= cells })
        guard self.choices.count > before else { return }
        customers.append(customer)
        ends.append(self.choices.count)
    }

    struct Solution {
        var gain: Int128
        /// Cells.
        var cost: Int
        /// The place on the front of every customer that does not stay at the base.
        var places: [(customer: UInt32, place: UInt32)]
    }

    func solution() -> Solution {
        let width = cells + 1
        // best[w]: the greatest gain of the customers from some one on with w cells.
        var best = [Int128](repeating: 0, count: width)
        var next = best
        // The choice of a customer with w cells, from 1; 0: the base.
        var table = [UInt32](repeating: 0, count: customers.count * width)
        for customer in customers.indices.reversed() {
            let range = (customer == 0 ? 0 : ends[customer - 1])..<ends[customer]
            table.withUnsafeMutableBufferPointer { table in
                for cell in 0..<width {
                    var (greatest, chosen) = (best[cell], 0)
                    for index in range {
                        let choice = choices[index]
                        guard Int(choice.cost) <= cell else { break }
                        let gain = best[cell - Int(choice.cost)] + Int128(choice.gain)
                        // The last of equals is the most valuable.
                        if gain >= greatest { (greatest, chosen) = (gain, index - range.lowerBound + 1) }
                    }
                    next[cell] = greatest
                    table[customer * width + cell] = UInt32(chosen)
                }
            }
            swap(&best, &next)
        }
        // The least money with which the greatest gain is reached.
        let cost = best.firstIndex(of: best[cells]) ?? 0
        var rest = cost
        var places: [(customer: UInt32, place: UInt32)] = []
        for customer in customers.indices {
            let chosen = Int(table[customer * width + rest])
            guard chosen > 0 else { continue }
            let choice = choices[(customer == 0 ? 0 : ends[customer - 1]) + chosen - 1]
            places.append((customers[customer], choice.place))
            rest -= Int(choice.cost)
        }
        return Solution(gain: best[cells], cost: cost, places: places)
    }
}
