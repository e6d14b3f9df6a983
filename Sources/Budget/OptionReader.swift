import CLibrary
import Domain
import Evaluation
import EventLog

/// Reads the options of a file with several workers into the collection of customers.
enum OptionReader {
    /// - Throws: ``BudgetError`` for what cannot be read, the first line that must not be, and too many that are left out.
    static func read(
        _ stream: RecordStream, columns: OptionColumns, unit: MoneyUnit, into customers: CustomerCollection,
        workers: Int
    ) throws(BudgetError) {
        do throws(LogError) {
            try stream.forEachBlock(workers: workers) { OptionWorker(columns, unit, file: stream.name, customers) }
        } catch {
            throw .log(error)
        }
        if let failure = customers.failure { throw failure }
    }
}

/// Reads blocks of options.
private struct OptionWorker: BlockWorker, ~Copyable {
    private let columns: OptionColumns
    private let unit: MoneyUnit
    private let file: String
    private let customers: CustomerCollection
    /// The numbers this worker has for names, and those that all have.
    private var options = TextNumbers()
    private var optionNumbers: [UInt32] = []
    private var groups = TextNumbers()
    private var groupNumbers: [UInt32] = []

    // Of the current block.
    private let memory = PieceMemory(capacity: 1 << 19)
    private var starts: [Int] = []
    private var rejected = RejectedLines()
    private var lines: Int64 = 0
    private var failure: BudgetError?

    init(_ columns: OptionColumns, _ unit: MoneyUnit, file: String, _ customers: CustomerCollection) {
        (self.columns, self.unit, self.file, self.customers) = (columns, unit, file, customers)
    }

    mutating func read(_ block: borrowing RecordBlock) {
        memory.clear()
        starts.removeAll(keepingCapacity: true)
        rejected = RejectedLines()
        lines = 0
        failure = nil
        guard !customers.hasFailed else { return }
        var cursor = RecordCursor(block, width: columns.width)
        // The piece being written: where it starts, and its rows.
        var start = -1
        var rows = 0
        var group: UInt32 = 0
        while true {
            let outcome = cursor.next()
            if outcome == .end { break }
            lines += 1
            let place = cursor.start
            func line(_ block: borrowing RecordBlock) -> Int64 {
                block.firstLine + Int64(block.lineFeeds(in: 0..<place))
            }
            guard outcome == .record, cursor.fieldCount == columns.width else {
                let kind: RejectedLine =
                    outcome == .tooLong ? .tooLong : outcome == .malformed ? .malformed : .fieldCount
                rejected.add(kind) { line(block) }
                continue
            }
            let row: OptionRow
            switch self.row(cursor) {
            case .row(let found): row = found
            case .rejected(let kind):
                rejected.add(kind) { line(block) }
                continue
            case .fault(let text):
                failure = .input("\(file):\(line(block)): \(text)")
                return
            }
            let name = cursor[columns.customer]
            var ownGroup: UInt32 = 0
            if let column = columns.group {
                switch number(of: cursor[column]) {
                case .success(let number): ownGroup = number
                case .failure(let fault):
                    guard let text = fault.text else {
                        rejected.add(.notUTF8) { line(block) }
                        continue
                    }
                    failure = .input("\(file):\(line(block)): \(text)")
                    return
                }
            }
            let isSame = start >= 0 && group == ownGroup && isName(name, at: start)
            if !isSame {
                guard UTF8Text.isValid(name) else {
                    rejected.add(.notUTF8) { line(block) }
                    continue
                }
                if start >= 0 { memory.setRows(rows, at: start) }
                start = memory.begin(name, group: ownGroup)
                starts.append(start)
                (rows, group) = (0, ownGroup)
            }
            memory.append(row)
            rows += 1
        }
        if start >= 0 { memory.setRows(rows, at: start) }
    }

    mutating func deliver() {
        customers.add(memory.copy(), starts: starts, lines: lines, rejected: rejected, failure: failure)
    }

    @inline(__always)
    private func isName(_ name: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        let piece = OptionPiece(start: memory.base + start)
        guard piece.nameCount == name.count, let left = name.baseAddress else { return false }
        return memcmp(piece.name.baseAddress.unsafelyUnwrapped, left, name.count) == 0
    }

    private enum Reading {
        case row(OptionRow)
        case rejected(RejectedLine)
        case fault(String)
    }

    @inline(__always)
    private mutating func row(_ fields: borrowing RecordCursor) -> Reading {
        let option = fields[columns.option]
        if fields[columns.customer].isEmpty { return .rejected(.noCustomer) }
        if option.isEmpty { return .rejected(.noOption) }
        let value: Int64
        do throws(DecimalDigits.Fault) {
            value = try DecimalDigits(fields[columns.value]).scaled(Value.places)
        } catch {
            return reading(of: error, in: fields[columns.value], isCost: false)
        }
        let cost: Int64
        do throws(DecimalDigits.Fault) {
            cost = try unit.amount(DecimalDigits(fields[columns.cost]))
        } catch {
            return reading(of: error, in: fields[columns.cost], isCost: true)
        }
        guard cost >= 0 else {
            return .fault("the cost is negative; give what the option costs, and what it saves as value")
        }
        let known = options.count
        let number = options.number(of: option)
        if number == known {
            // The number stays taken: the same bad name is refused again.
            let text = String(decoding: option, as: UTF8.self)
            optionNumbers.append(UTF8Text.isValid(option) ? customers.options.number(of: Name(text)) : .max)
        }
        guard optionNumbers[number] != .max else { return .rejected(.notUTF8) }
        if Name.formulaStarts.contains(option[0]) {
            return .fault(BudgetError.formulaText("option", String(decoding: option, as: UTF8.self)))
        }
        return .row(OptionRow(value: value, cost: cost, option: optionNumbers[number]))
    }

    @inline(never)
    private func reading(of fault: DecimalDigits.Fault, in field: UnsafeBufferPointer<UInt8>, isCost: Bool) -> Reading {
        let name = isCost ? "cost" : "value"
        let text = Text.printable(String(decoding: field.prefix(60), as: UTF8.self))
        switch fault {
        case .noNumber: return .rejected(isCost ? .cost : .value)
        case .grouped: return .rejected(isCost ? .groupedCost : .groupedValue)
        case .tooFine where isCost:
            return .fault("the cost '\(text)' is finer than the unit \(unit.text); round it, or give --unit")
        case .tooFine: return .fault("the value '\(text)' is finer than 0.000000001; round it to nine decimals")
        case .tooLarge: return .fault("the \(name) '\(text)' is more than 64 bits hold; look for a slip")
        }
    }

    private struct NameFault: Error {
        /// Nil: not UTF-8.
        var text: String?
    }

    private mutating func number(of group: UnsafeBufferPointer<UInt8>) -> Result<UInt32, NameFault> {
        let known = groups.count
        let number = groups.number(of: group)
        if number == known {
            let text = String(decoding: group, as: UTF8.self)
            groupNumbers.append(UTF8Text.isValid(group) ? customers.groups.number(of: Name(text)) : .max)
        }
        guard groupNumbers[number] != .max else { return .failure(NameFault()) }
        if let first = group.first, Name.formulaStarts.contains(first) {
            return .failure(NameFault(text: BudgetError.formulaText("group", String(decoding: group, as: UTF8.self))))
        }
        return .success(groupNumbers[number])
    }
}

/// The check that a field is UTF-8.
private enum UTF8Text {
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}
