import Dispatch

/// The rows of a message and of control in the order of their scores: descending, ties by customer in byte order, then as they
/// stand in the files.
///
///     rows ──► buckets of scores (bounds from a sample) ──► each sorted by itself, several at a time
///
/// Takes six bytes a row, and for each worker a bucket's worth more. Bounds change how long it takes, and nothing else.
struct RowOrder {
    private struct Item {
        var score: Double
        var row: UInt32
        var customer: UInt32
    }

    private static let bucketRows = 1 << 12
    /// More would not fit the numbers of buckets; of more rows each has more.
    private static let mostBuckets = 1 << 14
    private static let leftOut = UInt16.max

    let rows: GrowingColumnBox<UInt32>

    init(_ source: ScoredRows, _ list: CustomerList, workers: Int) {
        let bounds = RowOrder.bounds(source)
        let buckets = GrowingColumnBox<UInt16>()
        buckets.column.extend(to: source.count, with: RowOrder.leftOut)
        let places = RowPlaces(start: buckets.column.base)
        WorkerShares.forEach(0..<source.count, workers: workers) { share in
            source.forEachScore(share) { row, score in places.start[row] = RowOrder.bucket(score, bounds) }
        }
        // How many rows each bucket has, then where it begins.
        var starts = [Int](repeating: 0, count: bounds.count + 2)
        for row in 0..<source.count {
            let bucket = places.start[row]
            if bucket != RowOrder.leftOut { starts[Int(bucket) + 1] += 1 }
        }
        for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
        let result = GrowingColumnBox<UInt32>()
        result.column.extend(to: starts[starts.count - 1], with: 0)
        let sorted = result.column.base
        var next = starts
        for row in 0..<source.count {
            let bucket = places.start[row]
            guard bucket != RowOrder.leftOut else { continue }
            sorted[next[Int(bucket)]] = UInt32(row)
            next[Int(bucket)] += 1
        }
        rows = result
        let shared = Shared(source: source, list: list, rows: result)
        let finalStarts = starts
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            var items: [Item] = []
            for bucket in stride(from: worker, to: finalStarts.count - 1, by: workers) {
                shared.sort(finalStarts[bucket]..<finalStarts[bucket + 1], &items)
            }
        }
    }

    /// The buckets of all rows; each worker writes those of its own.
    private struct RowPlaces: @unchecked Sendable {
        let start: UnsafeMutablePointer<UInt16>
    }

    /// What the workers share; each changes the rows of its own buckets.
    private struct Shared: @unchecked Sendable {
        let source: ScoredRows
        let list: CustomerList
        let rows: GrowingColumnBox<UInt32>

        func sort(_ range: Range<Int>, _ items: inout [Item]) {
            guard range.count > 1 else { return }
            items.removeAll(keepingCapacity: true)
            let rows = rows.column.base
            for index in range {
                if index + 16 < range.upperBound { source.prefetch(Int(rows[index + 16])) }
                if index + 8 < range.upperBound { source.prefetchScore(Int(rows[index + 8])) }
                let row = rows[index]
                let customer = source.customers[Int(row)]
                items.append(Item(score: source.score(Int(row)) ?? 0, row: row, customer: customer))
            }
            items.sort { left, right in
                if left.score != right.score { return left.score > right.score }
                if left.customer != right.customer {
                    return list.names.isBefore(Int(left.customer), Int(right.customer))
                }
                return left.row < right.row
            }
            for (offset, item) in items.enumerated() { rows[range.lowerBound + offset] = item.row }
        }
    }

    /// Descending scores that cut the rows into buckets of about the same size.
    private static func bounds(_ source: ScoredRows) -> [Double] {
        let count = source.count
        let buckets = min(count / bucketRows, mostBuckets)
        guard buckets > 1 else { return [] }
        // Eight of a sample to a bucket; rows at even distances, of which scores cannot know.
        let size = buckets * 8
        var sample: [Double] = []
        for number in 0..<size {
            if let value = source.score(number * count / size) { sample.append(value) }
        }
        sample.sort(by: >)
        var bounds: [Double] = []
        for place in stride(from: 8, to: sample.count, by: 8) where bounds.last != sample[place] {
            bounds.append(sample[place])
        }
        return bounds
    }

    /// The number of bounds that are greater than a score, or equal to it: equal scores share a bucket.
    @inline(__always)
    private static func bucket(_ score: Double, _ bounds: [Double]) -> UInt16 {
        bounds.withUnsafeBufferPointer { bounds in
            var (low, count) = (0, bounds.count)
            // Halves without a branch, which chance would have the processor guess wrong.
            while count > 0 {
                let half = (count + 1) / 2
                low += bounds[low + half - 1] >= score ? half : 0
                count -= half
            }
            return UInt16(low)
        }
    }
}

/// A long column that several hold.
package final class GrowingColumnBox<Element: BitwiseCopyable>: @unchecked Sendable {
    package var column = GrowingColumn<Element>()

    package init() {}
}
