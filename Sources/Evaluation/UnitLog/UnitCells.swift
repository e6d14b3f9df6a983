/// Sums over the rows of a cell, from which every estimator and its error follow for any policy: within a cell a row's weight is
/// w = π/p with one π for all, so that every influence is α + β·r + γ/p + δ·r/p.
struct CellMoments {
    var rows = 0.0
    /// Rows whose reward is not 0.
    var rewarded = 0.0
    /// Σ r and Σ r²
    var reward = 0.0
    var rewardSquared = 0.0
    /// Σ 1/p, and with r and r²
    var inverse = 0.0
    var inverseReward = 0.0
    var inverseRewardSquared = 0.0
    /// Σ 1/p², and with r and r²
    var squared = 0.0
    var squaredReward = 0.0
    var squaredRewardSquared = 0.0
    var maximumInverse = 0.0

    @inline(__always)
    mutating func add(inverse v: Double, reward r: Double) {
        rows += 1
        inverse += v
        squared += v * v
        maximumInverse = max(maximumInverse, v)
        // Most rows have no reward.
        guard r != 0 else { return }
        rewarded += 1
        reward += r
        rewardSquared += r * r
        inverseReward += v * r
        inverseRewardSquared += v * r * r
        squaredReward += v * v * r
        squaredRewardSquared += v * v * r * r
    }

    mutating func add(_ other: CellMoments) {
        rows += other.rows
        rewarded += other.rewarded
        reward += other.reward
        rewardSquared += other.rewardSquared
        inverse += other.inverse
        inverseReward += other.inverseReward
        inverseRewardSquared += other.inverseRewardSquared
        squared += other.squared
        squaredReward += other.squaredReward
        squaredRewardSquared += other.squaredRewardSquared
        maximumInverse = max(maximumInverse, other.maximumInverse)
    }
}

/// The sums of one block.
struct BlockMoments: RowSink, ~Copyable {
    private(set) var moments: [CellMoments] = []
    /// The cells that have rows, in the order of their first.
    private(set) var cells: [Int] = []

    @inline(__always)
    mutating func add(_ row: UnitRow) {
        if row.cell >= moments.count {
            moments.append(contentsOf: repeatElement(CellMoments(), count: max(64, row.cell + 1 - moments.count)))
        }
        let isFirst = moments.withUnsafeMutableBufferPointer { buffer in
            buffer[row.cell].add(inverse: row.inverse, reward: row.reward)
            return buffer[row.cell].rows == 1
        }
        if isFirst { cells.append(row.cell) }
    }

    mutating func clear() {
        for cell in cells { moments[cell] = CellMoments() }
        cells.removeAll(keepingCapacity: true)
    }
}

/// The log by context, variant and fold. Numbers are given in the order of the rows, whoever read them.
struct UnitCells: Sendable {
    /// A context with the line on which it first stands.
    struct Context: Sendable {
        var values: [String]
        var line: Int64
    }

    struct Key: Hashable, Sendable {
        var context: Int
        var arm: Int
        var fold: Int
    }

    private(set) var contexts: [Context] = []
    private(set) var arms: [String] = []
    private(set) var keys: [Key] = []
    private(set) var moments: [CellMoments] = []
    private var contextNumbers: [[String]: Int] = [:]
    private var armNumbers: [String: Int] = [:]
    private var cellNumbers: [Key: Int] = [:]
    /// Which value of a context is a position: `1` and `1.0` are one.
    private let positions: Set<Int>

    init(positions: Set<Int>) {
        self.positions = positions
    }

    mutating func context(_ values: [String], line: Int64) -> Int {
        var values = values
        for index in positions { values[index] = Position.normal(values[index]) }
        if let number = contextNumbers[values] { return number }
        contextNumbers[values] = contexts.count
        contexts.append(Context(values: values, line: line))
        return contexts.count - 1
    }

    mutating func arm(_ name: String) -> Int {
        if let number = armNumbers[name] { return number }
        armNumbers[name] = arms.count
        arms.append(name)
        return arms.count - 1
    }

    mutating func cell(_ key: Key) -> Int {
        if let number = cellNumbers[key] { return number }
        cellNumbers[key] = keys.count
        keys.append(key)
        moments.append(CellMoments())
        return keys.count - 1
    }

    mutating func add(_ other: CellMoments, to cell: Int) { moments[cell].add(other) }

    func number(ofArm name: String) -> Int? { armNumbers[name] }
}

/// Positions as text.
enum Position {
    /// A whole number without the decimals that say nothing; anything else as it is.
    static func normal(_ text: String) -> String {
        guard let point = text.firstIndex(of: ".") else { return text }
        let decimals = text[text.index(after: point)...]
        guard point > text.startIndex, text[..<point].allSatisfy(\.isNumber), decimals.allSatisfy({ $0 == "0" }) else {
            return text
        }
        return String(text[..<point])
    }
}

/// A reader's numbers in terms of those of the whole log.
struct CellNumbers {
    private var contexts: [Int] = []
    private var arms: [Int] = []
    private(set) var cells: [Int] = []

    /// Gives numbers to what the reader has met since the last call.
    mutating func extend(_ reader: borrowing UnitRowReader, into log: inout UnitCells) {
        for number in contexts.count..<reader.contextLines.count {
            contexts.append(log.context(reader.context(number), line: reader.contextLines[number]))
        }
        for number in arms.count..<reader.arms.count { arms.append(log.arm(reader.arms[number])) }
        for number in cells.count..<reader.cellCount {
            let (context, arm, fold) = reader.cell(number)
            cells.append(log.cell(UnitCells.Key(context: contexts[context], arm: arms[arm], fold: fold)))
        }
    }
}
