import EventLog
import Foundation
import TestSupport

@testable import Budget

/// Runs the real thing on a file in a scratch directory.
struct Spending {
    var result: BudgetResult
    /// `decisions.csv`.
    var decisions: String
    /// The option of each customer, in the order of the file.
    var choice: [String]
    var curve: String
    var json: String

    static func csv(_ customers: [SlowBudget.Customer]) -> String {
        "customer,option,value,cost,group\n"
            + customers.flatMap { customer in
                customer.options.map { "\(customer.name),\($0.name),\($0.value),\($0.cost),\(customer.group)\n" }
            }.joined()
    }

    /// - Parameter unit: 1 unless said otherwise.
    init(
        _ text: String, budget: Int64?, groups: String? = nil, unit: String = "1", memory: Int? = nil,
        change: (inout BudgetSettings) -> Void = { _ in }
    ) throws {
        let scratch = try ScratchDirectory()
        try scratch.write(text, to: "options.csv")
        guard let unit = MoneyUnit(unit) else { throw CocoaError(.formatting) }
        var settings = BudgetSettings(options: .path(scratch.path + "/options.csv"))
        settings.unit = unit
        settings.budget = budget
        if let groups { settings.groups = try GroupBudgets(Array(groups.utf8), file: "groups.csv", unit: unit) }
        settings.method = .greedy
        settings.workers = 2
        if let memory { settings.memory = memory }
        change(&settings)
        var bytes: [UInt8] = []
        result = try BudgetRun(settings).decide { bytes += $0 }
        decisions = String(decoding: bytes, as: UTF8.self)
        choice = decisions.split(separator: "\n").dropFirst().map { String($0.split(separator: ",")[1]) }
        curve = String(decoding: result.curveBytes, as: UTF8.self)
        json = String(decoding: result.jsonBytes, as: UTF8.self)
    }
}
