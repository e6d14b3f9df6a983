import Budget
import Domain

/// The curve of a budget as two charts with one table: the value by budget, and what the next 1 of money brings.
struct BudgetCurveChart {
    let id: String
    /// The group as words; empty: all customers.
    let title: String
    let unit: MoneyUnit
    let curve: BudgetResult.Curve
    /// What was decided.
    let part: BudgetResult.Part

    func html() -> String {
        let whose = title.isEmpty ? "" : "\(title): "
        let value = Chart(
            section: id, name: "value", title: "\(whose)value by budget",
            description:
                "What the best choices within each budget bring together. The dashed line is the budget that was spent.",
            svg: svg(points.map { Value.number($0.value) }, marked: Value.number(part.value), isStepped: false),
            table: table("value"))
        let price = Chart(
            section: id, name: "price", title: "\(whose)what the next 1 of money brings",
            description:
                "Value that one more unit of money would add at each budget. Where it is under what 1 of money is worth to "
                + "you, the budget is large enough.",
            svg: svg(points.map(price), marked: nil, isStepped: true), table: table("price"))
        return "<div class=charts>\(value.html())\(price.html())</div>\n"
    }

    private var points: [CurvePoint] { curve.points }

    private func price(_ point: CurvePoint) -> Double { Value.number(point.breakStep?.perMoney(unit) ?? 0) }

    private func svg(_ values: [Double], marked: Double?, isStepped: Bool) -> String {
        let budgets = points.map { unit.number($0.budget) }
        let low = min(0, (values + [marked ?? 0]).min() ?? 0)
        let high = max(0, (values + [marked ?? 0]).max() ?? 0)
        let budget = unit.number(part.budget)
        let frame = Frame(
            x: (budgets.first ?? 0)...max(budgets.last ?? 1, budgets.first ?? 0),
            y: (low < 0 ? -Ticks.roof(-low) : 0)...Ticks.roof(high))
        var path = PathData()
        for (index, value) in values.enumerated() {
            let (x, y) = (frame.column(budgets[index]), frame.line(value))
            if index == 0 {
                path.move(x, y)
            } else {
                if isStepped { path.line(x, frame.line(values[index - 1])) }
                path.line(x, y)
            }
        }
        var shapes = "<path class=\"line c0\" d=\"\(path.text)\"/>"
        if budget <= budgets.last ?? 0 {
            let x = frame.column(budget)
            shapes += "<path class=zero d=\"M\(x) \(Frame.top)V\(frame.bottom)\"/>"
            if let marked { shapes += "<circle class=\"dot c0\" cx=\(x) cy=\(frame.line(marked)) r=9 />" }
        }
        let columns = budgets.map { String(frame.column($0)) }.joined(separator: " ")
        return "<g data-columns=\"\(columns)\">" + frame.yAxis(BudgetCurveChart.label) + frame.clipped(shapes)
            + frame.xAxis(BudgetCurveChart.label) + "</g>"
    }

    /// A number on an axis, short: 250 k, 1.5 M.
    static func label(_ value: Double, _ places: Int) -> String {
        let steps: [(Double, String, Int)] = [(1e12, " T", 12), (1e9, " G", 9), (1e6, " M", 6), (1e3, " k", 3)]
        for (size, sign, digits) in steps where abs(value) >= size {
            let text = Text.decimal(value / size, digits)
            let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
            return String(trimmed.reversed()) + sign
        }
        return Text.decimal(value, places)
    }

    private func table(_ name: String) -> DataTable {
        DataTable(
            caption:
                "\(title.isEmpty ? "" : "\(title): ")\(name == "value" ? "value by budget" : "what the next 1 of money brings")",
            columns: ["#Budget", "#Value", "#At most", "#The next 1 brings", "#Customers with an option"],
            names: ["budget", "value", "bound", "shadow_price", "contacted"],
            rows: points.map { point in
                [
                    .number(BudgetFigures.grouped(unit.string(point.budget)), unit.string(point.budget)),
                    .number(BudgetFigures.rounded(point.value), Value.string(point.value)),
                    .number(BudgetFigures.rounded(point.boundValue), Value.string(point.boundValue)),
                    .number(
                        Text.significant(price(point), 4), Value.string(point.breakStep?.perMoney(unit) ?? 0)),
                    .number(Text.count(Int64(point.contacted)), String(point.contacted)),
                ]
            }, isSortable: false)
    }
}

/// Amounts and values for people.
enum BudgetFigures {
    /// A decimal text with commas between thousands.
    static func grouped(_ text: String) -> String {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isNegative = text.hasPrefix("-")
        let digits = Array(parts[0].drop { $0 == "-" })
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (isNegative ? "-" : "") + result + (parts.count > 1 ? ".\(parts[1])" : "")
    }

    /// A value with two decimals where it is 10 or more, with four digits that count where it is less.
    static func rounded(_ value: Int128) -> String {
        let number = Value.number(value)
        return abs(number) >= 10 ? grouped(Text.decimal(number, 2)) : Text.significant(number, 4)
    }
}
