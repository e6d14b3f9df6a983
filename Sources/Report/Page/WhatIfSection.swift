import Domain
import Evaluation
import Learning

/// What other policies would have earned: words, a chart of what they would have changed, and a table.
struct WhatIfSection {
    let section: String
    let whatIf: WhatIf
    let history: ExperimentHistory

    func html() -> String {
        let start = "<div class=whatif><h4>What if another table had served?</h4>"
        if let absence = whatIf.absence {
            return start + "<p class=note>\(HTML.prose(words(absence)))</p></div>\n"
        }
        return start + "<p class=note>\(HTML.prose(introduction))</p>"
            + "<ul>" + sentences.map { "<li>\(HTML.prose($0))" }.joined() + "</ul>"
            + "<div class=charts>\(chart?.html() ?? "")</div>" + table.html()
            + "<p class=fine>\(HTML.prose(caution))</p></div>\n"
    }

    private var noun: String { history.reward?.noun ?? "reward" }

    // MARK: Words

    private func words(_ absence: WhatIf.Absence) -> String {
        switch absence {
        case .unknownReward: "Not told, since no table says what counts as success."
        case .noVisitors: "Not told: no visitors were counted on days with a table."
        case .failure(let text): "Not told: \(Isolation.around(Text.printable(text)))"
        }
    }

    private var introduction: String {
        "Each table states which share of visitors every arm got, so that the visitors of \(Text.count(Int64(whatIf.days), "day")) "
            + "can be weighed as if another policy had sent them. What follows is by how much \(noun) per visitor would have "
            + "differed from what served, with 95 % intervals (doubly robust estimates)."
    }

    /// A sentence for each policy that differs, then one for those of which the same is to be said.
    private var sentences: [String] {
        var sentences: [String] = []
        var others: [(words: String, policies: [String])] = []
        for answer in whatIf.answers {
            let name = name(answer.policy)
            if let text = verdict(answer) {
                sentences.append(name.prefix(1).uppercased() + name.dropFirst() + text)
                continue
            }
            let words = doubt(answer)
            if let place = others.firstIndex(where: { $0.words == words }) {
                others[place].policies.append(name)
            } else {
                others.append((words, [name]))
            }
        }
        return sentences + others.map { "\($0.words): \($0.policies.joined(separator: ", "))." }
    }

    /// What is known of a policy that differs from what served; nil where nothing is.
    private func verdict(_ answer: WhatIf.Answer) -> String? {
        if let change = answer.change {
            func percent(_ value: Double) -> String { Figures.percent(abs(value), 1) }
            if change.low > 0 {
                return
                    " would have earned \(percent(change.value)) more (\(percent(change.low)) to \(percent(change.high)))."
            }
            if change.high < 0 {
                return
                    " would have earned \(percent(change.value)) less (\(percent(change.high)) to \(percent(change.low)))."
            }
        } else if let difference = answer.difference, difference.low > 0 || difference.high < 0 {
            let word = difference.low > 0 ? "more" : "less"
            return " would have earned \(amount(abs(difference.value))) a visitor \(word) "
                + "(\(signed(difference.low)) to \(signed(difference.high)))."
        }
        return nil
    }

    private func doubt(_ answer: WhatIf.Answer) -> String {
        guard let evaluation = answer.evaluation else { return "Not judged, since nobody could have been shown it" }
        if answer.isWhatServed { return "The same as what served" }
        guard evaluation.isReliable else {
            return "Not to be judged (\(evaluation.doubts.map(\.words).joined(separator: ", ")))"
        }
        return "Not to be told from what served"
    }

    private func amount(_ value: Double) -> String { Figures.mean(value, history.reward) }

    private func signed(_ value: Double) -> String { (value < 0 ? "−" : "+") + amount(abs(value)) }

    private func name(_ policy: WhatIf.Policy) -> String {
        switch policy {
        case .even: "an even split"
        case .always(let variant): "everyone on \(Isolation.around(variant.string))"
        case .table(let date): "the table of \(date) on all days"
        }
    }

    private var caution: String {
        var sentences = [
            "A visitor counts once a day; where visitors come back the intervals are somewhat too narrow. "
                + "Of twenty such comparisons one is outside of its interval by chance."
        ]
        let omissions = whatIf.omissions
        if omissions.daysWithoutTable > 0 {
            sentences.append(
                "\(Text.count(Int64(omissions.daysWithoutTable), "day")) had no table of the experiment and "
                    + "\(omissions.daysWithoutTable == 1 ? "is" : "are") left out.")
        }
        if omissions.offTable > 0 {
            sentences.append(
                "\(Text.count(omissions.offTable, "visitor")) saw an arm without a share in the table and "
                    + "\(omissions.offTable == 1 ? "is" : "are") left out.")
        }
        if omissions.damagedDays > 0 {
            sentences.append("\(Text.count(Int64(omissions.damagedDays), "day")) with damaged files left out.")
        }
        if whatIf.armsLeftOut > 0 {
            sentences.append(
                "The \(Text.count(Int64(whatIf.armsLeftOut), "arm")) of least traffic are not judged alone.")
        }
        return sentences.joined(separator: " ")
    }

