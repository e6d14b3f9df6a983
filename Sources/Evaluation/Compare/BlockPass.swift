import Dispatch
import EventLog
import Synchronization

/// What a worker makes of one block.
protocol BlockWork: AnyObject, Sendable {
    /// Lines of the block.
    var lines: Int { get }
    /// Forgets the block before, and reads this one.
    func read(_ block: ComparisonRecordBlock) throws(RecordFault)
}

/// One reading of the experiment by several workers, to a result that does not depend on them.
///
/// Blocks are cut by the bytes of the file alone, eight make a round, each gives sums of its own, and these are added up in the
/// order of the file: the same additions in the same order, whoever did them.
///
///     round:   block 0  block 1  …  block 7        read by one
///                 ↓        ↓           ↓           any worker
///              sums 0 + sums 1 + … + sums 7        added in this order
enum BlockPass {
    private static let round = 8

    /// - Parameters:
    ///   - perRound: blocks of a round; 1 makes the order of marks that of the file.
    ///   - merge: adds up what a block gave; called in the order of the file.
    static func run<Work: BlockWork>(
        _ stream: ComparisonRecordStream, workers: Int, perRound: Int = BlockPass.round, make: () -> Work,
        merge: (Work) -> Void
    ) throws(ComparisonError) -> Failure? {
        let works = (0..<perRound).map { _ in make() }
        var blocks = (0..<perRound).map { _ in ComparisonRecordBlock(capacity: 1) }
        var line = stream.headerLines
        while true {
            var count = 0
            while count < perRound, try stream.next(&blocks[count]) { count += 1 }
            guard count > 0 else { return nil }
            let faults = run(works, blocks, count: count, workers: min(workers, count))
            // A second row is reported wherever it was met: which row was second is not known yet.
            if perRound > 1, let second = faults.compactMap(\.self).first(where: \.isSecondRow) {
                return Failure(line: line, fault: second)
            }
            for number in 0..<count {
                if let fault = faults[number] { return Failure(line: line + fault.line + 1, fault: fault) }
                merge(works[number])
                line += works[number].lines
            }
        }
    }

    struct Failure {
        /// The line of the file.
        var line: Int
        var fault: RecordFault
    }

    private static func run(
        _ works: [some BlockWork], _ blocks: [ComparisonRecordBlock], count: Int, workers: Int
    ) -> [RecordFault?] {
        let next = Atomic(0)
        let faults = Mutex<[RecordFault?]>(Array(repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                do throws(RecordFault) {
                    try works[number].read(blocks[number])
                } catch {
                    faults.withLock { $0[number] = error }
                }
            }
        }
        return faults.withLock { $0 }
    }
}

extension RecordFault {
    var isSecondRow: Bool { if case .secondRow = kind { true } else { false } }
}
