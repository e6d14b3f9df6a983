import Domain
import EventLog

/// Customers who are not to be contacted: those of reserve files, and those of control, who must stay untouched.
struct Reserve {
    /// By customer.
    private var isReserved: [Bool]
    private(set) var remarks: [String] = []
    private(set) var warnings: [String] = []

    init(_ settings: DecisionSettings, _ analysis: UpliftAnalysis, _ spool: StreamSpool) throws(UpliftError) {
        let names = analysis.list
        isReserved = Array(repeating: false, count: names.names.count)
        for path in settings.reserve {
            let file = try CustomersFile(
                path, kind: "a reserve", spool: spool, workers: analysis.settings.workers)
            var found = 0 as Int64
            for customer in isReserved.indices where file.contains(names.names[customer]) {
                isReserved[customer] = true
                found += 1
            }
            let match = file.match(found, as: "in reserve")
            if match.isWarning { warnings.append(match.text) } else { remarks.append(match.text) }
            if let remark = file.rejected.remark(file: file.file) { remarks.append(remark) }
        }
        let outcomes = analysis.outcomes
        guard !settings.releasesControl, let control = outcomes.actions.existing(analysis.settings.control) else {
            return
        }
        var held = 0 as Int64
        for row in 0..<outcomes.count where Int(outcomes.action[row]) == control {
            let customer = Int(outcomes.customer[row])
            if !isReserved[customer] { held += 1 }
            isReserved[customer] = true
        }
        remarks.append(
            "\(Text.count(held, "customer")) of \(Isolated.name(analysis.settings.control)) stay untouched "
                + "(--release-control lets them go)")
    }

    subscript(customer: Int) -> Bool { isReserved[customer] }
}
