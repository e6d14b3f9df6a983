import EventLog

/// A reading of the log after the first, when every row's weights and outcomes are known.
final class RowPass: @unchecked Sendable {
    /// What is wanted of the rows.
    enum Aim: Sendable {
        /// The sums of clipped weights.
        case clippedSums
        case errors(ErrorPlan)
    }

    fileprivate let cells: UnitCells
    fileprivate let model: UnitModel
    fileprivate let aim: Aim
    // Changed by one worker at a time, in the order of the blocks.
    fileprivate(set) var clipped: [ClippedSums]
    fileprivate(set) var errors: ErrorSums?
    fileprivate var rows = 0.0
    fileprivate var clusters: VisitorClusters
    fileprivate var hasChanged = false

    private init(_ cells: UnitCells, _ model: UnitModel, _ aim: Aim) {
        self.cells = cells
        self.model = model
        self.aim = aim
        clipped = Array(repeating: ClippedSums(), count: model.names.count)
        if case .errors(let plan) = aim {
            errors = ErrorSums(plan)
            clusters = VisitorClusters(columns: plan.columns)
        } else {
            clusters = VisitorClusters(columns: 0)
        }
    }

    /// Reads the log again.
    ///
    /// - Throws: ``LogError``, also when it is not what it was.
    static func run(
        _ stream: RecordStream, layout: RowLayout, _ cells: UnitCells, _ model: UnitModel, _ aim: Aim, workers: Int
    ) throws(LogError) -> RowPass {
        let pass = RowPass(cells, model, aim)
        try stream.forEachBlock(workers: workers) { RowWorker(layout, pass) }
        guard !pass.hasChanged, pass.rows == model.rows else {
            throw LogError(file: stream.name, problem: .changed)
        }
        if var errors = pass.errors {
            pass.clusters.add(to: &errors)
            pass.errors = errors
        }
        return pass
    }
}

/// The rows of a block, kept until the whole of it is read.
private struct RowBuffer: RowSink, ~Copyable {
    struct Row {
        var cell: Int
        var inverse: Double
        var reward: Double
        var visitor: VisitorIdentity?
    }

    private(set) var rows: [Row] = []

    @inline(__always)
    mutating func add(_ row: UnitRow) {
        rows.append(
            Row(
                cell: row.cell, inverse: row.inverse, reward: row.reward,
                visitor: row.visitor.isEmpty ? nil : VisitorIdentity(row.visitor)))
    }

    mutating func clear() { rows.removeAll(keepingCapacity: true) }
}

private struct RowWorker: BlockWorker, ~Copyable {
    private let pass: RowPass
    private var reader: UnitRowReader
    private var numbers = CellNumbers()
    private var cells: UnitCells
    private var buffer = RowBuffer()
    private var clipped: [ClippedSums] = []
    /// Rows of visitors, and their influences row by row.
    private var visitors: [VisitorIdentity] = []
    private var columns: [Double] = []
    /// Of rows without a visitor.
    private var errors: ErrorSums?
    private var rows = 0.0

    init(_ layout: RowLayout, _ pass: RowPass) {
        self.pass = pass
        reader = UnitRowReader(layout)
        cells = pass.cells
    }

    mutating func read(_ records: borrowing RecordBlock) {
        buffer.clear()
        reader.read(records, into: &buffer)
        // All values have been met before: nothing is added to the copy.
        numbers.extend(reader, into: &cells)
        guard cells.keys.count == pass.cells.keys.count else { return }
        rows = 0
        for row in buffer.rows where pass.model.isKept[numbers.cells[row.cell]] { rows += 1 }
        switch pass.aim {
        case .clippedSums: sumClipped()
        case .errors(let plan): sumErrors(plan)
        }
    }

    private mutating func sumClipped() {
        let policies = pass.model.names.count
        let clip = pass.model.clip ?? .infinity
        clipped = Array(repeating: ClippedSums(), count: policies)
        for row in buffer.rows {
            let cell = numbers.cells[row.cell]
            guard pass.model.isKept[cell] else { continue }
            for policy in 0..<policies {
                let model = pass.model.cells[cell * policies + policy]
                let weight = min(model.share * row.inverse, clip)
                clipped[policy].weight += weight
                clipped[policy].weightedReward += weight * row.reward
                clipped[policy].weightedResidual += weight * (row.reward - model.outcome)
            }
        }
    }

    private mutating func sumErrors(_ plan: ErrorPlan) {
        let policies = pass.model.names.count
        let clip = pass.model.clip ?? .infinity
        var errors = ErrorSums(plan)
        visitors.removeAll(keepingCapacity: true)
        if columns.count < (buffer.rows.count + 1) * plan.columns {
            columns = Array(repeating: 0, count: (buffer.rows.count + 1) * plan.columns)
        }
        pass.model.cells.withUnsafeBufferPointer { model in
            columns.withUnsafeMutableBufferPointer { columns in
                guard let model = model.baseAddress, let start = columns.baseAddress else { return }
                for row in buffer.rows {
                    let cell = numbers.cells[row.cell]
                    guard pass.model.isKept[cell] else { continue }
                    let target = start + visitors.count * plan.columns
                    plan.fill(
                        target, inverse: row.inverse, reward: row.reward, clip: clip, model + cell * policies)
                    if let visitor = row.visitor { visitors.append(visitor) } else { errors.add(target) }
                }
            }
        }
        self.errors = errors
    }

    mutating func deliver() {
        guard cells.keys.count == pass.cells.keys.count else {
            pass.hasChanged = true
            return
        }
        pass.rows += rows
        for (policy, sums) in clipped.enumerated() { pass.clipped[policy].add(sums) }
        if let errors { pass.errors?.add(errors) }
        guard case .errors(let plan) = pass.aim else { return }
        columns.withUnsafeBufferPointer { columns in
            guard let start = columns.baseAddress else { return }
            for (number, visitor) in visitors.enumerated() {
                if number + 8 < visitors.count { pass.clusters.prefetch(visitors[number + 8]) }
                pass.clusters.add(visitor, start + number * plan.columns)
            }
        }
    }
}
