import Domain
package import EventLog
import Evaluation

/// What a row of scores says beside the uplift, for decisions.
package final class ScoreDetails {
    /// Not a number where the file has none.
    var standardError = DecimalColumn()
    var cost = DecimalColumn()
}

/// The scores of one message, by customer; not a number where the file has none.
package final class MessageScores {
    var uplift = DecimalColumn()
    package let details: ScoreDetails?

    init(hasDetails: Bool) { details = hasDetails ? ScoreDetails() : nil }

    /// The score of a customer; nil without one.
    @inline(__always)
    package subscript(customer: Int) -> Double? {
        guard customer < uplift.count else { return nil }
        let value = uplift[customer]
        return value.isNaN ? nil : value
    }
}

/// What `scores.csv` says: for each customer and message the uplift that is expected.
package final class Scores {
    package let file: String
    package fileprivate(set) var messages = NameNumbers()
    package fileprivate(set) var columns: [MessageScores] = []
    /// P(outcome without contact) by customer.
    var baseline = DecimalColumn()
    /// The number of the fold whose models did not see the customer; −1 where none is given.
    var fold = GrowingColumn<Int16>()
    package fileprivate(set) var folds = NameNumbers()
    package fileprivate(set) var hasFold = false
    package fileprivate(set) var hasStandardErrors = false
    package fileprivate(set) var rows: Int64 = 0
    package fileprivate(set) var rejected = RejectedLines()
    /// Customers that have a score.
    package fileprivate(set) var customers = 0

    fileprivate init(file: String) { self.file = file }

    /// The score of a customer; nil without one.
    @inline(__always)
    package func uplift(_ customer: Int, _ message: Int) -> Double? { columns[message][customer] }

    package func hasScore(_ customer: Int) -> Bool { columns.contains { $0[customer] != nil } }

    /// Of each customer of a list whether he has a score.
    func customersWithScores(of count: Int) -> [Bool] {
        var marks = [Bool](repeating: false, count: count)
        for column in columns {
            for customer in 0..<min(count, column.uplift.count) where column[customer] != nil { marks[customer] = true }
        }
        return marks
    }

    package func standardError(_ customer: Int, _ message: Int) -> Double? {
        guard let details = columns[message].details, customer < details.standardError.count else { return nil }
        let value = details.standardError[customer]
        return value.isNaN ? nil : value
    }

    package func cost(_ customer: Int, _ message: Int) -> Double? {
        guard let details = columns[message].details, customer < details.cost.count else { return nil }
        let value = details.cost[customer]
        return value.isNaN ? nil : value
    }

    /// Reads a file of scores. Memory is linear in the customers; time in the bytes.
    ///
    /// - Parameters:
    ///   - names: gets the customers.
    ///   - withDetails: whether standard errors, costs, folds and baselines are kept, which decisions need.
    package static func read(
        _ path: String, into names: CustomerList, withDetails: Bool, spool: StreamSpool, workers: Int
    ) throws(UpliftError) -> Scores {
        let scan = try ScoresScan.run(path, names, withDetails: withDetails, spool: spool, workers: workers)
        guard scan.isAbandoned else { return scan.scores }
        // There are several messages, whose baselines must be compared.
        names.clear()
        return try ScoresScan.run(path, names, withDetails: true, spool: spool, workers: workers).scores
    }
}

/// The customers of all files, shared by their readers.
package final class CustomerList {
    package var names = CustomerNames()

    package init() {}

    func clear() { names = CustomerNames() }
}

/// One reading of a file of scores.
private final class ScoresScan: @unchecked Sendable {
    // Changed by one worker at a time, in the order of the blocks.
    let scores: Scores
    let list: CustomerList
    let withDetails: Bool
    var isAbandoned = false
    var fault: (line: Int64, text: String)?

    private init(_ scores: Scores, _ list: CustomerList, withDetails: Bool) {
        self.scores = scores
        self.list = list
        self.withDetails = withDetails
    }

