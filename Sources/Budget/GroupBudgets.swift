package import Domain

/// The budget of each group: a file `group,budget`.
package struct GroupBudgets: Sendable {
    package let file: String
    /// In the order of their names' bytes; budgets in units.
    package let rows: [(name: Name, budget: Int64)]

    package init(_ bytes: [UInt8], file: String, unit: MoneyUnit) throws(BudgetError) {
        self.file = file
        var rows: [(name: Name, budget: Int64)] = []
        var lines: [Name: Int] = [:]
        do {
            var table = try InputTable(bytes, file: file, columns: ["group", "budget"])
            while try table.next() {
                let name = try table.name(0, expected: "the name of a group")
                let place = "\(file):\(table.line)"
                if let line = lines.updateValue(table.line, forKey: name) {
                    throw BudgetError.input(
                        "\(place): group '\(name)' has a budget on line \(line) already; delete one")
                }
                if name.runsAsFormula { throw BudgetError.formula(place, "group", name.string) }
                guard let budget = try unit.amount(table.text(1), place: "\(place): the budget") else {
                    throw BudgetError.input(
                        "\(place): the budget is '\(table.text(1))'; give a decimal such as 1234.50, without commas between thousands"
                    )
                }
                guard budget >= 0 else {
                    throw BudgetError.input("\(place): the budget of '\(name)' is negative; give 0 or more")
                }
                rows.append((name, budget))
            }
        } catch let error as BudgetError {
            throw error
        } catch {
            throw .input("\(error)")
        }
        guard !rows.isEmpty else { throw .input("\(file): no group has a budget; write a line for each: group,budget") }
        self.rows = rows.sorted { $0.name < $1.name }
    }
}

extension BudgetError {
    static func formula(_ place: String, _ kind: String, _ name: String) -> BudgetError {
        .input("\(place): \(formulaText(kind, name))")
    }

    static func formulaText(_ kind: String, _ name: String) -> String {
        "\(kind) '\(Text.printable(name))' would be run as a formula by a spreadsheet; rename it so that it does not begin with "
            + "= + - @"
    }
}
