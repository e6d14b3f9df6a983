import Allocation
import Domain
import Essentials
import Learning
import State

/// A table laid out for reading.
enum TablePrinter {
    static func text(ofTableIn directory: String) throws -> String {
        let path = directory + "/allocation.csv"
        let rows = try AllocationFile.rows(try FileSystem.read(path), file: path)
        var cells = [
            [
                "platform/slot", "segment", "variant", "traffic", "status", "P(best)", "mean", "95 % interval",
                "visitors", "verdict",
            ]
        ]
        for row in rows {
            cells.append([
                Text.printable("\(row.key.platform)/\(row.key.slot)"), Text.printable(row.key.segment.string),
                Text.printable(row.key.variant.string),
                Text.decimal(Double(row.traffic) / 10_000, 2) + " %", row.status.rawValue,
                row.probabilityBest.map { Text.decimal($0, 4) } ?? "", Text.decimal(row.mean, 5),
                interval(row), Text.count(row.visitors), row.verdict?.rawValue ?? "",
            ])
        }
        let date = rows.first.map { "\($0.date)" } ?? ""
        return "Traffic on \(date)\n\n" + aligned(cells, rightAligned: [3, 5, 6, 7, 8])
    }

    private static func interval(_ row: AllocationRow) -> String {
        guard let low = row.meanLow, let high = row.meanHigh else { return "" }
        return "\(Text.decimal(low, 5)) – \(Text.decimal(high, 5))"
    }

    /// Columns padded to their widest cell, two spaces apart.
    static func aligned(_ cells: [[String]], rightAligned: Set<Int> = []) -> String {
        let columns = cells.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += (column == 0 ? "" : "  ") + (rightAligned.contains(column) ? padding + cell : cell + padding)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
