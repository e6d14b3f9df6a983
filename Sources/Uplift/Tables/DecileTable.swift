/// Uplift by parts of the customers in the order of their scores: `deciles.csv`.
package struct DecileTable: Sendable {
    package struct Bin: Sendable {
        /// `0-10`, or `total`
        package var percentile: String
        package var rates: RateDifference
        package var meanScore: Double?
    }

    package let message: String
    /// From the highest scores down.
    package let bins: [Bin]
    package let total: Bin

    /// Where the bins of n rows end: as `numpy.array_split`, the first n mod bins have one row more.
    package static func ends(_ count: Int, bins: Int) -> [Int] {
        var ends: [Int] = []
        var end = 0
        for bin in 0..<bins {
            end += count / bins + (bin < count % bins ? 1 : 0)
            ends.append(end)
        }
        return ends
    }

    /// The rows must know the mean scores of these bins.
    package init(_ rows: MessageRows, bins count: Int) {
        message = rows.message
        var bins: [Bin] = []
        var start = 0
        for (number, end) in DecileTable.ends(rows.count, bins: count).enumerated() {
            let name = "\(DecileTable.percent(number, count))-\(DecileTable.percent(number + 1, count))"
            bins.append(
                Bin(
                    percentile: name, rates: RateDifference(rows, start..<end),
                    meanScore: rows.meanScore(start..<end)))
            start = end
        }
        self.bins = bins
        total = Bin(
            percentile: "total", rates: RateDifference(rows, 0..<rows.count), meanScore: rows.meanScore(0..<rows.count))
    }

    /// 100·k/bins to the nearest whole number, halves to even as numpy has it.
    private static func percent(_ part: Int, _ bins: Int) -> Int {
        Int((100 * Double(part) / Double(bins)).rounded(.toNearestOrEven))
    }
}