    // MARK: Figures

    private var chart: Chart? {
        let changes = whatIf.answers.compactMap { answer in answer.change.map { (answer.policy, $0) } }
        guard !changes.isEmpty else { return nil }
        let items = changes.map { policy, change in
            IntervalChart.Item(
                name: plain(policy), value: change.value, low: change.low, high: change.high,
                description: "\(plain(policy)): \(ExperimentCharts.change(change.value)) "
                    + "(\(ExperimentCharts.change(change.low)) to \(ExperimentCharts.change(change.high)))",
                figures: ExperimentCharts.change(change.value))
        }
        let chart = IntervalChart(items: items) { value, places in
            value == 0 ? "0 %" : Figures.signed(value * 100, max(0, places - 2)) + " %"
        }
        return Chart(
            section: section, name: "whatif", title: "What other policies would have changed",
            description:
                "How much greater \(noun) per visitor would have been than what served brought, in percent, with 95 % "
                + "intervals; policies that cannot be judged are left out; far ends are cut at the frame.",
            svg: chart.svg(), height: chart.height,
            table: DataTable(
                caption: "What other policies would have changed", columns: ["policy", "#change", "#95 % from", "#to"],
                names: ["policy", "relative", "relative_low", "relative_high"],
                rows: changes.map { policy, change in
                    [
                        .name(plain(policy)), ExperimentCharts.cell(change.value), ExperimentCharts.cell(change.low),
                        ExperimentCharts.cell(change.high),
                    ]
                }))
    }

    private func plain(_ policy: WhatIf.Policy) -> String {
        switch policy {
        case .even: "even split"
        case .always(let variant): "everyone on \(variant)"
        case .table(let date): "table of \(date)"
        }
    }

    private var table: DataTable {
        let rows = whatIf.answers.map { answer -> [DataTable.Cell] in
            let first: [DataTable.Cell] = [.name(plain(answer.policy))]
            guard let evaluation = answer.evaluation, let best = evaluation.recommended else {
                return first + Array(repeating: .empty, count: 6)
                    + [.text("\(Text.count(answer.leftOut, "visitor")) could not have been shown it")]
            }
            return first + [.number(amount(best.value), PlainDecimal.string(best.value))] + told(answer, best) + [
                .number(Text.count(evaluation.visitors), String(evaluation.visitors)),
                .number(
                    Text.count(Int64(evaluation.diagnostics.effectiveSampleSize)),
                    PlainDecimal.string(evaluation.diagnostics.effectiveSampleSize)),
                .text(remark(answer, evaluation)),
            ]
        }
        return DataTable(
            caption: "What other policies would have earned in \(history.key.platform)/\(history.key.slot)",
            columns: [
                "policy", "#value", "#against what served", "#95 % interval", "#p", "#visitors", "#effective sample",
                "remark",
            ],
            names: [
                "policy", "value", "difference", "difference_low difference_high", "difference_p", "visitors", "ess",
                "remark",
            ], rows: rows)
    }

    /// Difference, interval and p-value; nothing where they are not to be trusted.
    private func told(_ answer: WhatIf.Answer, _ best: PolicyEvaluation.Answer) -> [DataTable.Cell] {
        guard let difference = answer.difference, let p = best.difference?.p else {
            return [.empty, .empty, .empty]
        }
        let change = answer.change
        let text = change == nil ? signed : ExperimentCharts.change
        let told = change ?? difference
        return [
            .number(text(told.value), PlainDecimal.string(told.value)),
            .interval(
                "\(text(told.low)) to \(text(told.high))",
                [PlainDecimal.string(told.low), PlainDecimal.string(told.high)]),
            .number(Figures.pValue(p), PlainDecimal.string(p)),
        ]
    }

    /// Why nothing, or only a part of the visitors, is told.
    private func remark(_ answer: WhatIf.Answer, _ evaluation: PolicyEvaluation) -> String {
        if answer.isWhatServed { return "what served" }
        var words: [String] = []
        if evaluation.isReliable, answer.change == nil, answer.difference != nil {
            words.append("the difference itself, as what served earned nothing or a loss")
        }
        if !evaluation.isReliable {
            words.append("not reliable: " + evaluation.doubts.map(\.words).joined(separator: ", "))
        }
        if answer.leftOut > 0 {
            words.append("\(Text.count(answer.leftOut, "visitor")) left out, who could not have been shown it")
        }
        return words.joined(separator: "; ")
    }
}
