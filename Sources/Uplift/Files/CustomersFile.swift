import Domain
package import EventLog
import Evaluation

/// A file of which only the column `customer` is read: who is in reserve, who takes part, who was contacted.
package final class CustomersFile {
    package let list: CustomerList
    package let file: String
    package let rows: Int64
    /// Rows outside the period.
    package let outside: Int64
    package let rejected: RejectedLines

    /// - Parameters:
    ///   - kind: what the file is, for messages.
    ///   - period: only rows with a `ts` in it, from its first second to before its last, since the epoch.
    package init(
        _ path: String, kind: String, period: Range<Int64>? = nil, spool: StreamSpool, workers: Int
    ) throws(UpliftError) {
        let table = try TableFile(path, spool: spool)
        file = table.name
        let scan = CustomersScan(
            width: table.width, customer: try table.required("customer", of: kind),
            time: period == nil ? nil : try table.required("ts", of: kind), period: period)
        try table.read(workers: workers) { CustomersWorker(scan) }
        guard !scan.isFull else { throw .input("\(file): the customers' names take more than 4 GiB: shorten them") }
        try scan.rejected.refuse(rows: scan.rows, file: file)
        rows = scan.rows
        outside = scan.outside
        rejected = scan.rejected
        list = scan.list
    }

    /// Rows of a customer who was in an earlier one.
    package var repeats: Int64 { rows - outside - Int64(list.names.count) }

    /// What is said of how many of others' customers the file names, which may be none for how its ids are written.
    func match(_ found: Int64, as what: String) -> (text: String, isWarning: Bool) {
        let text = "\(file): \(Text.count(found, "customer")) \(what) of \(Text.count(rows, "row"))"
        guard found == 0, rows > 0 else { return (text, false) }
        return (text + ": ids are compared byte by byte, so that 7 is not 007; look at how both files write them", true)
    }

    /// Whether a customer is in the file.
    package func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        list.names.number(of: name, CustomerNames.hash(name)) != nil
    }
}

private final class CustomersScan: @unchecked Sendable {
    let width: Int
    let customer: Int
    let time: Int?
    let period: Range<Int64>?
    // Changed by one worker at a time, in the order of the blocks.
    let list = CustomerList()
    var rows: Int64 = 0
    var outside: Int64 = 0
    var rejected = RejectedLines()
    var isFull = false

    init(width: Int, customer: Int, time: Int?, period: Range<Int64>?) {
        self.width = width
        self.customer = customer
        self.time = time
        self.period = period
    }
}

private struct CustomersWorker: BlockWorker, ~Copyable {
    private let scan: CustomersScan
    private var rows: [(name: UnsafeBufferPointer<UInt8>, hash: UInt64)] = []
    private var numbers: [Int] = []
    private var count: Int64 = 0
    private var walk = RecordWalk()

    init(_ scan: CustomersScan) { self.scan = scan }

    mutating func read(_ block: borrowing RecordBlock) {
        rows.removeAll(keepingCapacity: true)
        count = 0
        var walk = RecordWalk()
        walk.read(block, width: scan.width) { row($0) }
        self.walk = walk
    }

    private mutating func row(_ fields: borrowing RecordCursor) -> RecordVerdict {
        let name = fields[scan.customer]
        guard !name.isEmpty else { return .rejected(.empty(column: "customer"), field: scan.customer) }
        if let place = scan.time, let period = scan.period {
            guard let time = RFC3339.instantOrDay(String(decoding: fields[place], as: UTF8.self)) else {
                return .rejected(.time(column: "ts"), field: place)
            }
            count += 1
            guard period.contains(time) else { return .good }
        } else {
            count += 1
        }
        rows.append((name, CustomerNames.hash(name)))
        return .good
    }

    mutating func deliver() {
        scan.list.names.insert(rows.count, into: &numbers) { rows[$0] }
        if numbers.count < rows.count { scan.isFull = true }
        scan.rows += count
        scan.outside += count - Int64(rows.count)
        scan.rejected.add(walk.rejected)
    }
}

extension RFC3339 {
    /// Seconds since the epoch of a time with its offset, or of a day, which begins at midnight in UTC.
    package static func instantOrDay(_ text: String) -> Int64? {
        if let day = CalendarDate(text) { return Int64(day.dayNumber) * 86_400 }
        return seconds(text)
    }
}
