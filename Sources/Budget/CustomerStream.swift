import CLibrary

/// A few thousand customers, all pieces of one customer beside each other.
struct CustomerBatch: @unchecked Sendable {
    /// The number of the first customer in byte order, from 0.
    var first = 0
    var pieces: ArraySlice<PieceReference> = []
    /// Where each customer's pieces end.
    var ends: [Int] = []
    /// What the pieces point into, where they are copies.
    fileprivate(set) var memory: PieceMemory?
    fileprivate var owner: CustomerCollection?

    /// Goes through the customers.
    func forEach(_ body: (_ number: Int, _ pieces: ArraySlice<PieceReference>) -> Void) {
        var start = pieces.startIndex
        for (index, end) in ends.enumerated() {
            body(first + index, pieces[start..<end])
            start = end
        }
    }
}

/// The customers in byte order, in batches.
final class CustomerStream {
    private static let batchSize = 4096

    private enum Source {
        case memory([PieceReference], next: Int, CustomerCollection)
        case runs(RunMerge)
    }

    private var source: Source
    /// The customers handed out so far.
    private(set) var count = 0

    init(_ pieces: [PieceReference], keeping collection: CustomerCollection) {
        source = .memory(pieces, next: 0, collection)
    }

    init(_ runs: [SpillReader]) {
        source = .runs(RunMerge(runs))
    }

    /// The next customers; nil when there are none left.
    func next() throws(BudgetError) -> CustomerBatch? {
        var batch = CustomerBatch(first: count)
        switch source {
        case .memory(let pieces, let start, let collection):
            guard start < pieces.count else { return nil }
            var end = start
            while end < pieces.count, batch.ends.count < CustomerStream.batchSize {
                var next = end + 1
                while next < pieces.count, PieceReference.compare(pieces[end], pieces[next]) == 0 { next += 1 }
                batch.ends.append(next)
                end = next
            }
            batch.pieces = pieces[start..<end]
            batch.owner = collection
            source = .memory(pieces, next: end, collection)
        case .runs(let merge):
            guard try merge.fill(&batch, customers: CustomerStream.batchSize) else { return nil }
        }
        count += batch.ends.count
        return batch
    }
}

/// Sorted runs of pieces read as one: a heap whose first has the least name, of equal names the one of the first run.
private final class RunMerge {
    private struct Head: RunHead {
        var reference: PieceReference
        var run: Int

        static func precedes(_ left: Head, _ right: Head) -> Bool {
            let order = PieceReference.compare(left.reference, right.reference)
            return order == 0 ? left.run < right.run : order < 0
        }
    }

    private let runs: [SpillReader]
    private var heap = RunHeap<Head>()
    private var hasBegun = false

    init(_ runs: [SpillReader]) { self.runs = runs }

    /// Copies the next customers into `batch`; false when there are none.
    func fill(_ batch: inout CustomerBatch, customers: Int) throws(BudgetError) -> Bool {
        if !hasBegun {
            hasBegun = true
            for run in runs.indices {
                guard let head = try head(of: run) else { continue }
                heap.insert(head)
            }
        }
        guard heap.first != nil else { return false }
        let memory = PieceMemory(capacity: 1 << 19)
        var starts: [Int] = []
        while let first = heap.first {
            let isNext =
                starts.last.map {
                    let last = OptionPiece(start: UnsafeRawPointer(memory.base + $0))
                    return OptionPiece.compare(last.name, first.reference.piece.name) != 0
                } ?? true
            if isNext {
                if !starts.isEmpty { batch.ends.append(starts.count) }
                if batch.ends.count == customers { break }
            }
            starts.append(memory.append(first.reference.piece))
            runs[first.run].take(first.reference.piece.size)
            heap.replaceFirst(by: try head(of: first.run))
        }
        if batch.ends.last != starts.count { batch.ends.append(starts.count) }
        batch.memory = memory
        batch.pieces = starts.map { PieceReference(OptionPiece(start: UnsafeRawPointer(memory.base + $0))) }[...]
        return true
    }

    private func head(of run: Int) throws(BudgetError) -> Head? {
        guard let header = try runs[run].look(OptionPiece.headerSize) else { return nil }
        let size = OptionPiece(start: header).size
        guard let start = try runs[run].look(size) else { return nil }
        return Head(reference: PieceReference(OptionPiece(start: start)), run: run)
    }
}