    static func run(
        _ path: String, _ list: CustomerList, withDetails: Bool, spool: StreamSpool, workers: Int
    ) throws(UpliftError) -> ScoresScan {
        let file = try TableFile(path, spool: spool)
        let layout = try ScoresLayout(file)
        let scan = ScoresScan(Scores(file: file.name), list, withDetails: withDetails)
        scan.scores.hasFold = layout.fold != nil
        try file.read(workers: workers) { ScoresWorker(layout, scan) }
        if let fault = scan.fault { throw .input("\(file.name):\(fault.line): \(fault.text)") }
        guard !scan.isAbandoned else { return scan }
        try scan.scores.rejected.refuse(rows: scan.scores.rows, file: file.name)
        guard scan.scores.rows > 0 else {
            throw .input("\(file.name): no row with a score; it has a line for each customer and message")
        }
        return scan
    }
}

private struct ScoresLayout: Sendable {
    var width: Int
    var customer: Int
    var message: Int
    var uplift: Int
    var baseline: Int
    var standardError: Int?
    var cost: Int?
    var fold: Int?

    init(_ file: TableFile) throws(UpliftError) {
        width = file.width
        customer = try file.required("customer", of: "a file of scores")
        message = try file.required("message", of: "a file of scores")
        uplift = try file.required("uplift", of: "a file of scores")
        baseline = try file.required("baseline", of: "a file of scores")
        standardError = try file.place("se")
        cost = try file.place("cost")
        fold = try file.place("fold")
    }
}

private struct ScoresWorker: BlockWorker, ~Copyable {
    private struct Row {
        var customer: UnsafeBufferPointer<UInt8>
        var hash: UInt64
        var message: Int
        var fold: Int
        var uplift: Double
        var baseline: Double
        var standardError: Double
        var cost: Double
    }

    private let layout: ScoresLayout
    private let scan: ScoresScan
    private let numbers = NumberReader()
    private var messages = SharedNumbers()
    private var folds = SharedNumbers()
    private var rows: [Row] = []
    /// The number of each row's customer.
    private var customers: [Int] = []
    private var walk = RecordWalk()
    private var lines = BlockLines()

    init(_ layout: ScoresLayout, _ scan: ScoresScan) {
        self.layout = layout
        self.scan = scan
    }

    mutating func read(_ block: borrowing RecordBlock) {
        rows.removeAll(keepingCapacity: true)
        lines = BlockLines(block)
        var walk = RecordWalk()
        walk.read(block, width: layout.width) { row($0) }
        self.walk = walk
    }

    @inline(__always)
    private mutating func row(_ fields: borrowing RecordCursor) -> RecordVerdict {
        let customer = fields[layout.customer]
        guard !customer.isEmpty else { return .rejected(.empty(column: "customer"), field: layout.customer) }
        let message = fields[layout.message]
        guard !message.isEmpty else { return .rejected(.empty(column: "message"), field: layout.message) }
        guard let uplift = numbers.value(fields[layout.uplift]) else {
            return .rejected(.number(column: "uplift"), field: layout.uplift)
        }
        guard let baseline = numbers.value(fields[layout.baseline]) else {
            return .rejected(.number(column: "baseline"), field: layout.baseline)
        }
        guard abs(uplift) <= Outcomes.greatest else { return Outcomes.tooGreat(fields[layout.uplift], "uplift") }
        guard abs(baseline) <= Outcomes.greatest else { return Outcomes.tooGreat(fields[layout.baseline], "baseline") }
        var row = Row(
            customer: customer, hash: CustomerNames.hash(customer), message: messages.number(of: message), fold: -1,
            uplift: uplift, baseline: baseline, standardError: .nan, cost: .nan)
        if let place = layout.standardError, !fields[place].isEmpty {
            guard let value = numbers.value(fields[place]), value >= 0 else {
                return .rejected(.number(column: "se"), field: place)
            }
            guard value <= Outcomes.greatest else { return Outcomes.tooGreat(fields[place], "se") }
            row.standardError = value
        }
        if let place = layout.cost, !fields[place].isEmpty {
            guard let value = numbers.value(fields[place]) else {
                return .rejected(.number(column: "cost"), field: place)
            }
            guard value >= 0 else {
                return .fatal("a negative cost; what a contact costs is 0 or more: mend the column cost")
            }
            guard value <= Outcomes.greatest else { return Outcomes.tooGreat(fields[place], "cost") }
            row.cost = value
        }
        if let place = layout.fold, !fields[place].isEmpty { row.fold = folds.number(of: fields[place]) }
        rows.append(row)
        return .good
    }

