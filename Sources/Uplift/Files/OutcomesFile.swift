package import Domain
package import EventLog
import Evaluation

/// What `outcomes.csv` says: for each customer and wave what he got, with which probability, and what came of it.
package final class Outcomes {
    /// How outcomes are read.
    package struct Rules: Sendable {
        /// The propensity of each action where a row states none.
        package var shares: [Name: Double] = [:]
        /// Outcomes beyond it, on either side of 0, count as much.
        package var cap: Double?
        /// Whether the columns wave and reason must be there.
        package var needsWaves = false

        package init() {}
    }

    package fileprivate(set) var files: [String] = []
    // Of each row:
    var customer = GrowingColumn<UInt32>()
    var action = NumberColumn()
    var outcome = CompactColumn()
    var propensity = CompactColumn()
    /// The jackknife's group of the customer.
    var group = GrowingColumn<UInt8>()
    /// Empty where no file has waves.
    var wave = GrowingColumn<UInt16>()
    /// Empty where no reasons are asked for.
    var reason = GrowingColumn<UInt16>()

    package fileprivate(set) var actions = NameNumbers()
    /// The name of a wave is empty where none is given.
    package fileprivate(set) var waves = NameNumbers([""])
    package fileprivate(set) var reasons = NameNumbers([""])
    package fileprivate(set) var rejected: [(file: String, lines: RejectedLines)] = []
    /// Outcomes that were taken down to the cap.
    package fileprivate(set) var capped: Int64 = 0
    /// Whether some customer has several rows.
    package fileprivate(set) var hasRepeats = false

    fileprivate var earlier = EarlierRows()

    package init() {}

    /// The squares and products of greater numbers are none any more.
    static let greatest = 1e30
    static let leastPropensity = 1e-30

    static func tooGreat(_ text: UnsafeBufferPointer<UInt8>, _ column: String) -> RecordVerdict {
        let text = Text.printable(String(decoding: text.prefix(40), as: UTF8.self))
        return .fatal("\(column) \(text) is beyond ±1e30, which cannot be computed with: mend it, or take the line out")
    }

    package var count: Int { customer.count }

    /// Reads a file behind those read before. Memory is linear in the rows; time in the bytes.
    package func read(
        _ path: String, _ rules: Rules, into list: CustomerList, spool: StreamSpool, workers: Int
    ) throws(UpliftError) {
        let file = try TableFile(path, spool: spool)
        let layout = try OutcomesLayout(file, rules)
        let scan = OutcomesScan(self, list, rules)
        let before = count
        // A later file may be the first with waves.
        if layout.wave != nil { wave.extend(to: count, with: 0) }
        try file.read(workers: workers) { OutcomesWorker(layout, scan) }
        switch scan.fault {
        case nil: break
        case .input(let line, let text)?: throw .input("\(file.name):\(line): \(text)")
        case .usage(let line, let text)?: throw .usage("\(file.name):\(line): \(text)")
        }
        try scan.rejected.refuse(rows: Int64(count - before), file: file.name)
        files.append(file.name)
        rejected.append((file.name, scan.rejected))
    }

    /// The number of the wave of a row.
    @inline(__always)
    package func wave(_ row: Int) -> Int { row < wave.count ? Int(wave[row]) : 0 }
}

private final class OutcomesScan: @unchecked Sendable {
    enum Fault {
        case input(Int64, String)
        case usage(Int64, String)
    }

    // Changed by one worker at a time, in the order of the blocks.
    let outcomes: Outcomes
    let list: CustomerList
    let rules: Outcomes.Rules
    /// By action; made as actions are met. Not a number: none is given.
    var shares: [Double] = []
    var rejected = RejectedLines()
    var fault: Fault?

    init(_ outcomes: Outcomes, _ list: CustomerList, _ rules: Outcomes.Rules) {
        self.outcomes = outcomes
        self.list = list
        self.rules = rules
    }
}

private struct OutcomesLayout: Sendable {
    var width: Int
    var customer: Int
    var message: Int
    var outcome: Int
    var propensity: Int?
    var wave: Int?
    var reason: Int?

    init(_ file: TableFile, _ rules: Outcomes.Rules) throws(UpliftError) {
        width = file.width
        customer = try file.required("customer", of: "a file of outcomes")
        message = try file.required("message", of: "a file of outcomes")
        outcome = try file.required("outcome", of: "a file of outcomes")
        propensity = try file.place("propensity")
        wave = rules.needsWaves ? try file.required("wave", of: "the status of waves") : try file.place("wave")
        reason = rules.needsWaves ? try file.required("reason", of: "the status of waves") : nil
    }
}

private struct OutcomesWorker: BlockWorker, ~Copyable {
    private struct Row {
        var customer: UnsafeBufferPointer<UInt8>
        var hash: UInt64
        var group: UInt8
        var action: Int
        /// −1: none.
        var wave: Int
        var reason: Int
        var outcome: Double
        /// Not a number: none is given.
        var propensity: Double
    }

    private let layout: OutcomesLayout
    private let scan: OutcomesScan
    private let numbers = NumberReader()
    private var actions = SharedNumbers()
    private var waves = SharedNumbers()
    private var reasons = SharedNumbers()
    private var rows: [Row] = []
    /// The number of each row's customer.
    private var customers: [Int] = []
    private var walk = RecordWalk()
    private var lines = BlockLines()

