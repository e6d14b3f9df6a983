package import Budget
import Domain

/// The page of a spent budget: what it bought, what more money would bring, and where.
///
/// The same result gives the same bytes.
package struct BudgetPage: Sendable {
    /// Groups with charts of their own; of more, the table says what there is.
    static let drawnGroups = 12

    private let result: BudgetResult

    package init(_ result: BudgetResult) { self.result = result }

    package func html() -> String {
        PageShell.html(
            title: "Sluice: a budget of \(money(result.total.budget))",
            header: """
                <a class=skip href="#spent">Skip to what was spent</a>
                <header><h1>A budget of \(money(result.total.budget))</h1><p>\(HTML.escape(subtitle))</p>
                <nav aria-label="Parts of the page"><a href="#spent">What was spent</a> <a href="#curves">Other budgets</a> \
                <a href="#words">Words</a></nav></header>
                """,
            main: """
                \(warnings)<section id=spent><h2>What was spent</h2>
                \(narrative.map { "<p class=narrative>\(HTML.prose($0))</p>" }.joined(separator: "\n"))
                \(table.html())</section>
                <section id=curves><h2>Other budgets</h2>
                <p class=note>\(HTML.escape(note))</p>
                \(charts)</section>
                \(BudgetPage.words)
                """)
    }

    private func money(_ amount: Int128) -> String { BudgetFigures.grouped(result.unit.string(amount)) }

    private var subtitle: String {
        "\(Text.count(Int64(result.total.customers), "customer")), \(Text.count(result.lines, "line")) of options"
            + (result.groups.isEmpty ? "." : ", \(Text.count(Int64(result.groups.count), "group")).")
    }

    private var warnings: String {
        var list = result.rejected.samples.map {
            "\(Text.count($0.count, "line")) left out, the first on line \($0.line): \($0.kind.words)."
        }
        if result.formulaCustomers > 0 {
            list.append(
                "\(Text.count(Int64(result.formulaCustomers), "customer")) whose name a spreadsheet would run as a formula; "
                    + "decisions.csv has it as it is.")
        }
        guard !list.isEmpty else { return "<p class=fine>Nothing to warn of.</p>\n" }
        return "<section id=warnings aria-label=Warnings><h2>\(Text.count(Int64(list.count), "warning"))</h2><ul>"
            + list.map { "<li>\(HTML.prose($0))" }.joined() + "</ul></section>\n"
    }

    private var narrative: [String] {
        let total = result.total
        var sentences = [
            "\(money(total.spent)) of \(money(total.budget)) is spent on \(Text.count(Int64(total.contacted))) of "
                + "\(Text.count(Int64(total.customers), "customer")), for a value of \(BudgetFigures.rounded(total.value))."
        ]
        if total.guarantee == 0 {
            sentences.append(
                "No choice brings more: every customer has their most valuable option that is worth its money.")
        } else if let gap = total.gap, let bound = total.boundValue {
            sentences.append(
                "No choice within this budget brings more than \(BudgetFigures.rounded(bound)): this one is within "
                    + "\(Text.significant(100 * gap, 2)) % of that.")
        }
        if let price = total.shadowPrice(result.unit) {
            sentences.append(
                price == 0
                    ? "More money would bring nothing more."
                    : "The next 1 of money would bring \(Text.significant(Value.number(price), 4)) of value. Raise the budget where that is more "
                        + "than 1 of money is worth to you, and lower it where it is less.")
        } else {
            sentences.append(
                "Each group has its own price of money: moving money to the group where the next 1 brings most is worth the difference."
            )
        }
        return sentences
    }

    private var table: DataTable {
        let parts = result.groups.isEmpty ? [result.total] : result.groups + [result.total]
        return DataTable(
            caption: "What was spent",
            columns: [
                "Group", "#Budget", "#Spent", "#Value", "#At most", "#The next 1 brings", "#Customers",
                "#With an option", "Found by",
            ],
            names: ["group", "budget", "spent", "value", "bound", "shadow_price", "customers", "contacted", "method"],
            rows: parts.map { part in
                let price = part.shadowPrice(result.unit)
                return [
                    part.group.map { DataTable.Cell.name(Text.printable($0.string)) } ?? .text("all"),
                    .number(money(part.budget), result.unit.string(part.budget)),
                    .number(money(part.spent), result.unit.string(part.spent)),
                    .number(BudgetFigures.rounded(part.value), Value.string(part.value)),
                    part.boundValue.map { .number(BudgetFigures.rounded($0), Value.string($0)) } ?? .empty,
                    price.map { .number(Text.significant(Value.number($0), 4), Value.string($0)) } ?? .empty,
                    .number(Text.count(Int64(part.customers)), String(part.customers)),
                    .number(Text.count(Int64(part.contacted)), String(part.contacted)),
                    .text(part.method == .walk ? "walk" : "dynamic programming"),
                ]
            })
    }

    private var note: String {
        let groups = result.groups.count
        return
            (groups > 0 ? "Each group as if it were alone. " : "")
            + (groups > BudgetPage.drawnGroups
                ? "The first \(BudgetPage.drawnGroups) groups are drawn; curve.csv has all \(groups). " : "")
            + "Values are those of the walk, without what is filled in after the first step that does not fit. "
            + "Point at a chart, or focus it and press the arrow keys, to read its values."
    }

    private var charts: String {
        result.curves.prefix(BudgetPage.drawnGroups).enumerated().map { index, curve in
            BudgetCurveChart(
                id: "b\(index + 1)", title: curve.group.map { Text.printable($0.string) } ?? "", unit: result.unit,
                curve: curve,
                part: result.groups.isEmpty ? result.total : result.groups[index]
            ).html()
        }.joined()
    }

    private static let words = """
        <section id=words><h2>Words</h2><dl>
        <dt>value<dd>What options bring over doing nothing, added up, in the unit of the file that was read.
        <dt>money<dd>Whatever the options cost, in the unit of the file: a currency, calls, or stamps.
        <dt>at most<dd>No choice within the budget brings more (the bound of linear programming).
        <dt>the next 1 brings<dd>The value that one more unit of money would add (the shadow price). 0: there is nothing left to buy.
        <dt>walk<dd>Step by step, the step that brings most for its money first, until the money is out.
        <dt>dynamic programming<dd>The best choice, to the last unit of money.
        </dl></section>

        """
}
