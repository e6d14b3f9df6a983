/// A set of integers held as sorted ranges that neither overlap nor touch.
struct RangeSet<Bound: FixedWidthInteger & Sendable>: Sendable {
    private var ranges: [ClosedRange<Bound>] = []

    /// The number of ranges left after merging.
    var count: Int { ranges.count }

    /// Adds ranges in any order. O(n log n) in all of them.
    mutating func add(_ more: [ClosedRange<Bound>]) {
        guard !more.isEmpty else { return }
        var merged: [ClosedRange<Bound>] = []
        for range in (ranges + more).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            // The successor of the greatest bound does not exist, and nothing can lie above it.
            if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    /// Whether a range holds the value. O(log n).
    func contains(_ value: Bound) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = low + (high - low) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= value
    }
}