    init(_ layout: OutcomesLayout, _ scan: OutcomesScan) {
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
        guard let outcome = numbers.value(fields[layout.outcome]) else {
            return .rejected(.number(column: "outcome"), field: layout.outcome)
        }
        guard abs(outcome) <= Outcomes.greatest else { return Outcomes.tooGreat(fields[layout.outcome], "outcome") }
        var row = Row(
            customer: customer, hash: CustomerNames.hash(customer), group: JackknifeGroups.group(of: customer),
            action: actions.number(of: message), wave: -1, reason: -1, outcome: outcome, propensity: .nan)
        if let place = layout.propensity, !fields[place].isEmpty {
            guard let value = numbers.value(fields[place]) else {
                return .rejected(.number(column: "propensity"), field: place)
            }
            guard value > 0 else {
                return .fatal(
                    "a propensity of 0 or less: what a customer got had a chance to be given; it is the probability of "
                        + "the message received")
            }
            guard value <= 1 else { return .fatal("a propensity over 1; is it in percent?") }
            guard value >= Outcomes.leastPropensity else {
                return .fatal("a propensity below 1e-30, too small to weigh by: mend it, or take the line out")
            }
            row.propensity = value
        }
        if let place = layout.reason {
            // For the status of waves both are needed.
            guard !fields[place].isEmpty else { return .rejected(.empty(column: "reason"), field: place) }
            row.reason = reasons.number(of: fields[place])
            if let place = layout.wave, fields[place].isEmpty {
                return .rejected(.empty(column: "wave"), field: place)
            }
        }
        if let place = layout.wave, !fields[place].isEmpty { row.wave = waves.number(of: fields[place]) }
        rows.append(row)
        return .good
    }

    mutating func deliver() {
        guard scan.fault == nil else { return }
        let outcomes = scan.outcomes
        actions.extend(&outcomes.actions)
        waves.extend(&outcomes.waves)
        reasons.extend(&outcomes.reasons)
        if let damaged = outcomes.actions.damaged {
            let row = rows.first { actions.common($0.action) == damaged }
            scan.fault = .input(row.map { lines.line(of: $0.customer) } ?? 1, NameNumbers.notUTF8)
            return
        }
        while scan.shares.count < outcomes.actions.names.count {
            scan.shares.append(scan.rules.shares[Name(outcomes.actions.names[scan.shares.count])] ?? .nan)
        }
        if let row = rows.first, outcomes.actions.names.count > 10_000 || outcomes.waves.names.count > 10_000 {
            let text = "over 10,000 different messages or waves; are the columns the right ones?"
            scan.fault = .input(lines.line(of: row.customer), text)
            return
        }
        scan.list.names.insert(rows.count, into: &customers) { (rows[$0].customer, rows[$0].hash) }
        for (number, row) in rows.enumerated() {
            if let fault = enter(row, number < customers.count ? customers[number] : nil, outcomes) {
                scan.fault = fault
                return
            }
        }
        scan.rejected.add(walk.rejected)
        if let fatal = walk.fatal { scan.fault = .input(fatal.line, fatal.text) }
    }

    /// Enters a row; says what is wrong where that cannot be.
    @inline(__always)
    private func enter(_ row: Row, _ customer: Int?, _ outcomes: Outcomes) -> OutcomesScan.Fault? {
        let action = actions.common(row.action)
        let propensity = row.propensity.isNaN ? scan.shares[action] : row.propensity
        guard !propensity.isNaN else { return withoutPropensity(row, outcomes.actions.names[action]) }
        guard let customer else {
            return .input(lines.line(of: row.customer), "the customers' names take more than 4 GiB: shorten them")
        }
        let number = outcomes.count
        let isRepeated = outcomes.earlier.enter(customer, row: number, outcomes.customer)
        outcomes.customer.append(UInt32(customer))
        outcomes.action.append(action)
        outcomes.group.append(row.group)
        var value = row.outcome
        if let cap = scan.rules.cap, abs(value) > cap {
            value = value > 0 ? cap : -cap
            outcomes.capped += 1
        }
        outcomes.outcome.append(value)
        outcomes.propensity.append(propensity)
        if layout.wave != nil || outcomes.wave.count > 0 {
            outcomes.wave.append(row.wave < 0 ? 0 : UInt16(waves.common(row.wave)))
        }
        if layout.reason != nil { outcomes.reason.append(row.reason < 0 ? 0 : UInt16(reasons.common(row.reason))) }
        return isRepeated ? repeated(row, number, outcomes) : nil
    }

    private func repeated(_ row: Row, _ number: Int, _ outcomes: Outcomes) -> OutcomesScan.Fault? {
        outcomes.hasRepeats = true
        var other = outcomes.earlier.before(number)
        while let earlier = other {
            if outcomes.wave(earlier) == outcomes.wave(number) {
                let wave = outcomes.waves.names[outcomes.wave(number)]
                let place = wave.isEmpty ? "without a wave" : "of wave '\(Text.printable(wave))'"
                return .input(
                    lines.line(of: row.customer),
                    "a second row \(place) of customer '\(Text.printable(String(decoding: row.customer, as: UTF8.self)))'; "
                        + "keep one, or name their waves in a column wave")
            }
            other = outcomes.earlier.before(earlier)
        }
        return nil
    }

    private func withoutPropensity(_ row: Row, _ action: String) -> OutcomesScan.Fault {
        let name = Text.printable(action)
        return .usage(
            lines.line(of: row.customer),
            "no propensity of '\(name)': add the column propensity (the probability of the message received), or give "
                + "--shares \(name)=P,… or --table DIR")
    }
}
