import Domain
package import EventLog
import Numerics

/// Whether control has stayed untouched, by all contact logs of the house.
///
/// The estimate as assigned stays unbiased for the effect of being assigned, whatever happened. That without the control customers who
/// were contacted is biased where contact was no chance, and is shown beside it only.
package struct Contamination: Sendable {
    /// Customers of control in all waves.
    package private(set) var controls = 0
    package private(set) var contacted = 0
    /// Of the share contacted (Wilson 1927).
    package private(set) var interval = (low: 0.0, high: 0.0)
    /// Targeted less control, and without the control customers who were contacted.
    package private(set) var assigned: (value: Double, error: Double?)?
    package private(set) var untouched: (value: Double, error: Double?)?
    package private(set) var remarks: [String] = []
    package private(set) var warnings: [String] = []

    package var share: Double { controls > 0 ? Double(contacted) / Double(controls) : 0 }

    /// - Parameter period: seconds since the epoch, the last not among them.
    package init(
        _ outcomes: Outcomes, _ list: CustomerList, contacts path: String, period: Range<Int64>, level: Double,
        spool: StreamSpool, workers: Int
    ) throws(UpliftError) {
        let file = try CustomersFile(path, kind: "a contact log", period: period, spool: spool, workers: workers)
        remarks.append(
            "\(file.file): \(Text.count(file.rows, "contact")), of which \(Text.count(file.outside)) are not from --from to before "
                + "--until")
        let known = (0..<list.names.count).count { file.contains(list.names[$0]) }
        if file.rows > 0, file.outside == file.rows {
            warnings.append("\(file.file): no contact is of the period; look at --from, --until and the column ts")
        } else if file.rows > 0 {
            let match = file.match(Int64(known), as: "of the outcomes were contacted in the period, by some")
            if match.isWarning { warnings.append(match.text) }
        }
        if let remark = file.rejected.remark(file: file.file) { remarks.append(remark) }
        let control = outcomes.actions.existing("control") ?? -1
        let target = outcomes.reasons.existing("target") ?? -1
        // By customer: 1 control, 2 contacted.
        var marks = [UInt8](repeating: 0, count: list.names.count)
        for row in 0..<outcomes.count where Int(outcomes.action[row]) == control {
            let customer = Int(outcomes.customer[row])
            guard marks[customer] == 0 else { continue }
            marks[customer] = file.contains(list.names[customer]) ? 3 : 1
        }
        controls = marks.count { $0 & 1 != 0 }
        contacted = marks.count { $0 == 3 }
        let z = SpecialFunctions.normalQuantile(probability: 0.5 + level / 2)
        interval = Contamination.wilson(contacted, controls, z: z)
        let effects = Contamination.effects(outcomes, marks, control: control, target: target)
        assigned = effects.0
        untouched = effects.1
    }

    private static func wilson(_ successes: Int, _ trials: Int, z: Double) -> (low: Double, high: Double) {
        guard trials > 0 else { return (0, 1) }
        let (count, rate) = (Double(trials), Double(successes) / Double(trials))
        let middle = rate + z * z / (2 * count)
        let width = z * (rate * (1 - rate) / count + z * z / (4 * count * count)).squareRoot()
        return (max(0, (middle - width) / (1 + z * z / count)), min(1, (middle + width) / (1 + z * z / count)))
    }

    private typealias Effect = (value: Double, error: Double?)

    private static func effects(
        _ outcomes: Outcomes, _ marks: [UInt8], control: Int, target: Int
    ) -> (Effect?, Effect?) {
        let groups = JackknifeGroups.count
        // By arm (targeted, control, untouched control) and group: Σw, Σwy.
        var weight = [[Double]](repeating: Array(repeating: 0, count: groups), count: 3)
        var outcome = weight
        for row in 0..<outcomes.count {
            let customer = Int(outcomes.customer[row])
            let group = Int(outcomes.group[row])
            let w = 1 / outcomes.propensity[row]
            var arms: [Int] = []
            if Int(outcomes.action[row]) == control {
                arms = marks[customer] == 3 ? [1] : [1, 2]
            } else if outcomes.reason.count > row, Int(outcomes.reason[row]) == target {
                arms = [0]
            }
            for arm in arms {
                weight[arm][group] += w
                outcome[arm][group] += w * outcomes.outcome[row]
            }
        }
        func rate(_ arm: Int, without group: Int?) -> Double? {
            let kept = (0..<groups).filter { $0 != group }
            let total = kept.reduce(0) { $0 + weight[arm][$1] }
            return total > 0 ? kept.reduce(0) { $0 + outcome[arm][$1] } / total : nil
        }
        func effect(_ arm: Int) -> Effect? {
            func difference(_ group: Int?) -> Double? {
                rate(0, without: group).flatMap { targeted in rate(arm, without: group).map { targeted - $0 } }
            }
            guard let value = difference(nil) else { return nil }
            let present = (0..<groups).filter { weight[0][$0] + weight[arm][$0] > 0 }
            let without = present.compactMap { difference($0) }
            return (value, without.count == present.count ? Jackknife.error(without) : nil)
        }
        return (effect(1), effect(2))
    }
}
