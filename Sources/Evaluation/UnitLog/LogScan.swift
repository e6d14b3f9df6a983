import EventLog

/// What one reading of the log found.
final class LogScan: @unchecked Sendable {
    // Changed by one worker at a time, in the order of the blocks.
    fileprivate(set) var cells: UnitCells
    fileprivate(set) var badLines = BadLines()

    init(positions: Set<Int>) {
        cells = UnitCells(positions: positions)
    }

    /// Reads a log in one pass, in memory for as many cells as there are: contexts times arms times folds, of those that occur.
    static func scan(
        _ stream: RecordStream, layout: RowLayout, positions: Set<Int>, workers: Int
    ) throws(LogError) -> LogScan {
        let scan = LogScan(positions: positions)
        try stream.forEachBlock(workers: workers) { ScanWorker(layout, scan) }
        return scan
    }
}

/// Reads blocks into the cells of a log.
private struct ScanWorker: BlockWorker, ~Copyable {
    /// A reader that has met more cells than this begins anew: what it knows of them stands in the log's.
    private static let rememberedCells = 1 << 17

    private let layout: RowLayout
    private let scan: LogScan
    private var reader: UnitRowReader
    private var numbers = CellNumbers()
    private var block = BlockMoments()

    init(_ layout: RowLayout, _ scan: LogScan) {
        self.layout = layout
        self.scan = scan
        reader = UnitRowReader(layout)
    }

    mutating func read(_ records: borrowing RecordBlock) {
        reader.read(records, into: &block)
    }

    mutating func deliver() {
        // Two fields at once of a worker that cannot be copied: a build for the thread sanitizer wants the class apart.
        let scan = scan
        numbers.extend(reader, into: &scan.cells)
        for cell in block.cells { scan.cells.add(block.moments[cell], to: numbers.cells[cell]) }
        scan.badLines.add(reader.badLines)
        block.clear()
        guard reader.cellCount > ScanWorker.rememberedCells else { return }
        reader = UnitRowReader(layout)
        numbers = CellNumbers()
        block = BlockMoments()
    }
}
