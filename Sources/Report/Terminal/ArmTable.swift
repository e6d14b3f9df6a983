import Allocation
import Domain
import Learning

/// An experiment's arms for the terminal, a line each, as wide as there is room for.
struct ArmTable {
    /// What a line leaves out where there is little room.
    private struct Shape {
        var nights = TerminalNarrative.nights
        /// Characters of a variant's name.
        var name = Int.max
        var hasInterval = true
        var hasMean = true
        var hasChange = true
    }

    /// From the widest to the narrowest: the first that fits is taken.
    private static let shapes = [
        Shape(), Shape(name: 24), Shape(nights: 20, name: 24), Shape(nights: 14, name: 24),
        Shape(name: 24, hasInterval: false), Shape(nights: 20, name: 24, hasInterval: false),
        Shape(nights: 14, name: 20, hasInterval: false),
        Shape(nights: 20, name: 20, hasInterval: false, hasMean: false),
        Shape(nights: 14, name: 16, hasInterval: false, hasMean: false),
        Shape(nights: 7, name: 14, hasInterval: false, hasMean: false),
        Shape(nights: 7, name: 12, hasInterval: false, hasMean: false, hasChange: false),
    ]

    private let summary: ExperimentSummary
    private let days: ArraySlice<Int>
    private let ascii: Bool

    /// - Parameter days: those that the sparklines show, ascending.
    init(_ summary: ExperimentSummary, days: some Sequence<Int>, ascii: Bool) {
        self.summary = summary
        self.days = ArraySlice(days)
        self.ascii = ascii
    }

    func text(width: Int?, _ layout: TerminalNarrative.Layout) -> String {
        var text = ""
        for shape in ArmTable.shapes {
            let lines = cells(shape)
            text = layout(lines, Set(3..<lines[0].count - 1))
            guard let width, text.split(separator: "\n").contains(where: { $0.count > width }) else { return text }
        }
        return text
    }

    private func cells(_ shape: Shape) -> [[String]] {
        let history = summary.history
        let reward = history.reward
        let days = days.suffix(shape.nights)
        let top = days.flatMap { history.rows[$0].compactMap { $0?.traffic } }.max() ?? 0
        func columns(
            _ mark: String, _ name: String, _ line: String, _ now: String, _ change: String, _ best: String,
            _ mean: String, _ interval: String, _ status: String
        ) -> [String] {
            [mark, name, line, now] + (shape.hasChange ? [change] : []) + [best] + (shape.hasMean ? [mean] : [])
                + (shape.hasInterval ? [interval] : []) + [status]
        }
        let heading = columns(
            "", "variant", (days.count > 14 ? "traffic, " : "") + Text.count(Int64(days.count), "night"), "now",
            "change",
            "P(best)", "mean", "95 % interval", "status")
        return [heading]
            + summary.arms.enumerated().compactMap { index, arm in
                guard let arm else { return nil }
                let row = arm.row
                return columns(
                    summary.leaders.contains(index) ? "*" : "",
                    Text.shortened(Text.printable(history.arms[index].string), to: shape.name),
                    sparkline(index, days, top: Double(top)), Figures.percent(Double(row.traffic) / 1e6, 2),
                    arm.change.map(Figures.points) ?? "", row.probabilityBest.map { Figures.percent($0, 1) } ?? "",
                    Figures.mean(row.mean, reward),
                    Figures.interval(row, reward),
                    row.status.rawValue + (row.verdict.map { $0 == .open ? "" : ", \($0.rawValue)" } ?? "")
                        + (arm.isAtFloor ? ", at its floor" : ""))
            }
    }

    /// A dot is a night without a table, a blank a table without the arm.
    private func sparkline(_ arm: Int, _ days: ArraySlice<Int>, top: Double) -> String {
        let rows = summary.history.rows
        let line = Sparkline.text(days.map { rows[$0][arm].map { Double($0.traffic) } }, top: top, ascii: ascii)
        return String(
            zip(days, line).map { day, character in
                rows[day][arm] == nil && rows[day].contains { $0 != nil } ? " " : character
            })
    }
}
