internal import CSV

/// The rows of a table on their way into flat arrays: read, put in order, checked group by group.
struct TableBuilder {
    private struct Row {
        var platform: UInt32
        var slot: UInt32
        var segment: UInt32
        var variant: UInt32
        /// In millionths.
        var traffic: UInt32
        var line: UInt32
        var isControl: Bool
    }

    private let file: String
    private var names = NameInterner()
    private var variants = NameInterner()
    private var date: [UInt8] = []
    private var rows: [Row] = []

    private static let remedy = "correct it, or publish the table again"

    /// Reads a table's CSV.
    ///
    /// - Parameters:
    ///   - file: its name in errors.
    ///   - mayBeEmpty: whether a table without rows, in which no experiment may show anything, is one.
    init(csv: [UInt8], file: String, mayBeEmpty: Bool = false) throws(TableError) {
        self.file = file
        // Line numbers and the names' positions are kept in 32 bits.
        guard csv.count < UInt32.max else {
            throw TableError(.malformed, file: file, "over 4 GiB", remedy: "split it by platform into several tables")
        }
        do throws(CSVError) {
            var reader = CSVReader(csv)
            let served = AllocationFormat.servedColumns
            let found = try reader.columns(served + [AllocationFormat.statusColumn], optional: [served.count])
            let (columns, status) = (found.prefix(served.count).compactMap(\.self), found[served.count])
            var record = CSVRecord()
            while try reader.read(&record) { try append(record, columns, status: status) }
        } catch {
            throw TableError(.malformed, file: file, line: error.line, error.description, remedy: Self.remedy)
        }
        guard !rows.isEmpty || mayBeEmpty else {
            throw TableError(.malformed, file: file, "no row after the header", remedy: Self.remedy)
        }
    }

    var rowCount: Int { rows.count }

    /// Puts the rows in order and checks them: no arm twice, shares of each group sum to 1, every experiment has `*`.
    consuming func build(_ manifest: Manifest?) throws(TableError) -> TableStorage {
        sort()
        var experiments: [TableStorage.ExperimentRecord] = []
        var groups: [TableStorage.GroupRecord] = []
        var arms: [TableStorage.ArmRecord] = []
        var controls: [TableStorage.ControlRecord] = []
        arms.reserveCapacity(rows.count)
        var holdouts: [[UInt8]: String] = [:]
        for holdout in manifest?.holdouts ?? [] {
            holdouts[RendezvousHash.key(platform: holdout.platform, slot: holdout.slot)] = holdout.name
        }
        // Of the experiment at hand; nil for a holdout of its own.
        var holdoutSalt: UInt64?
        var start = 0
        while start < rows.count {
            let first = rows[start]
            if start == 0 || !isSameExperiment(rows[start - 1], first) {
                try checkEveryone(first)
                let key = RendezvousHash.key(
                    platform: names.names.string(first.platform), slot: names.names.string(first.slot))
                experiments.append(
                    TableStorage.ExperimentRecord(
                        platform: first.platform, slot: first.slot, salt: XXH64.hash(key.span),
                        firstGroup: UInt32(groups.count), endGroup: UInt32(groups.count)))
                holdoutSalt = holdouts[key].map { XXH64.hash($0) }
            }
            let end = try checkedEnd(ofGroupFrom: start)
            let control = try checkedControl(rows[start..<end], hasOwnHoldout: holdoutSalt == nil)
            experiments[experiments.count - 1].endGroup += 1
            groups.append(
                TableStorage.GroupRecord(
                    segment: first.segment, firstArm: UInt32(arms.count), control: control.map { _ in controls.count }))
            if let control {
                controls.append(
                    TableStorage.ControlRecord(
                        arm: arms.count + control - start,
                        traffic: Double(rows[control].traffic) / Double(AllocationFormat.wholeTraffic),
                        holdoutSalt: holdoutSalt))
            }
            for row in rows[start..<end] {
                arms.append(
                    TableStorage.ArmRecord(
                        hash: variants.hashes[Int(row.variant)], millionths: row.traffic, variant: row.variant))
            }
            start = end
        }
        groups.append(TableStorage.GroupRecord(segment: 0, firstArm: UInt32(arms.count), control: nil))
        return TableStorage(
            date: rows.isEmpty ? manifest?.date ?? "" : String(decoding: date, as: UTF8.self), manifest: manifest,
            names: names.names.trimmed(),
            variants: (0..<UInt32(variants.names.count)).map { variants.names.string($0) },
            experiments: trimmed(experiments), groups: trimmed(groups), arms: arms, controls: trimmed(controls))
    }
}

// MARK: - Reading

extension TableBuilder {
    private mutating func append(_ record: CSVRecord, _ columns: [Int], status: Int?) throws(CSVError) {
        try checkDate(record, columns[0])
        let last = rows.last
        rows.append(
            Row(
                platform: try number(in: &names, record, columns, 1, guess: last?.platform),
                slot: try number(in: &names, record, columns, 2, guess: last?.slot),
                segment: try number(in: &names, record, columns, 3, guess: last?.segment),
                variant: try number(in: &variants, record, columns, 4, guess: nil),
                traffic: try traffic(record, columns[5]), line: UInt32(truncatingIfNeeded: record.line),
                isControl: status.map { isControl(record[$0]) } ?? false))
    }

    private func isControl(_ status: ArraySlice<UInt8>) -> Bool {
        let control = AllocationFormat.controlStatus.utf8
        // By the count first: of a million rows few are controls.
        return status.count == control.count && status.elementsEqual(control)
    }

