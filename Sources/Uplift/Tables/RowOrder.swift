import Dispatch

/// The rows of a message and of control in the order of their scores: descending, ties by customer in byte order, then as they
/// stand in the files.
///
///     rows ──► buckets of scores (bounds from a sample) ──► each sorted by itself, several at a time
///
/// Takes four bytes a row, and for each worker a bucket's worth more. Bounds depend on nothing but the rows.
struct RowOrder {
    private struct Item {
        var score: Double
        var row: UInt32
        var customer: UInt32
    }

    private static let bucketRows = 1 << 12

    let rows: GrowingColumnBox<UInt32>

    /// - Parameters:
    ///   - chosen: the rows, ascending.
    ///   - score: of a row's customer.
    init(
        _ chosen: borrowing GrowingColumn<UInt32>, _ outcomes: Outcomes, _ list: CustomerList, workers: Int,
        score: @escaping @Sendable (Int) -> Double
    ) {
        let count = chosen.count
        let bounds = RowOrder.bounds(chosen, outcomes, score: score)
        // How many rows each bucket has, then where it begins.
        var starts = [Int](repeating: 0, count: bounds.count + 2)
        for index in 0..<count {
            starts[RowOrder.bucket(score(Int(outcomes.customer[Int(chosen[index])])), bounds) + 1] += 1
        }
        for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
        let result = GrowingColumnBox<UInt32>()
        result.column.extend(to: count, with: 0)
        var next = starts
        for index in 0..<count {
            let row = chosen[index]
            let bucket = RowOrder.bucket(score(Int(outcomes.customer[Int(row)])), bounds)
            result.column[next[bucket]] = row
            next[bucket] += 1
        }
        rows = result
        let shared = Shared(outcomes: outcomes, list: list, rows: result)
        let finalStarts = starts
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            var items: [Item] = []
            for bucket in stride(from: worker, to: finalStarts.count - 1, by: workers) {
                shared.sort(finalStarts[bucket]..<finalStarts[bucket + 1], &items, score: score)
            }
        }
    }

    /// What the workers share; each changes the rows of its own buckets.
    private struct Shared: @unchecked Sendable {
        let outcomes: Outcomes
        let list: CustomerList
        let rows: GrowingColumnBox<UInt32>

        func sort(_ range: Range<Int>, _ items: inout [Item], score: @Sendable (Int) -> Double) {
            guard range.count > 1 else { return }
            items.removeAll(keepingCapacity: true)
            for index in range {
                let row = rows.column[index]
                let customer = outcomes.customer[Int(row)]
                items.append(Item(score: score(Int(customer)), row: row, customer: customer))
            }
            items.sort { left, right in
                if left.score != right.score { return left.score > right.score }
                if left.customer != right.customer {
                    return list.names.isBefore(Int(left.customer), Int(right.customer))
                }
                return left.row < right.row
            }
            for (offset, item) in items.enumerated() { rows.column[range.lowerBound + offset] = item.row }
        }
    }

    /// Descending scores that cut the rows into buckets of about the same size.
    private static func bounds(
        _ chosen: borrowing GrowingColumn<UInt32>, _ outcomes: Outcomes, score: (Int) -> Double
    ) -> [Double] {
        let buckets = chosen.count / bucketRows
        guard buckets > 1 else { return [] }
        // Eight of a sample to a bucket; rows at even distances, of which scores cannot know.
        let size = buckets * 8
        var sample: [Double] = []
        for number in 0..<size {
            sample.append(score(Int(outcomes.customer[Int(chosen[number * chosen.count / size])])))
        }
        sample.sort(by: >)
        var bounds: [Double] = []
        for bucket in 1..<buckets where bounds.last != sample[bucket * 8] { bounds.append(sample[bucket * 8]) }
        return bounds
    }

    /// The number of bounds that are greater than a score, or equal to it: equal scores share a bucket.
    @inline(__always)
    private static func bucket(_ score: Double, _ bounds: [Double]) -> Int {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] >= score { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A long column that several hold.
package final class GrowingColumnBox<Element: BitwiseCopyable>: @unchecked Sendable {
    package var column = GrowingColumn<Element>()

    package init() {}
}
