/// Steps in descending order of efficiency, of equal ones in the order in which they came: by customer, then by cost.
///
/// What does not fit in memory goes to a temporary file in sorted runs.
final class StepSorter {
    private let capacity: Int
    private var steps: [Step] = []
    private var order: [SortEntry] = []
    private var spill: SpillFile?
    private var runs: [Range<Int>] = []
    private var spilled = 0

    /// - Parameter bufferBytes: what is kept in memory.
    init(bufferBytes: Int) {
        capacity = max(16, bufferBytes / (MemoryLayout<Step>.stride + 2 * MemoryLayout<SortEntry>.stride))
    }

    func append(_ more: [Step]) throws(BudgetError) {
        steps.append(contentsOf: more)
        if steps.count > capacity { try writeRun() }
    }

    private func writeRun() throws(BudgetError) {
        let file: SpillFile
        if let spill { file = spill } else { file = try SpillFile() }
        spill = file
        let writer = SpillWriter(file)
        let start = spilled
        for entry in StepOrder.sorted(steps) {
            let result: Result<Void, BudgetError> = withUnsafeBytes(of: steps[Int(entry.index)]) { bytes in
                do throws(BudgetError) { return .success(try writer.append(bytes)) } catch { return .failure(error) }
            }
            try result.get()
            spilled += MemoryLayout<Step>.stride
        }
        try writer.flush()
        runs.append(start..<spilled)
        steps.removeAll(keepingCapacity: true)
    }

    /// Ends the collecting.
    func finish() throws(BudgetError) {
        guard spill != nil else {
            order = StepOrder.sorted(steps)
            return
        }
        if !steps.isEmpty { try writeRun() }
        steps = []
    }

    /// Goes through the steps from the most efficient on, until the body says that this is enough.
    func forEach(_ body: (Step) -> Bool) throws(BudgetError) {
        guard let spill else {
            steps.withUnsafeBufferPointer { steps in
                for entry in order where !body(steps[Int(entry.index)]) { return }
            }
            return
        }
        let buffer = max(MemoryLayout<Step>.stride, min(1 << 18, capacity * 32 / runs.count))
        let merge = StepMerge(runs.map { SpillReader(spill, range: $0, capacity: buffer) })
        while let step = try merge.next() {
            if !body(step) { return }
        }
    }
}

/// A step's key and its place.
struct SortEntry {
    var key: UInt64
    var index: UInt32
}

/// The order of steps in memory.
enum StepOrder {
    private static let digitBits = 11
    /// The lowest bit of a key that the radix sort looks at: sign, exponent and 21 bits of the fraction tell nearly all steps apart.
    private static let lowestBit = 31

    /// Time: linear, and a comparison sort of what agrees in its first 33 bits.
    static func sorted(_ steps: [Step]) -> [SortEntry] {
        var entries = [SortEntry](unsafeUninitializedCapacity: steps.count) { buffer, count in
            for index in steps.indices {
                (buffer.baseAddress.unsafelyUnwrapped + index).initialize(
                    to: SortEntry(key: steps[index].key, index: UInt32(index)))
            }
            count = steps.count
        }
        var other = entries
        for shift in stride(from: lowestBit, to: 64, by: digitBits) {
            entries.withUnsafeMutableBufferPointer { from in
                other.withUnsafeMutableBufferPointer { to in distribute(from, to, shift: shift) }
            }
            swap(&entries, &other)
        }
        other = []
        steps.withUnsafeBufferPointer { steps in
            entries.withUnsafeMutableBufferPointer { sortRuns($0, steps) }
        }
        return entries
    }

    private static func distribute(
        _ from: UnsafeMutableBufferPointer<SortEntry>, _ to: UnsafeMutableBufferPointer<SortEntry>, shift: Int
    ) {
        let buckets = 1 << digitBits
        let mask = UInt64(buckets - 1)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: buckets) { starts in
            starts.initialize(repeating: 0)
            for entry in from { starts[Int(entry.key >> UInt64(shift) & mask)] += 1 }
            var sum = 0
            for bucket in 0..<buckets { (starts[bucket], sum) = (sum, sum + starts[bucket]) }
            for entry in from {
                let bucket = Int(entry.key >> UInt64(shift) & mask)
                to[starts[bucket]] = entry
                starts[bucket] += 1
            }
        }
    }

    /// Sorts what agrees in the bits that have been looked at.
    private static func sortRuns(_ entries: UnsafeMutableBufferPointer<SortEntry>, _ steps: UnsafeBufferPointer<Step>) {
        var start = 0
        while start < entries.count {
            let bits = entries[start].key >> UInt64(lowestBit)
            var end = start + 1
            var isSorted = true
            while end < entries.count, entries[end].key >> UInt64(lowestBit) == bits {
                if isSorted, precedes(entries[end], entries[end - 1], steps) { isSorted = false }
                end += 1
            }
            if !isSorted { sort(UnsafeMutableBufferPointer(rebasing: entries[start..<end]), steps) }
            start = end
        }
    }

    @inline(__always)
    private static func precedes(_ left: SortEntry, _ right: SortEntry, _ steps: UnsafeBufferPointer<Step>) -> Bool {
        guard left.key == right.key else { return left.key < right.key }
        return Step.isBetter(steps[Int(left.index)], steps[Int(right.index)])
    }

    private static func sort(_ run: UnsafeMutableBufferPointer<SortEntry>, _ steps: UnsafeBufferPointer<Step>) {
        guard run.count <= 24 else {
            var run = run
            run.sort { left, right in
                if precedes(left, right, steps) { return true }
                return precedes(right, left, steps) ? false : left.index < right.index
            }
            return
        }
        for index in 1..<run.count {
            let entry = run[index]
            var place = index
            while place > 0, precedes(entry, run[place - 1], steps) {
                run[place] = run[place - 1]
                place -= 1
            }
            run[place] = entry
        }
    }
}

/// Sorted runs of steps read as one: of equal steps that of the first run comes first.
private final class StepMerge {
    private struct Head: RunHead {
        var step: Step
        var run: Int

        static func precedes(_ left: Head, _ right: Head) -> Bool {
            if Step.isBetter(left.step, right.step) { return true }
            if Step.isBetter(right.step, left.step) { return false }
            return left.run < right.run
        }
    }

    private let runs: [SpillReader]
    private var heap = RunHeap<Head>()
    private var hasBegun = false

    init(_ runs: [SpillReader]) { self.runs = runs }

    func next() throws(BudgetError) -> Step? {
        if !hasBegun {
            hasBegun = true
            for run in runs.indices {
                if let head = try head(of: run) { heap.insert(head) }
            }
        }
        guard let first = heap.first else { return nil }
        heap.replaceFirst(by: try head(of: first.run))
        return first.step
    }

    private func head(of run: Int) throws(BudgetError) -> Head? {
        guard let start = try runs[run].look(MemoryLayout<Step>.stride) else { return nil }
        let step = start.loadUnaligned(as: Step.self)
        runs[run].take(MemoryLayout<Step>.stride)
        return Head(step: step, run: run)
    }
}