    private mutating func checkDate(_ record: CSVRecord, _ column: Int) throws(CSVError) {
        let field = record[column]
        if date.isEmpty {
            guard CalendarText.isDate(field) else { throw fault(record, 0, column, "a date YYYY-MM-DD") }
            date = Array(field)
        } else if !field.elementsEqual(date) {
            let expected = String(decoding: date, as: UTF8.self)
            throw fault(record, 0, column, "\(expected) as in the rows above: a table is of one day")
        }
    }

    /// The number of a name; `guess` is the row above's, which in a sorted table it mostly is.
    private func number(
        in interner: inout NameInterner, _ record: CSVRecord, _ columns: [Int], _ place: Int, guess: UInt32?
    ) throws(CSVError) -> UInt32 {
        let field = record[columns[place]]
        guard !field.isEmpty else { throw fault(record, place, columns[place], "a name that is not empty") }
        let number = field.withUnsafeBytes { bytes in
            if let guess, interner.names.isEqual(guess, to: bytes) { return guess as UInt32? }
            return interner.number(of: bytes)
        }
        guard let number else { throw fault(record, place, columns[place], "text in UTF-8") }
        return number
    }

    private func traffic(_ record: CSVRecord, _ column: Int) throws(CSVError) -> UInt32 {
        guard let share = TrafficText.millionths(record[column]) else {
            throw fault(record, 5, column, "a share from 0 to 1 in plain decimals, 6 at most")
        }
        return share
    }

    private func fault(_ record: CSVRecord, _ place: Int, _ column: Int, _ expected: String) -> CSVError {
        let problem = CSVError.Problem.value(
            column: AllocationFormat.servedColumns[place], text: record.string(column), expected: expected)
        return CSVError(line: record.line, problem: problem)
    }
}

// MARK: - Order and checks

extension TableBuilder {
    /// Puts the rows in the order of the format. A published table is in it already, and costs one pass.
    private mutating func sort() {
        let isSorted = rows.indices.dropFirst().allSatisfy { !precedes(rows[$0], rows[$0 - 1]) }
        guard !isSorted else { return }
        var sorted = rows
        sorted.sort { precedes($0, $1) || (!precedes($1, $0) && $0.line < $1.line) }
        rows = sorted
    }

    private func precedes(_ left: Row, _ right: Row) -> Bool {
        if left.platform != right.platform { return names.names.precedes(left.platform, right.platform) }
        if left.slot != right.slot { return names.names.precedes(left.slot, right.slot) }
        if left.segment != right.segment {
            if isEveryone(left.segment) || isEveryone(right.segment) { return isEveryone(left.segment) }
            return names.names.precedes(left.segment, right.segment)
        }
        return left.variant != right.variant && variants.names.precedes(left.variant, right.variant)
    }

    private func isSameExperiment(_ left: Row, _ right: Row) -> Bool {
        left.platform == right.platform && left.slot == right.slot
    }

    private func isEveryone(_ segment: UInt32) -> Bool {
        names.names.withBytes(of: segment) { $0.count == 1 && $0[0] == UInt8(ascii: "*") }
    }

    /// Throws when the first group of an experiment is not that of `*`, which comes first where it exists.
    private func checkEveryone(_ first: Row) throws(TableError) {
        guard !isEveryone(first.segment) else { return }
        throw error(first, "\(name(first)) has no rows of segment '*', which serves visitors of all other segments")
    }

    /// The end of the group that begins at `start`.
    private func checkedEnd(ofGroupFrom start: Int) throws(TableError) -> Int {
        let first = rows[start]
        var sum: UInt64 = 0
        var end = start
        while end < rows.count, isSameExperiment(rows[end], first), rows[end].segment == first.segment {
            if end > start, rows[end].variant == rows[end - 1].variant {
                throw error(
                    rows[end],
                    "variant '\(variants.names.string(rows[end].variant))' of \(name(first)), segment '\(names.names.string(first.segment))', "
                        + "stands on line \(rows[end - 1].line) already")
            }
            sum += UInt64(rows[end].traffic)
            end += 1
        }
        guard sum == UInt64(AllocationFormat.wholeTraffic) else {
            throw error(
                first,
                "traffic of \(name(first)), segment '\(names.names.string(first.segment))', "
                    + "sums to \(TrafficText.decimal(sum)), not to 1")
        }
        return end
    }

    /// The row of a group's control; nil without one.
    private func checkedControl(_ group: ArraySlice<Row>, hasOwnHoldout: Bool) throws(TableError) -> Int? {
        guard let control = group.firstIndex(where: \.isControl) else { return nil }
        if let second = group[(control + 1)...].first(where: \.isControl) {
            throw error(
                second,
                "\(name(second)), segment '\(names.names.string(second.segment))', has a control on line "
                    + "\(rows[control].line) already")
        }
        // Its number would be that of the holdout, and its share another than the table's.
        if hasOwnHoldout, let namesake = group.first(where: { !$0.isControl && isControlName($0.variant) }) {
            throw error(
                namesake,
                "'\(RendezvousHash.controlName)' of \(name(namesake)) is a variant beside the control "
                    + "'\(variants.names.string(rows[control].variant))'; only a control may be called so")
        }
        return control
    }

    private func isControlName(_ variant: UInt32) -> Bool {
        variants.names.withBytes(of: variant) { $0.elementsEqual(RendezvousHash.controlName.utf8) }
    }

    private func name(_ row: Row) -> String {
        "'\(names.names.string(row.platform))' '\(names.names.string(row.slot))'"
    }

    private func error(_ row: Row, _ problem: String) -> TableError {
        TableError(.malformed, file: file, line: Int(row.line), problem, remedy: Self.remedy)
    }

    /// The same elements in an array of just their size.
    private func trimmed<Element>(_ array: [Element]) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(array.count)
        result.append(contentsOf: array)
        return result
    }
}
