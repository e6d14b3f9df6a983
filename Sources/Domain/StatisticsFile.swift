package import CSV

/// The file of daily rows: `statistics.csv`.
package enum StatisticsFile {
    package static let columns = [
        "date", "platform", "slot", "segment", "table", "variant", "visitors", "views", "clicks", "purchases",
        "clickers", "purchasers", "revenue", "revenue_squared",
    ]
    /// A file without this column was written before tables were told apart: no row knows its table.
    private static let tableColumn = 4

    /// The decimals of revenue and of its square that are kept.
    private static let revenueScale = 6
    private static let squareScale = 12

    /// The bytes of the file with these rows, in the order of ``DailyRow/isBefore(_:_:)``.
    package static func bytes(of rows: [DailyRow]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(columns)
        for row in rows.sorted(by: DailyRow.isBefore) {
            let counts = row.counts
            writer.write([
                row.date.description, row.key.platform.string, row.key.slot.string, row.key.segment.string,
                row.table?.description ?? "", row.key.variant.string, String(counts.visitors), String(counts.views),
                String(counts.clicks),
                String(counts.purchases), String(counts.clickers), String(counts.purchasers),
                ExactDecimal.text(counts.revenue, scale: revenueScale),
                ExactDecimal.text(counts.revenueSquared, scale: squareScale),
            ])
        }
        return writer.bytes
    }

    /// Reads such a file. Throws where a field is not what its column holds, where counts cannot be, and where two rows are about one arm.
    package static func rows(_ bytes: [UInt8]) throws(CSVError) -> [DailyRow] {
        var reader = CSVReader(bytes)
        let columns = try reader.columns(columns, optional: [tableColumn])
        var record = CSVRecord()
        var texts = RepeatedTexts(columns: columns.count)
        var rows: [DailyRow] = []
        var lines: [Int] = []
        var ascends = true
        while try reader.read(&record) {
            let row = try row(record, columns, &texts)
            if let last = rows.last, !DailyRow.isBefore(last, row) { ascends = false }
            rows.append(row)
            lines.append(record.line)
        }
        // Rows that ascend are different ones.
        if !ascends { try refuseRepeated(rows, lines) }
        return rows
    }

    /// What a row is about.
    private struct Key: Hashable {
        var date: CalendarDate
        var table: CalendarDate?
        var key: ArmKey

        init(_ row: DailyRow) {
            (date, table, key) = (row.date, row.table, row.key)
        }
    }

    private static func refuseRepeated(_ rows: [DailyRow], _ lines: [Int]) throws(CSVError) {
        var firsts: [Key: Int] = [:]
        for (row, line) in zip(rows, lines) {
            if let first = firsts.updateValue(line, forKey: Key(row)) {
                throw CSVError(
                    line: line,
                    problem: .value(
                        column: "variant", text: row.key.variant.string,
                        expected: "an arm that no other row of the date, segment and table is about: line \(first) is"))
            }
        }
    }

    private static func row(
        _ record: CSVRecord, _ columns: [Int?], _ texts: inout RepeatedTexts
    ) throws(CSVError) -> DailyRow {
        func bytes(_ column: Int) -> ArraySlice<UInt8> { columns[column].map { record[$0] } ?? [] }
        func text(_ column: Int) -> String { columns[column].map { record.string($0) } ?? "" }
        func fault(_ column: Int, _ expected: String) -> CSVError {
            CSVError(
                line: record.line,
                problem: .value(column: StatisticsFile.columns[column], text: text(column), expected: expected))
        }
        func count(_ column: Int) throws(CSVError) -> Int64 {
            let bytes = bytes(column)
            if !bytes.isEmpty, bytes.count <= 18, bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
                return bytes.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
            }
            guard let value = Int64(text(column)), value >= 0 else { throw fault(column, "a count") }
            return value
        }
        func money(_ column: Int, scale: Int) throws(CSVError) -> Int128 {
            guard let value = ExactDecimal.value(bytes(column), scale: scale) else {
                throw fault(column, "a plain decimal with at most \(scale) decimals")
            }
            return value
        }
        guard let date = texts.date(0, bytes(0)) else { throw fault(0, "a date like 2026-11-20") }
        for column in [1, 2, 3, 5] where bytes(column).isEmpty { throw fault(column, "a name") }
        let table = texts.date(tableColumn, bytes(tableColumn))
        guard table != nil || bytes(tableColumn).isEmpty else {
            throw fault(tableColumn, "the date of a table like 2026-11-20, or nothing")
        }
        var counts = ArmCounts()
        counts.visitors = try count(6)
        counts.views = try count(7)
        counts.clicks = try count(8)
        counts.purchases = try count(9)
        counts.clickers = try count(10)
        counts.purchasers = try count(11)
        counts.revenue = try money(12, scale: revenueScale)
        counts.revenueSquared = try money(13, scale: squareScale)
        let key = ArmKey(
            platform: texts.name(1, bytes(1)), slot: texts.name(2, bytes(2)), segment: texts.name(3, bytes(3)),
            variant: texts.name(5, bytes(5)))
        if let impossibility = counts.impossibility,
            let column = StatisticsFile.columns.firstIndex(of: impossibility.column)
        {
            throw fault(column, impossibility.expected)
        }
        return DailyRow(date: date, table: table, key: key, counts: counts)
    }

    /// The sum of parts made of disjoint visitors: rows of one date, table and arm become one.
    package static func merged(_ parts: [[DailyRow]]) throws(CountOverflow) -> [DailyRow] {
        var sums: [Key: ArmCounts] = [:]
        for part in parts {
            for row in part {
                try sums[Key(row), default: ArmCounts()].add(row.counts)
            }
        }
        return sums.map { DailyRow(date: $0.key.date, table: $0.key.table, key: $0.key.key, counts: $0.value) }
    }
}

/// What stood last in each column: rows are sorted, so that dates and names mostly stand there again, and need not be read anew.
private struct RepeatedTexts {
    private var names: [(bytes: [UInt8], name: Name)]
    private var dates: [(bytes: [UInt8], date: CalendarDate?)]

    init(columns: Int) {
        names = Array(repeating: ([], ""), count: columns)
        dates = Array(repeating: ([], nil), count: columns)
    }

    mutating func name(_ column: Int, _ bytes: ArraySlice<UInt8>) -> Name {
        if !bytes.elementsEqual(names[column].bytes) {
            names[column] = (Array(bytes), Name(String(decoding: bytes, as: UTF8.self)))
        }
        return names[column].name
    }

    mutating func date(_ column: Int, _ bytes: ArraySlice<UInt8>) -> CalendarDate? {
        if !bytes.elementsEqual(dates[column].bytes) {
            dates[column] = (Array(bytes), CalendarDate(String(decoding: bytes, as: UTF8.self)))
        }
        return dates[column].date
    }
}
