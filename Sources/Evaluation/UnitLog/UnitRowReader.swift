import EventLog
import Randomizer

/// Where the fields of a row stand.
struct RowLayout: Sendable {
    /// Fields of a record.
    var width: Int
    var variant: Int
    var reward: Int
    var propensity: Int
    var visitor: Int?
    /// The columns that tell one context from another, in the order in which contexts name their values.
    var context: [Int]
}

/// A row of the log with its values numbered.
struct UnitRow {
    /// The number of its context, variant and fold.
    var cell: Int
    /// 1/p
    var inverse: Double
    var reward: Double
    /// Empty where there is none.
    var visitor: UnsafeBufferPointer<UInt8>
}

/// What takes the rows of a block.
protocol RowSink: ~Copyable {
    mutating func add(_ row: UnitRow)
}

/// Reads rows from blocks. Values are numbered as this reader meets them, and keep their numbers from block to block.
///
///     user,item,reward,propensity          context 0 (user u1) ─┐
///     u1,a,1,0.25                    ──►   arm 0 (a), fold 3  ──┴─► cell 0     1/p = 4, reward 1
struct UnitRowReader: ~Copyable {
    /// Parts that the outcome model is cross-fitted in.
    static let folds = 5

    private let layout: RowLayout
    private let numbers = NumberReader()
    private let values: UnsafeMutableBufferPointer<TextNumbers>
    /// Of a context's first values, each with the next one.
    private let prefixes: UnsafeMutableBufferPointer<PairNumbers>
    private(set) var arms = TextNumbers()
    /// Pairs of a context, and five times an arm and a fold.
    private var cells = PairNumbers()
    /// The line on which each context was first met.
    private(set) var contextLines: [Int64] = []
    private(set) var badLines = BadLines()

    init(_ layout: RowLayout) {
        self.layout = layout
        values = .allocate(capacity: layout.context.count)
        for index in values.indices { values.initializeElement(at: index, to: TextNumbers()) }
        prefixes = .allocate(capacity: max(0, layout.context.count - 1))
        for index in prefixes.indices { prefixes.initializeElement(at: index, to: PairNumbers()) }
    }

    deinit {
        values.deinitialize()
        values.deallocate()
        prefixes.deinitialize()
        prefixes.deallocate()
    }

    /// The cells that were met.
    var cellCount: Int { cells.count }

    func cell(_ number: Int) -> (context: Int, arm: Int, fold: Int) {
        let (context, rest) = cells[number]
        return (context, rest / UnitRowReader.folds, rest % UnitRowReader.folds)
    }

    /// The values of a context.
    func context(_ number: Int) -> [String] {
        guard !layout.context.isEmpty else { return [] }
        var texts: [String] = []
        var rest = number
        for level in (0..<layout.context.count).reversed() {
            guard level > 0 else {
                texts.append(values[0][rest])
                break
            }
            let (prefix, value) = prefixes[level - 1][rest]
            texts.append(values[level][value])
            rest = prefix
        }
        return texts.reversed()
    }

    /// Hands the rows of a block to a sink, in their order. Bad lines are counted from anew.
    mutating func read(_ block: borrowing RecordBlock, into sink: inout some RowSink & ~Copyable) {
        badLines = BadLines()
        var lines = LineCounter(line: block.firstLine)
        var cursor = RecordCursor(block, width: layout.width)
        var rowNumber = RowNumberText(block.firstRecord)
        while true {
            let outcome = cursor.next()
            if outcome == .end { break }
            switch row(outcome, cursor, rowNumber) {
            case .good(let row):
                if contextLines.count < contextCount {
                    contextLines.append(lines.line(at: cursor.start, of: block))
                }
                sink.add(row)
            case .bad(let kind):
                badLines.add(kind, line: lines.line(at: cursor.start, of: block))
            }
            rowNumber.increment()
        }
    }

    private var contextCount: Int {
        switch layout.context.count {
        case 0: 1
        case 1: values[0].count
        default: prefixes[layout.context.count - 2].count
        }
    }

    private enum Reading {
        case good(UnitRow)
        case bad(BadLine)
    }

    @inline(__always)
    private mutating func row(
        _ outcome: RecordCursor.Outcome, _ fields: borrowing RecordCursor, _ rowNumber: borrowing RowNumberText
    ) -> Reading {
        guard outcome == .record else { return .bad(outcome == .tooLong ? .tooLong : .malformed) }
        guard fields.fieldCount == layout.width else { return .bad(.fieldCount) }
        let variant = fields[layout.variant]
        guard !variant.isEmpty else { return .bad(.noVariant) }
        guard let reward = numbers.value(fields[layout.reward]) else { return .bad(.reward) }
        guard let propensity = numbers.value(fields[layout.propensity]) else { return .bad(.propensity) }
        guard propensity > 0 else { return .bad(.zeroPropensity) }
        guard propensity <= 1 + 1e-9 else { return .bad(.greatPropensity) }

        var context = 0
        for level in 0..<layout.context.count {
            let value = values[level].number(of: fields[layout.context[level]])
            context = level == 0 ? value : prefixes[level - 1].number(of: context, value)
        }
        let visitor = layout.visitor.map { fields[$0] } ?? UnsafeBufferPointer(start: nil, count: 0)
        let hash = XXH64.hash(visitor.isEmpty ? rowNumber.bytes : UnsafeRawBufferPointer(visitor))
        let fold = Int(truncatingIfNeeded: hash % UInt64(UnitRowReader.folds))
        let cell = cells.number(of: context, arms.number(of: variant) * UnitRowReader.folds + fold)
        return .good(UnitRow(cell: cell, inverse: 1 / propensity, reward: reward, visitor: visitor))
    }
}

/// The lines of ascending offsets in a block: every byte is looked at once.
private struct LineCounter {
    var line: Int64
    private var offset = 0

    init(line: Int64) {
        self.line = line
    }

    mutating func line(at offset: Int, of block: borrowing RecordBlock) -> Int64 {
        line += Int64(block.lineFeeds(in: self.offset..<offset))
        self.offset = offset
        return line
    }
}
