import Domain
package import Uplift

/// The page of `sluice uplift`: whom each message moves, whom to send what, and how sure that is. It asks nothing of the network,
/// and the same files give the same bytes.
package struct UpliftPage {
    private let analysis: UpliftAnalysis
    private let decisions: [UpliftTables.DecisionCounts]

    /// - Parameter decisions: how many customers get what; none where nothing was decided.
    package init(_ analysis: UpliftAnalysis, decisions: [UpliftTables.DecisionCounts]) {
        self.analysis = analysis
        self.decisions = decisions
    }

    package func html() -> String {
        let hasDecisions = !decisions.isEmpty
        let sections = analysis.messages.enumerated().map { number, message in section("m\(number + 1)", message) }
        return PageShell.html(
            title: "Uplift: \(analysis.messages.map(\.message).joined(separator: ", "))",
            header: """
                <a class=skip href="#messages">Skip to the messages</a>
                <header><h1>Whom a message moves</h1><p>\(HTML.prose(subtitle))</p>
                <nav aria-label="Parts of the page"><a href="#messages">Messages</a> \
                \(hasDecisions ? "<a href=\"#decisions\">Whom to send what</a> " : "")<a href="#words">Words</a></nav></header>
                """,
            main: """
                \(warnings)<section id=messages><h2>Messages</h2>\(overview)</section>
                \(sections.joined(separator: "\n"))\(hasDecisions ? decisionSection : "")\(leftOut)\(UpliftPage.words)
                """)
    }

    private var level: String { Text.significant(analysis.settings.level * 100, 6) + " %" }

    private var subtitle: String {
        let rows = Text.count(Int64(analysis.outcomes.count), "outcome")
        return "\(rows), scores of \(Text.count(Int64(analysis.messages.count), "message")), set against "
            + "\(Isolation.around(analysis.settings.control)). Intervals are of \(level)."
            + (analysis.scores.hasFold ? "" : " The scores name no folds: these scores may have seen their outcomes.")
    }

    private var warnings: String {
        guard !analysis.warnings.isEmpty else { return "<p class=fine>Nothing to warn of.</p>\n" }
        return
            "<section id=warnings aria-label=Warnings><h2>\(Text.count(Int64(analysis.warnings.count), "warning"))</h2><ul>"
            + analysis.warnings.map { "<li>\(HTML.escape($0))" }.joined() + "</ul></section>\n"
    }

    private var leftOut: String {
        guard !analysis.remarks.isEmpty else { return "" }
        return "<section id=left-out><h2>Left out</h2><ul>"
            + analysis.remarks.map { "<li>\(HTML.escape($0))" }.joined() + "</ul></section>\n"
    }

    private var overview: String {
        let names = [
            ("ate", "sent to everybody"), ("uplift@0.1", "highest 10 %"), ("uplift@0.3", "highest 30 %"),
            ("qini_per_customer", "order's worth (qini)"), ("auuc_per_customer", "auuc"),
            ("qini_auc_score", "qini_auc_score"),
        ]
        return DataTable(
            caption: "All messages", columns: ["message"] + names.map { "#" + $0.1 },
            rows: analysis.messages.map { message in
                [.name(message.message)]
                    + names.map { name, _ in
                        guard let figure = message.metric(name), let value = figure.value else { return .empty }
                        guard let low = figure.low, let high = figure.high else { return UpliftWords.cell(value) }
                        return .interval(
                            "\(UpliftWords.number(value)) (\(UpliftWords.number(low)) – \(UpliftWords.number(high)))",
                            [value, low, high].map { PlainDecimal.string($0) })
                    }
            }
        ).html(hiddenCaption: true)
    }

    private func section(_ id: String, _ message: MessageUplift) -> String {
        let sentences = UpliftWords.sentences(message, z: analysis.z)
        return "<section id=\(id)><h2>\(HTML.name(message.message))</h2>"
            + "<p class=narrative>\(HTML.escape(sentences.joined(separator: " ")))</p>"
            + UpliftCharts(id: id, uplift: message, level: level, z: analysis.z).html() + "</section>\n"
    }

    // MARK: Decisions

    private static let reasons = [
        "best": "the message that is worth most, and surely more than its cost",
        "weak": "that any message moves them is not sure enough",
        "costly": "a message moves customers like them, but is not worth its cost to them",
        "sleeping": "messages put customers like them off",
        "reserved": "kept untouched: control, or on a reserve list",
    ]

    private var decisionSection: String {
        let total = decisions.reduce(0) { $0 + $1.customers }
        let contacted = decisions.filter { $0.message != "none" }.reduce(0) { $0 + $1.customers }
        let table = DataTable(
            caption: "Customers by decision", columns: ["message", "reason", "#customers", "#share", "meaning"],
            rows: decisions.map { count in
                let share = Double(count.customers) / Double(max(1, total))
                return [
                    .name(count.message), .text(count.reason),
                    .number(Text.count(count.customers), "\(count.customers)"),
                    .number(Text.decimal(share * 100, 2) + " %", PlainDecimal.string(share)),
                    .text(UpliftPage.reasons[count.reason] ?? ""),
                ]
            })
        return "<section id=decisions><h2>Whom to send what</h2><p class=narrative>"
            + HTML.escape(
                "\(Text.count(contacted)) of \(Text.count(total, "customer")) are to be contacted, the others left alone."
            )
            + "</p>\(table.html(hiddenCaption: true))\(policyTable)</section>\n"
    }

    private var policyTable: String {
        guard !analysis.policies.isEmpty else { return "" }
        let table = DataTable(
            caption: "What policies would have brought, per customer",
            columns: ["policy", "estimator", "#value", "#se", "#over the best simple one", "#its se"],
            rows: analysis.policies.map { policy in
                [.name(policy.policy), .text(policy.estimator)]
                    + [policy.value, policy.error, policy.difference, policy.differenceError].map(UpliftWords.cell)
            })
        return "<h3>What the rule would have brought</h3>\(table.html(hiddenCaption: true))"
    }

    private static let words = """
        <section id=words><h2>Words</h2><dl>
        <dt>score<dd>How much the message is expected to move a customer, before anybody looked.
        <dt>uplift<dd>Outcome per customer with the message, less that of control: what the message itself adds.
        <dt>control<dd>Customers whom chance kept untouched. Without them nobody knows what would have happened anyway.
        <dt>interval<dd>The true uplift is in it with its probability. A bar whose line crosses 0 may be nothing.
        <dt>qini per customer<dd>What the order of the scores is worth beside an order by lot; 0 is nothing.
        <dt>auuc<dd>The mean gain per customer over all shares contacted: the order's worth and half the uplift of everybody.
        <dt>qini_auc_score<dd>The same as a share of the best order there could be; scikit-uplift's figure.
        <dt>sleeping dogs<dd>Customers whom the message puts off: the upper end of their interval is below 0.
        <dt>ips, dr<dd>Two estimates of a policy's value from customers who happened to get what it chooses: by weights alone, and \
        by the scores, mended with weights.
        </dl></section>

        """
}
