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
        var rows: [DailyRow] = []
        var lines: [Int] = []
        var ascends = true
        while try reader.read(&record) {
            let row = try row(record, columns)
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

    private static func row(_ record: CSVRecord, _ columns: [Int?]) throws(CSVError) -> DailyRow {
        func text(_ column: Int) -> String { columns[column].map { record.string($0) } ?? "" }
        func fault(_ column: Int, _ expected: String) -> CSVError {
            CSVError(
                line: record.line,
                problem: .value(column: StatisticsFile.columns[column], text: text(column), expected: expected))
        }
        func count(_ column: Int) throws(CSVError) -> Int64 {
            guard let value = Int64(text(column)), value >= 0 else { throw fault(column, "a count") }
            return value
        }
        func money(_ column: Int, scale: Int) throws(CSVError) -> Int128 {
            guard let value = ExactDecimal.value(text(column), scale: scale) else {
                throw fault(column, "a plain decimal with at most \(scale) decimals")
            }
            return value
        }
        guard let date = CalendarDate(text(0)) else { throw fault(0, "a date like 2026-11-20") }
        for column in [1, 2, 3, 5] where text(column).isEmpty { throw fault(column, "a name") }
        let table = CalendarDate(text(tableColumn))
        guard table != nil || text(tableColumn).isEmpty else {
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
            platform: Name(text(1)), slot: Name(text(2)), segment: Name(text(3)), variant: Name(text(5)))
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
