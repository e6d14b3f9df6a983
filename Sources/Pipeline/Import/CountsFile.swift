import Configuration
import CSV
package import Domain

/// Daily counts from elsewhere, a warehouse say: rows of `statistics.csv` that somebody else counted.
package struct CountsFile: Sendable {
    /// The columns, by the names they have unless the file calls them otherwise.
    package static let columns = [
        "date", "platform", "slot", "variant", "visitors", "segment", "views", "clicks", "purchases", "clickers",
        "purchasers", "revenue", "revenue_squared",
    ]
    /// The first five must be there.
    private static let needed = 5
    private static let revenueScale = 6
    private static let squareScale = 12

    package let file: String
    /// By day, ascending, each in the order of `statistics.csv`.
    package let days: [(date: CalendarDate, rows: [DailyRow])]
    /// Whether the file counts who clicked, and who purchased.
    package let hasClickers: Bool
    package let hasPurchasers: Bool
    /// Rows with revenue whose squares were not given: their orders are taken to be alike.
    package private(set) var rowsWithoutSquares = 0

    /// Reads counts of declared arms.
    ///
    /// - Parameters:
    ///   - names: what the file calls a column, by the name it should have.
    ///   - today: no row is of a later day.
    /// - Throws: for the first row that cannot be, with its line.
    package init(
        _ bytes: [UInt8], file: String, names: [String: String], experiments: [Experiment], today: CalendarDate
    ) throws(InputFileError) {
        self.file = file
        let header = CountsFile.columns.map { names[$0] ?? $0 }
        var table = try InputTable(
            bytes, file: file, columns: header, optional: Set(CountsFile.needed..<header.count))
        guard table.has(9) || table.has(10) else {
            throw InputFileError(
                file: file, line: 1,
                problem: .record(.missingColumn("\(header[9])' or '\(header[10])", header: ["visitors", "…"])))
        }
        let declared = Dictionary(
            experiments.map { ($0.key, $0.arms.map(\.string)) }, uniquingKeysWith: { first, _ in first })
        var byDay: [CalendarDate: [DailyRow]] = [:]
        var firsts: [[Name]: Int] = [:]
        while try table.next() {
            let row = try CountsFile.row(table, declared, &rowsWithoutSquares)
            guard row.date <= today else { throw table.fault(0, expected: "a day that has begun, up to \(today)") }
            let key = [Name(row.date.description), row.key.platform, row.key.slot, row.key.segment, row.key.variant]
            if let first = firsts.updateValue(table.line, forKey: key) {
                throw InputFileError(
                    file: file, line: table.line,
                    problem: .duplicate(key: key.map(\.string).joined(separator: ","), firstLine: first))
            }
            byDay[row.date, default: []].append(row)
        }
        hasClickers = table.has(9)
        hasPurchasers = table.has(10)
        days = byDay.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted(by: DailyRow.isBefore)) }
    }

    private static func row(
        _ table: InputTable, _ declared: [SlotKey: [String]], _ withoutSquares: inout Int
    ) throws(InputFileError) -> DailyRow {
        guard let date = CalendarDate(table.text(0)) else { throw table.fault(0, expected: "a date like 2026-11-20") }
        let slot = SlotKey(
            platform: try table.name(1, expected: "a platform"), slot: try table.name(2, expected: "a slot"))
        guard let arms = declared[slot] else {
            let platforms = Set(declared.keys.map(\.platform))
            guard platforms.contains(slot.platform) else {
                throw table.fault(
                    1,
                    expected: "the platform of an experiment"
                        + (nearest(slot.platform.string, among: platforms.sorted().map(\.string))
                            .map { "; did you mean '\($0)'?" } ?? ""))
            }
            throw table.fault(
                2, expected: "the slot of an experiment of \(slot.platform)" + hint(table.text(2), declared))
        }
        let variant = try table.name(3, expected: "a variant")
        guard arms.contains(where: { Name($0) == variant }) else {
            throw table.fault(
                3,
                expected: "a variant of \(slot.platform)/\(slot.slot)"
                    + (nearest(variant.string, among: arms).map { "; did you mean '\($0)'?" } ?? ""))
        }
        var segment = Name.everyone
        if !table.text(5).isEmpty { segment = Name(table.text(5)) }
        if segment.runsAsFormula { throw table.fault(5, expected: "a segment that no spreadsheet runs as a formula") }
        var counts = ArmCounts()
        counts.visitors = try count(4, of: table, otherwise: 0)
        counts.views = try count(6, of: table, otherwise: counts.visitors)
        counts.clickers = try count(9, of: table, otherwise: 0)
        counts.purchasers = try count(10, of: table, otherwise: 0)
        counts.clicks = try count(7, of: table, otherwise: counts.clickers)
        counts.purchases = try count(8, of: table, otherwise: counts.purchasers)
        counts.revenue = try money(11, of: table, scale: revenueScale) ?? 0
        if let squares = try money(12, of: table, scale: squareScale) {
            counts.revenueSquared = squares
        } else if counts.revenue != 0 {
            guard let squares = squaresOfEqualOrders(counts) else {
                throw table.fault(11, expected: "an amount of money")
            }
            counts.revenueSquared = squares
            withoutSquares += 1
        }
        if counts.revenue > 0, counts.purchasers == 0, table.has(10) {
            throw table.fault(11, expected: "no revenue, where nobody purchased")
        }
        if table.has(6), counts.views < counts.visitors {
            throw table.fault(6, expected: "at least as many as visitors, who each saw it")
        }
        // Only purchasers have money above 0, so that the bound of visitors is theirs.
        if table.has(12), counts.revenue > 0, counts.purchasers > 0, counts.purchasers < counts.visitors {
            var payers = counts
            (payers.visitors, payers.clickers, payers.clicks) = (counts.purchasers, 0, 0)
            if payers.impossibility?.column == "revenue_squared" {
                throw table.fault(12, expected: "at least the square of revenue divided by purchasers")
            }
        }
        if let impossibility = counts.impossibility {
            throw table.fault(columns.firstIndex(of: impossibility.column) ?? 4, expected: impossibility.expected)
        }
        return DailyRow(
            date: date, key: ArmKey(platform: slot.platform, slot: slot.slot, segment: segment, variant: variant),
            counts: counts)
    }

    private static func hint(_ slot: String, _ declared: [SlotKey: [String]]) -> String {
        nearest(slot, among: Set(declared.keys.map(\.slot.string)).sorted()).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// Of purchasers, or without any of visitors, who all paid the same; rounded up. Nil: out of range.
    private static func squaresOfEqualOrders(_ counts: ArmCounts) -> Int128? {
        let payers = Int128(max(1, counts.purchasers > 0 ? counts.purchasers : counts.visitors))
        let (square, overflow) = counts.revenue.multipliedReportingOverflow(by: counts.revenue)
        return overflow ? nil : square / payers + (square % payers == 0 ? 0 : 1)
    }

    private static func count(_ column: Int, of table: InputTable, otherwise: Int64) throws(InputFileError) -> Int64 {
        guard table.has(column), !table.text(column).isEmpty || column == 4 else { return otherwise }
        guard let value = Int64(table.text(column)), value >= 0 else { throw table.fault(column, expected: "a count") }
        return value
    }

    private static func money(_ column: Int, of table: InputTable, scale: Int) throws(InputFileError) -> Int128? {
        guard table.has(column), !table.text(column).isEmpty else { return nil }
        guard let value = ExactDecimal.value(table.text(column), scale: scale) else {
            throw table.fault(column, expected: "a plain decimal like 12.50, with at most \(scale) decimals")
        }
        return value
    }
}
