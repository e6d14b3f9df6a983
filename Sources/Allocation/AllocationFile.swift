import CSV
package import Domain
import Learning
import Randomizer

/// The traffic table as a file, `allocation.csv`.
package enum AllocationFile {
    /// The header, in the order of the columns.
    package static let header = AllocationFormat.columns

    /// Writes rows in the file's order, whatever theirs.
    package static func bytes(_ rows: [AllocationRow]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(header)
        for row in rows.sorted(by: AllocationRow.precedes) {
            writer.write([
                row.date.description,
                row.key.platform.string, row.key.slot.string, row.key.segment.string, row.key.variant.string,
                ExactDecimal.text(row.traffic, scale: 6, everyPlace: true),
                row.status.rawValue,
                text(row.probabilityBest),
                PlainDecimal.string(row.mean), text(row.meanLow), text(row.meanHigh),
                String(row.visitors),
                ExactDecimal.text(row.successes, scale: 6),
                text(row.valueRemaining), row.verdict?.rawValue ?? "", text(row.evidence), text(row.liftLow),
                text(row.liftHigh),
            ])
        }
        return writer.bytes
    }

    private static func text(_ value: Double?) -> String { value.map(PlainDecimal.string) ?? "" }

    /// Reads a table that `bytes` wrote, or an earlier version without the columns of verdicts.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Throws: `InputFileError` for a field that is not what its column holds, and an arm with two rows. Whether a
    ///   group's shares add up is the table loader's to check.
    package static func rows(_ bytes: [UInt8], file: String) throws(InputFileError) -> [AllocationRow] {
        var table = try InputTable(
            bytes, file: file, columns: header, optional: Set(AllocationFormat.verdictColumns))
        var rows: [AllocationRow] = []
        while try table.next() {
            let row = try row(of: table)
            try table.refuseSecondRow(of: row.key)
            rows.append(row)
        }
        return rows
    }

    private static func row(of table: InputTable) throws(InputFileError) -> AllocationRow {
        guard let date = CalendarDate(table.text(0)) else { throw table.fault(0, expected: "a date, YYYY-MM-DD") }
        let key = ArmKey(
            platform: try table.name(1, expected: "a platform"), slot: try table.name(2, expected: "a slot"),
            segment: try table.name(3, expected: "a segment, or * for everyone"),
            variant: try table.name(4, expected: "a variant"))
        guard let traffic = ExactDecimal.value(table.text(5), scale: 6), (0...1_000_000).contains(traffic) else {
            throw table.fault(5, expected: "a share from 0 to 1 with at most 6 decimals")
        }
        guard let status = ArmStatus(rawValue: table.text(6)) else {
            throw table.fault(6, expected: ArmStatus.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let visitors = Int64(table.text(11)), visitors >= 0 else {
            throw table.fault(11, expected: "a count of at least 0")
        }
        guard let successes = ExactDecimal.value(table.text(12), scale: 6) else {
            throw table.fault(12, expected: "a number with at most 6 decimals")
        }
        let verdict = table.has(14) && !table.text(14).isEmpty ? Verdict(rawValue: table.text(14)) : nil
        guard verdict != nil || !table.has(14) || table.text(14).isEmpty else {
            throw table.fault(14, expected: Verdict.allCases.map(\.rawValue).joined(separator: ", ") + " or nothing")
        }
        return AllocationRow(
            date: date, key: key, traffic: Int(traffic), status: status,
            probabilityBest: try optionalNumber(7, of: table), mean: try number(8, of: table),
            meanLow: try optionalNumber(9, of: table), meanHigh: try optionalNumber(10, of: table),
            visitors: visitors,
            successes: successes, valueRemaining: try optionalNumber(13, of: table), verdict: verdict,
            evidence: try optionalNumber(15, of: table), liftLow: try optionalNumber(16, of: table),
            liftHigh: try optionalNumber(17, of: table))
    }

    private static func number(_ column: Int, of table: InputTable) throws(InputFileError) -> Double {
        guard let value = PlainDecimal.value(table.text(column)) else {
            throw table.fault(column, expected: "a number in plain decimal notation")
        }
        return value
    }

    private static func optionalNumber(_ column: Int, of table: InputTable) throws(InputFileError) -> Double? {
        !table.has(column) || table.text(column).isEmpty ? nil : try number(column, of: table)
    }
}
