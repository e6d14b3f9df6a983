import Allocation
package import Domain
package import Evaluation
import Learning
import Randomizer

/// The history of a state directory in words for the terminal: a block of text for each experiment.
package struct TerminalNarrative: Sendable {
    /// Nights that a sparkline shows at most.
    package static let nights = 30

    /// Lays rows of cells out in columns; the second argument names those that stand at the right.
    package typealias Layout = ([[String]], Set<Int>) -> String

    package let history: StateHistory
    package let settings: [SlotKey: ExperimentSettings]
    /// Nights that a sparkline shows at most here.
    package let nights: Int
    /// Characters in a line; nil: as many as it takes. A table narrower than its least stays as it is.
    package let width: Int?
    /// Plain ASCII: no block characters, dashes or signs beyond it.
    package let ascii: Bool
    /// What policies that did not run are judged by; nil: what the tables brought is not told.
    package let evidence: StateEvidence?

    package init(
        _ history: StateHistory, settings: [SlotKey: ExperimentSettings] = [:], nights: Int = TerminalNarrative.nights,
        width: Int? = nil, ascii: Bool, evidence: StateEvidence? = nil
    ) {
        self.evidence = evidence
        self.history = history
        self.settings = settings
        self.nights = min(nights, TerminalNarrative.nights)
        self.width = width
        self.ascii = ascii
    }

    package func text(layout: Layout) -> String {
        let text = ([heading] + history.experiments.map { experiment($0, layout) }).joined(separator: "\n")
        return ascii ? TerminalNarrative.plain(text) : text
    }

    private var heading: String {
        var lines: [String] = []
        if let (index, table) = history.newestTable {
            let through = table.manifest.statisticsThrough.map { ", learned through \($0)" } ?? ", nothing learned yet"
            lines.append("\(table.manifest.pipeline ?? "Pipeline"): table of \(history.days[index].date)\(through)")
        }
        lines.append(history.current.map { "served: the table of \($0)" } ?? "served: none")
        for fault in history.faults {
            lines.append("missing or damaged: \(fault.subject.rawValue) of \(fault.date)")
        }
        if !history.beyond.isEmpty {
            lines.append("left out, beyond the newest table: statistics of \(Text.days(history.beyond))")
        }
        return lines.map { prose($0, indent: "") }.joined()
    }

    private func experiment(_ key: SlotKey, _ layout: Layout) -> String {
        let experiment = ExperimentHistory(key, in: history, settings: settings[key])
        let name = prose("\(key.platform)/\(key.slot)", indent: "")
        guard let summary = ExperimentSummary(experiment), let latest = experiment.latest
        else {
            return "\(name)  no table\n"
        }
        var sentences = [Narrative.text(summary)]
        if let remaining = summary.valueRemaining {
            sentences.append("Value remaining: \(Figures.percent(remaining, 2)).")
        }
        if let unknown = summary.unknown { sentences.append(unknown) }
        if let brought = brought(experiment) { sentences.append(brought.text) }
        let shown = experiment.dates.indices.prefix(latest + 1).suffix(nights)
        let carried = shown.filter { experiment.isCarriedOver[$0] }.map { experiment.dates[$0] }
        if !carried.isEmpty { sentences.append("Carried over: \(Text.days(carried)).") }
        let arms = ArmTable(summary, days: shown, ascii: ascii)
        return name + prose(sentences.joined(separator: " "), indent: "  ")
            + arms.text(width: width.map { $0 - 2 }, layout).split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    private func brought(_ experiment: ExperimentHistory) -> Brought? {
        guard let reward = experiment.reward,
            let log = try? evidence?.log(of: experiment.key, reward: reward, handover: .share(0)).log
        else { return nil }
        return Brought(log, reward: reward, control: experiment.control.map { experiment.arms[$0] })
    }

    /// A paragraph broken between words where it would be wider than the terminal.
    private func prose(_ text: String, indent: String) -> String {
        let words = Text.printable(Isolation.removed(text)).split(separator: " ", omittingEmptySubsequences: false)
        var lines = [indent]
        for word in words {
            let line = lines[lines.count - 1]
            if let width, line.count > indent.count, line.count + 1 + word.count > width {
                lines.append(indent + word)
            } else {
                lines[lines.count - 1] = line + (line.count > indent.count ? " " : "") + word
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The same in ASCII, character by character; what has no counterpart, in names, becomes a question mark.
    static func plain(_ text: String) -> String {
        let counterparts: [Unicode.Scalar: String] = ["–": "-", "−": "-", "±": " ", "…": "~"]
        return text.unicodeScalars.map { scalar in
            scalar.isASCII ? String(scalar) : counterparts[scalar] ?? "?"
        }.joined()
    }
}