    mutating func deliver() {
        guard scan.fault == nil, !scan.isAbandoned else { return }
        let scores = scan.scores
        messages.extend(&scores.messages)
        folds.extend(&scores.folds)
        if let damaged = scores.messages.damaged {
            let row = rows.first { messages.common($0.message) == damaged }
            scan.fault = (row.map { lines.line(of: $0.customer) } ?? 1, NameNumbers.notUTF8)
            return
        }
        while scores.columns.count < scores.messages.names.count {
            scores.columns.append(MessageScores(hasDetails: scan.withDetails))
        }
        if scores.messages.names.count > 1, !scan.withDetails {
            scan.isAbandoned = true
            return
        }
        guard scores.messages.names.count <= 1000 else {
            scan.fault = (
                lines.line(of: rows[0].customer), "over 1,000 different messages; is `message` the right column?"
            )
            return
        }
        scan.list.names.insert(rows.count, into: &customers) { (rows[$0].customer, rows[$0].hash) }
        for (number, row) in rows.enumerated() {
            if let text = enter(row, number < customers.count ? customers[number] : nil, scores) {
                scan.fault = (lines.line(of: row.customer), text)
                return
            }
        }
        scores.rows += Int64(rows.count)
        scores.rejected.add(walk.rejected)
        scan.fault = walk.fatal
    }

    /// Enters a row; says what is wrong where that cannot be.
    @inline(__always)
    private func enter(_ row: Row, _ customer: Int?, _ scores: Scores) -> String? {
        guard let customer else {
            return "the customers' names take more than 4 GiB: shorten them"
        }
        let message = messages.common(row.message)
        let column = scores.columns[message]
        if customer >= column.uplift.count {
            if customer >= scores.customers { scores.customers = customer + 1 }
            column.uplift.extend(to: customer)
            column.uplift.append(row.uplift)
        } else if column.uplift[customer].isNaN {
            column.uplift[customer] = row.uplift
        } else {
            return "a second score of customer '\(text(row.customer))' for message "
                + "'\(Text.printable(scores.messages.names[message]))'; keep one row of each"
        }
        guard scan.withDetails, let details = column.details else { return nil }
        return enter(row, customer, details, scores)
    }

    private func enter(_ row: Row, _ customer: Int, _ details: ScoreDetails, _ scores: Scores) -> String? {
        if !row.standardError.isNaN {
            scores.hasStandardErrors = true
            details.standardError.extend(to: customer + 1)
            details.standardError[customer] = row.standardError
        }
        if !row.cost.isNaN {
            details.cost.extend(to: customer + 1)
            details.cost[customer] = row.cost
        }
        scores.baseline.extend(to: customer + 1)
        let known = scores.baseline[customer]
        guard known.isNaN || abs(known - row.baseline) <= 1e-9 else {
            return "a second baseline of customer '\(text(row.customer))': \(PlainDecimal.string(row.baseline)) after "
                + "\(PlainDecimal.string(known)); it is the chance without contact, the same in all rows of a customer"
        }
        if known.isNaN { scores.baseline[customer] = row.baseline }
        guard scores.hasFold else { return nil }
        scores.fold.extend(to: customer + 1, with: -1)
        guard scores.folds.names.count <= Int(Int16.max) else {
            return "over 32,767 different folds; is `fold` the right column?"
        }
        guard row.fold >= 0 else { return nil }
        let fold = Int16(folds.common(row.fold))
        guard scores.fold[customer] < 0 || scores.fold[customer] == fold else {
            return "a second fold of customer '\(text(row.customer))'; it is that of the models which did not see the "
                + "customer, the same in all rows"
        }
        scores.fold[customer] = fold
        return nil
    }

    private func text(_ name: UnsafeBufferPointer<UInt8>) -> String {
        Text.printable(String(decoding: name, as: UTF8.self))
    }
}
