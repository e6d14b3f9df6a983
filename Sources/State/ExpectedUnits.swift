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
    /// By how much a stated propensity may differ from the one of its state, in millionths: logs round.
    static let tolerance = 1.0

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
            var rest = 1.0
            for (variant, traffic) in Dictionary(
                state.units.map { ($0.variant, $0.traffic) }, uniquingKeysWith: { first, _ in first }
            ).sorted(by: { $0.key < $1.key }) {
                let share = state.factor * Double(traffic) / 1_000_000
                expected[variant, default: 0] += share * Double(total)
                rest -= share
            }
            // Less than what rounding to millionths explains is nobody's share.
            if rest > 1e-5 { others += rest * Double(total) }
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
    /// By how much ``factor`` may be wrong, since shares and propensities are rounded to millionths.
    var tolerance: Double { ExpectedUnits.tolerance / Double(traffic) }
}

/// Units that were served while the same arms were there.
struct AvailabilityState {
    var factor: Double
    /// Whether every arm of the table was there.
    var isComplete: Bool
    var units: [StatedUnits] = []

    /// The states that units tell of. Arms with large shares tell them most exactly, so that they come first; an arm's units
    /// belong to the nearest state within what rounding explains, or make one.
    static func of(_ stated: [StatedUnits]) -> [AvailabilityState] {
        var states = [AvailabilityState(factor: 1, isComplete: true)]
        let ordered = stated.sorted { left, right in
            if left.traffic != right.traffic { return left.traffic > right.traffic }
            if left.variant != right.variant { return left.variant < right.variant }
            return left.propensity < right.propensity
        }
        for units in ordered {
            let nearest = states.indices.min {
                abs(states[$0].factor - units.factor) < abs(states[$1].factor - units.factor)
            }
            if let nearest, abs(states[nearest].factor - units.factor) <= units.tolerance {
                states[nearest].units.append(units)
            } else {
                states.append(AvailabilityState(factor: units.factor, isComplete: false, units: [units]))
            }
        }
        return states.filter { !$0.units.isEmpty }
    }
}
