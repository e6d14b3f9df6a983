import Domain
package import EventLog
import Evaluation

/// What each customer would be sent if nothing were tried out: by scores, or by a file of decisions.
package final class RecommendedMessages {
    package let list: CustomerList
    /// All that may be sent, in byte order.
    package let messages: [String]
    /// By customer: the place in `messages`; −1 for none.
    private var chosen = GrowingColumn<Int16>()
    /// What `chosen` says of who is reserved by the file of decisions.
    fileprivate static let reserved: Int16 = -2
    /// Customers whom the file is about.
    package let customers: Int
    package private(set) var remarks: [String] = []

    /// The message of the greatest uplift less cost, where that is above 0; of equal ones the cheaper, then the first by name.
    ///
    /// - Parameter messages: the messages to choose among; empty: all of the scores.
    package init(
        scores path: String, messages wanted: [String], spool: StreamSpool, workers: Int
    ) throws(UpliftError) {
        list = CustomerList()
        let scores = try Scores.read(path, into: list, withDetails: true, spool: spool, workers: workers)
        let names = scores.messages.names
        try FormulaNames.refuse(names, file: scores.file)
        for name in names where UpliftSettings.reserved.contains(name) {
            throw .usage(
                "\(scores.file): a message is called '\(name)', which means something else in a wave: rename it")
        }
        for name in wanted where scores.messages.existing(name) == nil {
            throw .usage(
                "--message \(name): \(scores.file) has no scores of it; it has "
                    + Text.printable(names.sorted(by: ByteOrder.isBefore).prefix(8).joined(separator: ", ")))
        }
        messages = names.filter { name in wanted.isEmpty || wanted.contains { ByteOrder.areEqual($0, name) } }.sorted(
            by: ByteOrder.isBefore)
        if let remark = scores.rejected.remark(file: scores.file) { remarks.append(remark) }
        customers = list.names.count
        let numbers = messages.map { scores.messages.existing($0) ?? 0 }
        for customer in 0..<customers {
            var best = (net: 0.0, cost: 0.0, place: -1)
            for (place, number) in numbers.enumerated() {
                guard let uplift = scores.uplift(customer, number) else { continue }
                let cost = scores.cost(customer, number) ?? 0
                let net = DecisionRule.net(value: uplift, cost: cost)
                // Of equals the cheaper, then the first in byte order; none where nothing is gained.
                if net > best.net || (net == best.net && net > 0 && cost < best.cost) { best = (net, cost, place) }
            }
            chosen.append(Int16(best.place))
        }
    }

    /// The messages of a file with the columns customer and message, and reason, which may be missing.
    package init(
        decisions path: String, messages wanted: [String], spool: StreamSpool, workers: Int
    ) throws(UpliftError) {
        list = CustomerList()
        messages = wanted.sorted(by: ByteOrder.isBefore)
        try FormulaNames.refuse(messages, file: "--message")
        let file = try TableFile(path, spool: spool)
        let scan = DecisionsScan(
            width: file.width, customer: try file.required("customer", of: "a file of decisions"),
            message: try file.required("message", of: "a file of decisions"), reason: try file.place("reason"),
            list: list, messages: messages)
        try file.read(workers: workers) { DecisionsWorker(scan) }
        switch scan.fault {
        case nil: break
        case (let line, let text, isUsage: true)?: throw .usage("\(file.name):\(line): \(text)")
        case (let line, let text, isUsage: false)?: throw .input("\(file.name):\(line): \(text)")
        }
        try scan.rejected.refuse(rows: Int64(list.names.count), file: file.name)
        if let remark = scan.rejected.remark(file: file.name) { remarks.append(remark) }
        customers = list.names.count
        for index in 0..<scan.chosen.count { chosen.append(scan.chosen[index]) }
    }

    /// The message of a customer, by its place; nil for none, and for who is not in the file.
    package func message(_ customer: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let number = list.names.number(of: customer, CustomerNames.hash(customer)), chosen[number] >= 0 else {
            return nil
        }
        return Int(chosen[number])
    }

    /// Whether the file of decisions says that a customer is not to be contacted: he is in a reserve, or in control.
    package func isReserved(_ customer: UnsafeBufferPointer<UInt8>) -> Bool {
        list.names.number(of: customer, CustomerNames.hash(customer)).map { chosen[$0] == RecommendedMessages.reserved }
            ?? false
    }

    package func contains(_ customer: UnsafeBufferPointer<UInt8>) -> Bool {
        list.names.number(of: customer, CustomerNames.hash(customer)) != nil
    }
}

