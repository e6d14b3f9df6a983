import Domain
import EventLog
import Numerics

/// Whether a campaign's targeting has settled: `sluice wave --status`.
///
/// r is the weighted rate of a wave's targeted rows, d = r − the rate of control in the same wave. *Stable* where for the last two
/// steps
///
///     |Δd| + z·se(Δd) < tolerance·|d|
///
/// (an equivalence test: "no significant change" would stop small waves at once), and the last wave's targeting is not worse than the
/// best single message by more than its standard error. Control is the same customers in all waves, so se(Δd) is the jackknife's over
/// 20 groups of customers.
package struct WaveStatus: Sendable {
    package struct Wave: Sendable {
        package var name: String
        /// Rows besides control.
        package var rows = 0
        package var targeted: Double?
        package var control: Double?
        package var difference: Double?
        package var error: Double?
        /// From the wave before.
        package var step: Double?
        package var stepError: Double?
        /// |Δd| + z·se(Δd) over |d|; stable below the tolerance.
        package var bound: Double?
        /// Rows besides control at which the present Δd would pass; nil where none would do.
        package var sizeToPass: Double?
    }

    package struct Single: Sendable {
        package var message: String
        /// Of the last wave's targeting over sending this one to all.
        package var advantage: Double
        package var error: Double?
    }

    package private(set) var waves: [Wave] = []
    /// The best single message in the last wave.
    package private(set) var best: Single?
    /// Whether targeting beats it for certain, of all messages.
    package private(set) var beatsBest = false
    package private(set) var isStable = false
    package private(set) var warnings: [String] = []

    private static let groups = JackknifeGroups.count

    /// Σw and Σwy, in all and by group.
    private struct Sums {
        var weight = [Double](repeating: 0, count: groups + 1)
        var outcome = [Double](repeating: 0, count: groups + 1)
        var rows = 0

        mutating func add(_ weight: Double, _ outcome: Double, group: Int) {
            rows += 1
            for place in [group, groups] {
                self.weight[place] += weight
                self.outcome[place] += weight * outcome
            }
        }

        /// The rate without a group; of all with `groups`.
        func rate(without group: Int) -> Double? {
            let isWhole = group == WaveStatus.groups
            let weight = self.weight[WaveStatus.groups] - (isWhole ? 0 : self.weight[group])
            guard rows > 0, weight > 1e-12 * self.weight[WaveStatus.groups] else { return nil }
            return (outcome[WaveStatus.groups] - (isWhole ? 0 : outcome[group])) / weight
        }

        func hasGroup(_ group: Int) -> Bool { weight[group] > 0 }
    }

    private struct Arms {
        var targeted = Sums()
        var control = Sums()
        var messages: [Sums]
        var rows = 0
    }

    /// A figure of all customers, and its jackknife error.
    private static func jackknifed(_ figure: (Int) -> Double?, groups present: [Int]) -> (Double, Double?)? {
        guard let whole = figure(groups) else { return nil }
        let without = present.compactMap(figure)
        return (whole, without.count == present.count ? Jackknife.error(without) : nil)
    }

    /// - Throws: ``UpliftError`` for fewer than three waves.
    package init(_ outcomes: Outcomes, tolerance: Double, level: Double) throws(UpliftError) {
        let z = SpecialFunctions.normalQuantile(probability: level)
        let names = outcomes.waves.names.indices.dropFirst().filter { !outcomes.waves.names[$0].isEmpty }
        guard names.count >= 3 else {
            throw .early(
                "\(Text.count(Int64(names.count), "wave")) in the outcomes: whether targeting is stable can be said after three"
            )
        }
        let order = names.sorted { WaveStatus.isBefore(outcomes.waves.names[$0], outcomes.waves.names[$1]) }
        let messages = outcomes.actions.names.filter { !UpliftSettings.reserved.contains($0) }
            .sorted(by: ByteOrder.isBefore)
        let arms = WaveStatus.arms(outcomes, messages)
        let present = WaveStatus.presentGroups(arms)
        func difference(_ wave: Int, _ group: Int) -> Double? {
            guard let targeted = arms[wave].targeted.rate(without: group),
                let control = arms[wave].control.rate(without: group)
            else { return nil }
            return targeted - control
        }
        for (number, wave) in order.enumerated() {
            var entry = Wave(name: outcomes.waves.names[wave], rows: arms[wave].rows)
            entry.targeted = arms[wave].targeted.rate(without: WaveStatus.groups)
            entry.control = arms[wave].control.rate(without: WaveStatus.groups)
            if let (value, error) = WaveStatus.jackknifed({ difference(wave, $0) }, groups: present) {
                (entry.difference, entry.error) = (value, error)
            } else {
                warnings.append(
                    "wave \(Isolated.name(entry.name)) has no targeted customers, or no control: nothing is known of it"
                )
            }
            if number > 0 {
                let before = order[number - 1]
                let step = WaveStatus.jackknifed(
                    { group in
                        difference(wave, group).flatMap { now in difference(before, group).map { now - $0 } }
                    }, groups: present)
                if let (value, error) = step { entry.take(step: value, error: error, z: z, tolerance: tolerance) }
            }
            waves.append(entry)
        }
        compareWithMessages(arms[order[order.count - 1]], messages, present, level: level)
        let steps = waves.suffix(2)
        let hasSettled = steps.allSatisfy { wave in wave.bound.map { $0 < tolerance } ?? false }
        let isNoWorse = best.map { $0.advantage >= -($0.error ?? 0) } ?? true
        isStable = hasSettled && isNoWorse
    }

    private static func arms(_ outcomes: Outcomes, _ messages: [String]) -> [Arms] {
        var arms = outcomes.waves.names.map { _ in Arms(messages: messages.map { _ in Sums() }) }
        let target = outcomes.reasons.existing("target") ?? -1
        let control = outcomes.actions.existing("control") ?? -1
        let places = outcomes.actions.names.map { name in messages.firstIndex { ByteOrder.areEqual($0, name) } }
        for row in 0..<outcomes.count {
            let wave = outcomes.wave(row)
            let group = Int(outcomes.group[row])
            let (weight, outcome) = (1 / outcomes.propensity[row], outcomes.outcome[row])
            let action = Int(outcomes.action[row])
            if action == control {
                arms[wave].control.add(weight, outcome, group: group)
                continue
            }
            arms[wave].rows += 1
            if Int(outcomes.reason[row]) == target { arms[wave].targeted.add(weight, outcome, group: group) }
            if let place = places[action] { arms[wave].messages[place].add(weight, outcome, group: group) }
        }
        return arms
    }

    private static func presentGroups(_ arms: [Arms]) -> [Int] {
        (0..<groups).filter { group in arms.contains { $0.control.hasGroup(group) || $0.targeted.hasGroup(group) } }
    }

    /// Numbers by their value, others in byte order.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        if let first = Int(left), let second = Int(right), first != second { return first < second }
        return ByteOrder.isBefore(left, right)
    }

    private mutating func compareWithMessages(_ arms: Arms, _ messages: [String], _ present: [Int], level: Double) {
        var singles: [Single] = []
        for (place, message) in messages.enumerated() {
            let advantage = WaveStatus.jackknifed(
                { group in
                    arms.targeted.rate(without: group).flatMap { targeted in
                        arms.messages[place].rate(without: group).map { targeted - $0 }
                    }
                }, groups: present)
            if let (value, error) = advantage {
                singles.append(Single(message: message, advantage: value, error: error))
            }
        }
        best = singles.min { $0.advantage < $1.advantage }
        guard let best, let error = best.error else { return }
        let z = SpecialFunctions.normalQuantile(probability: 1 - (1 - level) / Double(singles.count))
        beatsBest = best.advantage > z * error
    }
}

extension WaveStatus.Wave {
    fileprivate mutating func take(step: Double, error: Double?, z: Double, tolerance: Double) {
        self.step = step
        stepError = error
        guard let difference, let error, difference != 0 else { return }
        bound = (abs(step) + z * error) / abs(difference)
        let room = tolerance * abs(difference) - abs(step)
        if room > 0 { sizeToPass = Double(rows) * (z * error / room) * (z * error / room) }
    }
}
