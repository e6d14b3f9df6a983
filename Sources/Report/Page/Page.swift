package import Domain
package import Evaluation
import Learning
import Randomizer
import State

/// The report: one HTML page that asks nothing of the network, made from a state directory's last days.
///
/// The same state gives the same bytes: there is no clock in it.
package struct Page: Sendable {
    /// Experiments above which all but the first are folded.
    static let unfolded = 3

    private let history: StateHistory
    private let summaries: [ExperimentSummary]
    /// Experiments that have counts and no table.
    private let unallocated: [SlotKey]
    private let whatIfs: [SlotKey: WhatIf]

    /// - Parameter evidence: the same days for judging policies that did not run; nil: the page does not tell of them.
    package init(
        _ history: StateHistory, settings: [SlotKey: ExperimentSettings] = [:], evidence: StateEvidence? = nil
    ) {
        self.history = history
        var summaries: [ExperimentSummary] = []
        var unallocated: [SlotKey] = []
        for key in history.experiments {
            let experiment = ExperimentHistory(key, in: history, settings: settings[key])
            if let found = ExperimentSummary(experiment) {
                summaries.append(found)
            } else {
                unallocated.append(key)
            }
        }
        self.summaries = summaries
        self.unallocated = unallocated
        whatIfs =
            evidence.map { evidence in
                Dictionary(
                    uniqueKeysWithValues: summaries.map { ($0.history.key, WhatIf($0.history, evidence)) })
            } ?? [:]
    }

    package func html() -> String {
        let experiments = summaries.enumerated().map { (id: "e\($0 + 1)", summary: $1) }
        let sections = experiments.map { id, summary in
            ExperimentSection(
                id: id, summary: summary, pValues: pValues(summary.history.key),
                isOpen: experiments.count <= Page.unfolded || id == "e1", whatIf: whatIfs[summary.history.key]
            ).html()
        }
        return PageShell.html(
            title: title,
            header: """
                <a class=skip href="#summary">Skip to the experiments</a>
                <header><h1>Traffic of \(HTML.name(pipeline))</h1><p>\(HTML.prose(subtitle))</p>
                <nav aria-label="Parts of the page"><a href="#summary">Experiments</a> <a href="#details">In detail</a> \
                <a href="#quality">Data quality</a> <a href="#words">Words</a> <a href="#elsewhere">Elsewhere</a></nav></header>
                """,
            main: """
                \(warnings)\(SummarySection(experiments: experiments).html())
                <section id=details><h2>In detail</h2>
                \(legend)\(sections.joined(separator: "\n"))</section>
                \(QualitySection(history: history).html())\(Page.words)
                """)
    }

    private var pipeline: String { history.newestTable?.table.manifest.pipeline ?? "unknown pipeline" }

    private var title: String {
        guard let (index, _) = history.newestTable else { return "Sluice" }
        return "Sluice: \(pipeline), \(history.days[index].date)"
    }

    private var subtitle: String {
        guard let (index, table) = history.newestTable else { return "No table of these days can be read." }
        let through =
            table.manifest.statisticsThrough.map { ", learned through \(Isolation.around($0))" }
            ?? ", nothing learned yet"
        let first = history.days.first?.date.description ?? ""
        let last = history.days.last?.date.description ?? ""
        return "The table of \(history.days[index].date)\(through). "
            + "The page shows \(Text.count(Int64(history.days.count), "day")), \(first) to \(last)."
    }

    private var warnings: String {
        var list = Warnings.list(history)
        list += unallocated.map {
            "\(Isolation.around("\($0.platform)/\($0.slot)")) has counts and no table that can be read."
        }
        if let (index, _) = history.newestTable {
            list += summaries.filter { $0.date != history.days[index].date }.map {
                "\(Isolation.around("\($0.history.key.platform)/\($0.history.key.slot)")) is not in the newest table; its last one is of \($0.date)."
            }
        }
        guard !list.isEmpty else { return "<p class=fine>Nothing to warn of.</p>\n" }
        return "<section id=warnings aria-label=Warnings><h2>\(Text.count(Int64(list.count), "warning"))</h2><ul>"
            + list.map { "<li>\(HTML.prose($0))" }.joined() + "</ul></section>\n"
    }

    private var legend: String {
        "<p class=note>Hatched days are carried over: nothing new was learned, so traffic stood still. Dotted days have no "
            + "file, or no visitors. Triangles above a chart mark days on which an arm came, "
            + "went or changed its status, or a table was taken back. Point at a chart, or focus it and press the "
            + "arrow keys, to read its values.</p>\n"
    }

    /// The p-values of the sample-ratio check, by day.
    private func pValues(_ key: SlotKey) -> [Double?] {
        history.days.map { day in
            day.quality?.sampleRatio.first {
                Name($0.platform) == key.platform && Name($0.slot) == key.slot
            }?.pValue
        }
    }

    private static let words = """
        <section id=words><h2>Words</h2><dl>
        <dt>traffic<dd>The share of visitors that the table sends to an arm.
        <dt>P(best)<dd>The probability that the arm is the best of those that compete, before caps and floors.
        <dt>95 % interval<dd>The arm's true mean is in it with a probability of 95 %, as far as is known.
        <dt>value remaining<dd>What the best arm has over the leader, relative to the leader, is no more than this with a \
        probability of 95 %. Under 1 % there is little left to learn. Not given beside a new arm, whose prior alone would make it.
        <dt>verdict<dd>Open, excluded or winner, by the evidence of all days: an arm is excluded once the evidence that another is \
        better has reached 40, and stays so; the arm that is left alone wins. However often one looks, the best arm is excluded in no \
        more than 2.5 % of experiments.
        <dt>evidence<dd>That another arm is better: how many times likelier the counts are if so (an e-value: the mean over arms and \
        over sizes of the difference). 40 is the mark.
        <dt>lift<dd>The ratio of an arm's rate to the reference's (the control's, without one the leader's), less 1. Its 95 % interval \
        is always valid: it holds on all nights together.
        <dt>raw rate<dd>Successes by visitors of the window as they were counted.
        <dt>nights to 95 %<dd>How many more nights, each with the visitors of the last day, until the leader's P(best) is above \
        95 % if all means and shares stay as they are (normal approximation). A rule of thumb: means do move, above all early, \
        and a leader above 95 % may lose its lead again. What a window or a half-life forgets is counted. None is given beside a \
        new arm, nor where the posteriors are not known.
        <dt>effective sample<dd>So many visitors of the policy's own would tell as much as those who are weighed for it (Kish 1965).
        <dt>moved<dd>Half the sum of the changes of all arms' traffic from one table to the next.
        <dt>at its floor<dd>The arm has the least share that every arm keeps, so that it can still be learned about.
        <dt>new<dd>Too few visitors yet to be trusted with more than an equal share.
        <dt>sample-ratio p<dd>The probability that visitors come in a split this uneven by chance (χ²). Below 0.0005 the day is \
        suspicious.
        <dt>mixed<dd>Visitors who saw more than one variant.
        </dl></section>
        <section id=elsewhere><h2>The same numbers elsewhere</h2>
        <p>Where the state directory is, every table and every count can be read with one pattern. In DuckDB:</p>
        <pre><code class=duckdb>FROM read_csv('state/allocations/*/allocation.csv', union_by_name = true)
        WHERE segment = '*' ORDER BY date, platform, slot, variant;</code></pre>
        <p>In Python with pandas:</p>
        <pre><code class=python>import glob
        import pandas
        files = sorted(glob.glob("state/statistics/*/statistics.csv"))
        statistics = pandas.concat(map(pandas.read_csv, files))
        print(statistics.groupby(["platform", "slot", "variant"])[["visitors", "clickers"]].sum())</code></pre></section>

        """
}