private final class DecisionsScan: @unchecked Sendable {
    let width: Int
    let customer: Int
    let message: Int
    let reason: Int?
    let list: CustomerList
    let messages: [String]
    // Changed by one worker at a time, in the order of the blocks.
    var names = NameNumbers()
    var chosen = GrowingColumn<Int16>()
    var rejected = RejectedLines()
    var fault: (line: Int64, text: String, isUsage: Bool)?

    init(width: Int, customer: Int, message: Int, reason: Int?, list: CustomerList, messages: [String]) {
        self.width = width
        self.customer = customer
        self.message = message
        self.reason = reason
        self.list = list
        self.messages = messages
    }
}

private struct DecisionsWorker: BlockWorker, ~Copyable {
    private let scan: DecisionsScan
    private var names = SharedNumbers()
    private var rows: [(customer: UnsafeBufferPointer<UInt8>, hash: UInt64, message: Int, isReserved: Bool)] = []
    private var walk = RecordWalk()
    private var lines = BlockLines()

    init(_ scan: DecisionsScan) { self.scan = scan }

    mutating func read(_ block: borrowing RecordBlock) {
        rows.removeAll(keepingCapacity: true)
        lines = BlockLines(block)
        var walk = RecordWalk()
        walk.read(block, width: scan.width) { row($0) }
        self.walk = walk
    }

    private mutating func row(_ fields: borrowing RecordCursor) -> RecordVerdict {
        let (customer, message) = (fields[scan.customer], fields[scan.message])
        guard !customer.isEmpty else { return .rejected(.empty(column: "customer"), field: scan.customer) }
        guard !message.isEmpty else { return .rejected(.empty(column: "message"), field: scan.message) }
        let isReserved = scan.reason.map { fields[$0].elementsEqual("reserved".utf8) } ?? false
        rows.append((customer, CustomerNames.hash(customer), names.number(of: message), isReserved))
        return .good
    }

    mutating func deliver() {
        guard scan.fault == nil else { return }
        // Two fields at once of a worker that cannot be copied: a build for the thread sanitizer wants the class apart.
        let scan = scan
        names.extend(&scan.names)
        if let damaged = scan.names.damaged {
            let row = rows.first { names.common($0.message) == damaged }
            scan.fault = (row.map { lines.line(of: $0.customer) } ?? 1, NameNumbers.notUTF8, false)
            return
        }
        // Who was control is sent nothing by a decision either.
        let places = scan.names.names.map { name in
            ["none", "control"].contains(name) ? -1 : scan.messages.firstIndex { ByteOrder.areEqual($0, name) } ?? -2
        }
        for row in rows {
            let place = places[names.common(row.message)]
            let known = scan.list.names.count
            guard place > -2 else {
                let name = Text.printable(scan.names.names[names.common(row.message)])
                scan.fault = (
                    lines.line(of: row.customer), "message '\(name)' is not among --message; name all that may be sent",
                    true
                )
                return
            }
            guard let number = scan.list.names.insert(row.customer, row.hash), number == known else {
                let name = Text.printable(String(decoding: row.customer, as: UTF8.self))
                scan.fault = (lines.line(of: row.customer), "a second decision for customer '\(name)'; keep one", false)
                return
            }
            scan.chosen.append(row.isReserved ? RecommendedMessages.reserved : Int16(place))
        }
        scan.rejected.add(walk.rejected)
    }
}
