import Allocation
import Pipeline
import Randomizer
import Vocabulary

/// The story of a state directory for the terminal: a block of text for each experiment.
package struct TerminalStory: Sendable {
    /// Nights that a sparkline shows at most.
    package static let nights = 30

    /// Lays rows of cells out in columns; the second argument names those that stand at the right.
    package typealias Layout = ([[String]], Set<Int>) -> String

    package let history: StateHistory
    /// Plain ASCII: no block characters, dashes or signs beyond it.
    package let ascii: Bool

    package init(_ history: StateHistory, ascii: Bool) {
        self.history = history
        self.ascii = ascii
    }

    package func text(layout: Layout) -> String {
        let text = ([heading] + history.experiments.map { experiment($0, layout) }).joined(separator: "\n")
        return ascii ? TerminalStory.plain(text) : text
    }

    private var heading: String {
        var lines: [String] = []
        if let (index, table) = history.newestTable {
            let through = table.manifest.statisticsThrough.map { ", learned through \($0)" } ?? ""
            lines.append("\(table.manifest.pipeline ?? "Pipeline"): table of \(history.days[index].date)\(through)")
        }
        lines.append(history.current.map { "served: the table of \($0)" } ?? "served: none")
        for fault in history.faults {
            lines.append("damaged: \(fault.subject.rawValue) of \(fault.date)")
        }
        return lines.map { TerminalStory.printable($0) + "\n" }.joined()
    }

    private func experiment(_ key: SlotKey, _ layout: Layout) -> String {
        let experiment = ExperimentHistory(key, in: history)
        let name = TerminalStory.printable("\(key.platform)/\(key.slot)")
        guard let findings = Findings(experiment), let latest = experiment.latest else {
            return "\(name)\n  no table\n"
        }
        let days = experiment.dates.indices.prefix(latest + 1).suffix(TerminalStory.nights)
        let top = days.flatMap { experiment.rows[$0].compactMap { $0?.traffic } }.max() ?? 0
        var cells = [
            [
                "", "variant", "traffic, \(days.count) nights", "now", "change", "P(best)", "mean", "95 % interval",
                "status",
            ]
        ]
        for (index, arm) in findings.arms.enumerated() {
            guard let arm else { continue }
            let row = arm.row
            let line = Sparkline.text(
                days.map { experiment.rows[$0][index].map { Double($0.traffic) } }, top: Double(top), ascii: ascii)
            let reward = experiment.reward.reward
            cells.append([
                index == findings.leader ? "*" : "", TerminalStory.printable(experiment.arms[index].string), line,
                Figures.percent(Double(row.traffic) / 1e6, 2), arm.change.map(Figures.points) ?? "",
                row.probabilityBest.map { Figures.percent($0, 1) } ?? "", Figures.mean(row.mean, reward),
                "\(Figures.mean(row.meanLow, reward)) – \(Figures.mean(row.meanHigh, reward))",
                row.status.rawValue + (arm.isAtFloor ? ", at its floor" : ""),
            ])
        }
        let remaining = findings.valueRemaining.map { " Value remaining: \(Figures.percent($0, 2))." } ?? ""
        let carried = experiment.dates.indices.filter { experiment.isCarriedOver[$0] }.map { experiment.dates[$0] }
        return "\(name)\n"
            + TerminalStory.indented(TerminalStory.printable(Story.sentence(findings)) + remaining + "\n")
            + (carried.isEmpty ? "" : "  Carried over: \(Text.days(carried)).\n")
            + TerminalStory.indented(layout(cells, [3, 4, 5, 6, 7]))
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    /// Text from the data without control characters, which a terminal would obey.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// The same in ASCII; what has no counterpart, in names, becomes a question mark.
    static func plain(_ text: String) -> String {
        let counterparts: [Unicode.Scalar: String] = ["–": "-", "−": "-", "±": " "]
        return text.unicodeScalars.map { scalar in
            scalar.isASCII ? String(scalar) : counterparts[scalar] ?? "?"
        }.joined()
    }
}
