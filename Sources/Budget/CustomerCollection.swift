import CLibrary
import Domain
import Synchronization

/// The customers with their options, in memory or, where that is not enough, in sorted runs of a temporary file.
///
/// Whatever the order of the file, they are read from here in the byte order of their names, all options of one together: a customer
/// whose options are scattered over the file is met once.
///
///     blocks of the file ──► pieces in memory ──(full)──► sorted, a run of the temporary file ──► merged
final class CustomerCollection: @unchecked Sendable {
    let options = SharedNames()
    let groups = SharedNames()
    /// Lines that are not blank, the header left out.
    private(set) var lines: Int64 = 0
    private(set) var rejected = RejectedLines()
    private let hasFault = Atomic(false)
    private(set) var failure: BudgetError?

    // Changed by one worker at a time, in the order of the file.
    private let bufferBytes: Int
    private var memories: [PieceMemory] = []
    private var pieces: [PieceReference] = []
    private var isSorted = true
    private var bytes = 0
    private var spill: SpillFile?
    private var spilled = 0
    private var runs: [Range<Int>] = []

    /// - Parameter bufferBytes: what is kept in memory.
    init(bufferBytes: Int) { self.bufferBytes = bufferBytes }

    /// Whether reading on is of no use.
    var hasFailed: Bool { hasFault.load(ordering: .relaxed) }

    /// Adds what a block of the file has.
    func add(
        _ memory: PieceMemory, starts: [Int], lines: Int64, rejected: RejectedLines, failure: BudgetError?
    ) {
        guard self.failure == nil else { return }
        self.lines += lines
        self.rejected.add(rejected)
        if let failure { return fail(failure) }
        for start in starts {
            let reference = PieceReference(OptionPiece(start: UnsafeRawPointer(memory.base + start)))
            if isSorted, let last = pieces.last, PieceReference.compare(last, reference) > 0 { isSorted = false }
            pieces.append(reference)
        }
        memories.append(memory)
        bytes += memory.count + starts.count * 2 * MemoryLayout<PieceReference>.stride
        guard bytes > bufferBytes else { return }
        do throws(BudgetError) { try writeRun() } catch { fail(error) }
    }

    private func fail(_ error: BudgetError) {
        failure = error
        hasFault.store(true, ordering: .relaxed)
    }

    private func sort() {
        if !isSorted { pieces.sort { PieceReference.compare($0, $1) < 0 } }
        isSorted = true
    }

    private func writeRun() throws(BudgetError) {
        sort()
        let file: SpillFile
        if let spill { file = spill } else { file = try SpillFile() }
        spill = file
        let writer = SpillWriter(file)
        let start = spilled
        for reference in pieces {
            let size = reference.piece.size
            try writer.append(UnsafeRawBufferPointer(start: reference.piece.start, count: size))
            spilled += size
        }
        try writer.flush()
        runs.append(start..<spilled)
        pieces.removeAll(keepingCapacity: true)
        memories.removeAll(keepingCapacity: true)
        bytes = 0
    }

    /// Ends the collecting.
    func finish() throws(BudgetError) {
        guard spill != nil else { return sort() }
        if !pieces.isEmpty { try writeRun() }
        (pieces, memories) = ([], [])
    }

    /// Whether there is no customer.
    var isEmpty: Bool { pieces.isEmpty && runs.isEmpty }

    /// All customers in the order of their names.
    func stream() -> CustomerStream {
        guard let spill else { return CustomerStream(pieces, keeping: self) }
        let buffer = max(1 << 12, min(1 << 18, bufferBytes / (2 * runs.count)))
        return CustomerStream(runs.map { SpillReader(spill, range: $0, capacity: buffer) })
    }
}
