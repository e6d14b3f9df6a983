import Domain
import Statistics

/// How many units of each arm should have come, by the shares of the tables that served them and the propensities stated.
///
/// Units without a propensity are expected in the table's shares. The others are told apart by the state of availability in
/// which they were served. Serving that leaves out the arms it has run out of, of shares u together, gives every other arm
/// its share by the factor f = 1/(1 − u), so that the propensity of an arm of share s is p = f·s, and f = p/s tells the state:
///
///     shares   a 0.5   b 0.3   c 0.2        f = 1      all are there      a 0.5    b 0.3    c 0.2
///                                           f = 1.25   c has run out      a 0.625  b 0.375
///
/// The units of a state are expected in its propensities. In the state f = 1 every arm of the table was available. In another
/// one an arm that no unit of the state tells of may have run out or not: what the others leave is expected of *others*, of
/// whom none came.
struct ExpectedUnits {
    private(set) var expected: [Name: Double] = [:]
    private(set) var observed: [Name: Int64] = [:]
    /// Units expected of arms that no unit came of.
    private(set) var others = 0.0
    private(set) var withoutTraffic: [Name: Int64] = [:]

    var isEmpty: Bool { observed.isEmpty && withoutTraffic.isEmpty }

    var cells: [SampleRatioCheck.Cell] {
        let arms = expected.sorted { $0.key < $1.key }.map {
            SampleRatioCheck.Cell(observed: observed[$0.key] ?? 0, expected: $0.value)
        }
        return others > 0 ? arms + [SampleRatioCheck.Cell(observed: 0, expected: others)] : arms
    }

    /// Adds the units that a row group of one table served.
    ///
    /// - Parameter states: whether to take those with a propensity too.
    mutating func add(_ rows: [DayStatistics.Row], servedBy group: ServedShares.Group, states: Bool) {
        var plain: Int64 = 0
        var stated: [StatedUnits] = []
        for row in rows {
            let variant = row.key.variant
            let traffic = group.share(variant) ?? 0
            let unstated = row.counts.visitors - row.propensities.units
            guard traffic > 0 else {
                withoutTraffic[variant, default: 0] += states ? row.counts.visitors : unstated
                continue
            }
            if unstated > 0 {
                observed[variant, default: 0] += unstated
                plain += unstated
            }
            guard states else { continue }
            for (propensity, units) in row.propensities.unitsByPropensity {
                stated.append(
                    StatedUnits(variant: variant, traffic: traffic, propensity: propensity, units: units))
            }
        }
        expect(plain, by: group)
        for state in AvailabilityState.of(stated) {
            let total = state.units.reduce(0) { $0 + $1.units }
            for units in state.units { observed[units.variant, default: 0] += units.units }
            if state.isComplete {
                expect(total, by: group)
                continue
            }
            let arms = Dictionary(grouping: state.units, by: \.variant).sorted { $0.key < $1.key }
            let shares = arms.map { variant, parts -> (variant: Name, share: Double) in
                let count = parts.reduce(Int64(0)) { $0 + $1.units }
                // In integers, so that the order of rows cannot matter.
                let sum = parts.reduce(Int128(0)) { $0 + Int128($1.propensity) * Int128($1.units) }
                return (variant, Double(sum) / Double(count) / 1_000_000_000)
            }
            let rest = 1 - shares.reduce(0.0) { $0 + $1.share }
            // What rounding explains is nobody's share.
            let isWhole = abs(rest) <= Double(shares.count) * state.rounding / 1_000_000
            for (variant, share) in shares {
                expected[variant, default: 0] += (isWhole ? share / (1 - rest) : share) * Double(total)
            }
            if !isWhole, rest > 0 { others += rest * Double(total) }
        }
    }

    private mutating func expect(_ units: Int64, by group: ServedShares.Group) {
        guard units > 0 else { return }
        for arm in group.arms where arm.traffic > 0 {
            expected[arm.variant, default: 0] += Double(units) * Double(arm.traffic) / 1_000_000
        }
    }
}

/// Units of one arm and one stated propensity.
struct StatedUnits {
    var variant: Name
    /// The arm's share in millionths, above 0.
    var traffic: Int
    /// In billionths.
    var propensity: Int64
    var units: Int64

    /// What the propensity is in shares of the table.
    var factor: Double { Double(propensity) / 1_000 / Double(traffic) }
}

/// Units that were served while the same arms were there.
struct AvailabilityState {
    var factor: Double
    /// Whether every arm of the table was there.
    var isComplete: Bool
    /// By how much a propensity of the state may be wrong, in millionths: the log rounds it, and the table its share.
    var rounding: Double
    var units: [StatedUnits] = []

    /// The states that units tell of. Arms with large shares tell them most exactly, so that they come first; an arm's units
    /// belong to the nearest state within what rounding explains, or make one.
    static func of(_ stated: [StatedUnits]) -> [AvailabilityState] {
        let step = AvailabilityState.step(of: stated)
        var states = [AvailabilityState(factor: 1, isComplete: true, rounding: step + 2)]
        let ordered = stated.sorted { left, right in
            if left.traffic != right.traffic { return left.traffic > right.traffic }
            if left.variant != right.variant { return left.variant < right.variant }
            return left.propensity < right.propensity
        }
        for units in ordered {
            let nearest = states.indices.min {
                abs(states[$0].factor - units.factor) < abs(states[$1].factor - units.factor)
            }
            let rounding = step + 1 + units.factor
            if let nearest, abs(states[nearest].factor - units.factor) <= rounding / Double(units.traffic) {
                states[nearest].units.append(units)
            } else {
                states.append(
                    AvailabilityState(factor: units.factor, isComplete: false, rounding: rounding, units: [units]))
            }
        }
        return states.filter { !$0.units.isEmpty }
    }

    /// The step that a log rounds propensities to, in millionths: the largest power of ten that divides all of them, from 1e-6
    /// to 0.01.
    private static func step(of stated: [StatedUnits]) -> Double {
        var step: Int64 = 1_000
        while step < 10_000_000, stated.allSatisfy({ $0.propensity % (step * 10) == 0 }) { step *= 10 }
        return Double(step) / 1_000
    }
}
