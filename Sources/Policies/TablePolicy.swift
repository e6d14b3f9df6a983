package import Domain

/// Shares as a file gives them: a published `allocation.csv`, or one written by hand with the columns segment, variant and
/// traffic.
///
/// The columns platform and slot, where there are any, choose the experiment's rows. Without a column `date`, or with one date
/// in it, the shares are those of all days; with several, a day has the shares of the last date that is not after it.
package struct TablePolicy: SegmentPolicy {
    package let name: String
    private let file: String
    /// In the order of dates.
    private let tables: [Table]

    private struct Table {
        /// Nil: of all days.
        var date: CalendarDate?
        var groups: [Name: [ArmShare]]
    }

    /// How far the shares of a group may be from 1: they stand in millionths.
    private static let tolerance = 1e-6

    private static let columns = ["segment", "variant", "traffic", "platform", "slot", "date"]

    /// Reads the shares of an experiment.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Throws: `InputFileError` for a field that is not what its column holds and for an arm with two rows; `PolicyError` for a
    ///   file without a row of the experiment, and for a group whose shares do not add up to 1.
    package init(name: String, _ bytes: [UInt8], file: String, slot: SlotKey) throws {
        self.name = name
        self.file = file
        var input = try InputTable(bytes, file: file, columns: TablePolicy.columns, optional: [3, 4, 5])
        var lines: [Row: Int] = [:]
        var groups: [CalendarDate?: [Name: [ArmShare]]] = [:]
        while try input.next() {
            guard let (row, share) = try TablePolicy.row(of: input, slot: slot) else { continue }
            if let first = lines.updateValue(input.line, forKey: row) {
                let key = [row.date?.description, row.segment.string, row.variant.string].compactMap(\.self)
                throw InputFileError(
                    file: file, line: input.line,
                    problem: .duplicate(key: key.joined(separator: ","), firstLine: first))
            }
            // An arm of no traffic still says that its segment has a group.
            groups[row.date, default: [:]][row.segment, default: []] += share > 0 ? [ArmShare(row.variant, share)] : []
        }
        guard !groups.isEmpty else {
            throw PolicyError("\(file): no row of \(slot.platform)/\(slot.slot); give a table that serves it")
        }
        var tables: [Table] = []
        for (date, segments) in groups {
            var table = Table(date: date, groups: [:])
            for (segment, shares) in segments {
                let shares = shares.sorted { $0.variant < $1.variant }
                let sum = shares.reduce(0) { $0 + $1.share }
                // Rounding may not refuse what is written exactly a millionth off.
                guard abs(sum - 1) <= TablePolicy.tolerance * (1 + 1e-9) else {
                    let day = date.map { "\($0), " } ?? ""
                    throw PolicyError(
                        "\(file): \(day)segment \(segment): the shares add up to \(PlainDecimal.string(sum)); make it 1"
                    )
                }
                table.groups[segment] = shares
            }
            tables.append(table)
        }
        tables.sort { ($0.date?.dayNumber ?? 0) < ($1.date?.dayNumber ?? 0) }
        if tables.count == 1 { tables[0].date = nil }
        self.tables = tables
    }

    private struct Row: Hashable {
        var date: CalendarDate?
        var segment: Name
        var variant: Name
    }

    /// The row's arm and share; nil for a row of another experiment.
    private static func row(of input: InputTable, slot: SlotKey) throws(InputFileError) -> (Row, Double)? {
        let segment = try input.name(0, expected: "a segment, or * for everyone")
        let variant = try input.name(1, expected: "a variant")
        guard let share = PlainDecimal.value(input.text(2)), (0...1).contains(share) else {
            throw input.fault(2, expected: "a share from 0 to 1 in plain decimal notation")
        }
        if input.has(3), try input.name(3, expected: "a platform") != slot.platform { return nil }
        if input.has(4), try input.name(4, expected: "a slot") != slot.slot { return nil }
        var date: CalendarDate?
        if input.has(5) {
            date = CalendarDate(input.text(5))
            guard date != nil else { throw input.fault(5, expected: "a date, YYYY-MM-DD") }
        }
        return (Row(date: date, segment: segment, variant: variant), share)
    }

    /// - Throws: for a day before the file's first, and a segment without shares where the file has none for everyone.
    package func shares(of stratum: Stratum) throws(PolicyError) -> [ArmShare] {
        let table = tables.last { table in table.date.map { $0 <= stratum.date } ?? true }
        guard let table else {
            throw PolicyError("\(file): no shares for \(stratum.date); add rows of that date or of one before it")
        }
        guard let shares = table.groups[stratum.segment] ?? table.groups[.everyone] else {
            throw PolicyError("\(file): no shares for segment \(stratum.segment); add rows of it or of *")
        }
        return shares
    }
}
