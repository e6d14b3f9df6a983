/// How much better than at random the order is, as a share of the best order there could be: scikit-uplift's `qini_auc_score`
/// (with `negative_effect=True`) and `uplift_auc_score`, weighted; and the band of the uplift curve.
///
/// Standard errors by the delete-a-group jackknife over 20 groups of customers: the figure is computed without each group,
///
///     √((G − 1)/G · Σ(θ_g − θ̄)²)
///
/// All figures come of one pass: lanes 0 to 19 leave out a group each, lane 20 none.
package struct CurveAreas: Sendable {
    /// A place of the uplift curve: the gain per customer when this share of customers is contacted.
    package struct BandPoint: Sendable {
        package var share: Double
        package var gain: Double
        package var error: Double?
    }

    package private(set) var qini = Figure()
    package private(set) var uplift = Figure()
    package private(set) var band: [BandPoint] = []

    private static let whole = JackknifeGroups.count
    private static let lanes = JackknifeGroups.count + 1

    /// Σw and Σwy of both arms, by lane: four runs of `lanes` numbers.
    ///
    /// Plain loops over memory: the compiler makes vectors of them, which it does not of the standard library's widest.
    private final class Sums {
        let values: UnsafeMutablePointer<Double>

        init() {
            values = .allocate(capacity: 4 * lanes)
            values.initialize(repeating: 0, count: 4 * lanes)
        }

        deinit { values.deallocate() }

        /// Adds a row to all lanes but its group's.
        @inline(__always)
        func add(_ weight: Double, _ outcome: Double, treated: Bool, group: Int) {
            let weights = values + (treated ? 0 : lanes)
            let outcomes = values + (treated ? 2 * lanes : 3 * lanes)
            let (ofGroup, product) = ((weights[group], outcomes[group]), weight * outcome)
            for lane in 0..<lanes { weights[lane] += weight }
            if product != 0 { for lane in 0..<lanes { outcomes[lane] += product } }
            (weights[group], outcomes[group]) = ofGroup
        }

        static func + (left: Sums, right: Sums) -> Sums {
            let sum = Sums()
            for place in 0..<4 * lanes { sum.values[place] = left.values[place] + right.values[place] }
            return sum
        }
    }

    /// The curves of all lanes, with the areas below them so far: x, qini, uplift and the two areas, a run of `lanes` each.
    private final class Trapezoids {
        private let values: UnsafeMutablePointer<Double>
        /// What makes weights average 1, of treated and of control.
        private let scales: UnsafeMutablePointer<Double>

        /// - Parameter counts: rows of treated and of control by lane.
        init(_ total: Sums, counts: [Double]) {
            values = .allocate(capacity: 5 * lanes)
            values.initialize(repeating: 0, count: 5 * lanes)
            scales = .allocate(capacity: 2 * lanes)
            scales.initialize(repeating: 0, count: 2 * lanes)
            for place in 0..<2 * lanes where total.values[place] > 0 {
                scales[place] = counts[place] / total.values[place]
            }
        }

        deinit {
            values.deallocate()
            scales.deallocate()
        }

        func x(_ lane: Int) -> Double { values[lane] }
        func qini(_ lane: Int) -> Double { values[lanes + lane] }
        func uplift(_ lane: Int) -> Double { values[2 * lanes + lane] }
        func qiniArea(_ lane: Int) -> Double { values[3 * lanes + lane] }
        func upliftArea(_ lane: Int) -> Double { values[4 * lanes + lane] }

        @inline(__always)
        func move(to sums: Sums) {
            let (sums, values, scales) = (sums.values, values, scales)
            for lane in 0..<lanes {
                let (weightT, weightC) = (sums[lane], sums[lanes + lane])
                let rateT = weightT > 0 ? sums[2 * lanes + lane] / weightT : 0
                let rateC = weightC > 0 ? sums[3 * lanes + lane] / weightC : 0
                let x = scales[lane] * weightT + scales[lanes + lane] * weightC
                let qini = scales[lane] * weightT * (rateT - rateC)
                let uplift = (rateT - rateC) * x
                let half = (x - values[lane]) * 0.5
                values[3 * lanes + lane] += half * (qini + values[lanes + lane])
                values[4 * lanes + lane] += half * (uplift + values[2 * lanes + lane])
                values[lane] = x
                values[lanes + lane] = qini
                values[2 * lanes + lane] = uplift
            }
        }
    }

    /// - Parameter points: of the band.
    package init(_ rows: MessageRows, z: Double, points: Int) {
        guard rows.treated.count > 0, rows.control.count > 0 else { return }
        // Treated and control whose outcome is 1, and others.
        let cells = (Sums(), Sums(), Sums(), Sums())
        var sizes = [Int](repeating: 0, count: JackknifeGroups.count)
        var treatedSizes = sizes
        // Of control who respond, less those of the treated who do not.
        var surplus = sizes
        for position in 0..<rows.count {
            let group = rows.group(position)
            let (weight, outcome) = (rows.weight(position), rows.outcome(position))
            sizes[group] += 1
            if rows.isTreated(position) {
                treatedSizes[group] += 1
                (outcome == 1 ? cells.0 : cells.1).add(weight, outcome, treated: true, group: group)
                if outcome != 1 { surplus[group] -= 1 }
            } else {
                (outcome == 1 ? cells.2 : cells.3).add(weight, outcome, treated: false, group: group)
                if outcome == 1 { surplus[group] += 1 }
            }
        }
        var counts = [Double](repeating: 0, count: 2 * CurveAreas.lanes)
        for lane in 0..<CurveAreas.lanes {
            let isWhole = lane == CurveAreas.whole
            let treated = rows.treated.count - (isWhole ? 0 : treatedSizes[lane])
            counts[lane] = Double(treated)
            counts[CurveAreas.lanes + lane] = Double(rows.count - (isWhole ? 0 : sizes[lane]) - treated)
        }
        let total = cells.0 + cells.1 + (cells.2 + cells.3)
        let curve = Trapezoids(total, counts: counts)
        let ends = CurveAreas.walk(rows, curve, points: points)
        let groups = sizes.indices.filter { sizes[$0] > 0 }
        makeBand(curve, ends, groups)
        guard rows.isBinary else { return }

        let perfectQini = Trapezoids(total, counts: counts)
        perfectQini.move(to: cells.0)
        perfectQini.move(to: cells.0 + cells.1 + cells.3)
        perfectQini.move(to: total)
        // 2·[y = t] + (y where more of control respond than of the treated do not, else t): which it is each lane finds for itself.
        let perfectUplifts = [cells.1, cells.2].map { third in
            let curve = Trapezoids(total, counts: counts)
            curve.move(to: cells.0)
            curve.move(to: cells.0 + cells.3)
            curve.move(to: cells.0 + cells.3 + third)
            curve.move(to: total)
            return curve
        }
        let wholeSurplus = surplus.reduce(0, +)
        func perfectUplift(_ lane: Int) -> Double {
            let remaining = wholeSurplus - (lane == CurveAreas.whole ? 0 : surplus[lane])
            return perfectUplifts[remaining > 0 ? 1 : 0].upliftArea(lane)
        }
        func figure(
            _ area: (Int) -> Double, _ end: (Int) -> Double, _ perfect: (Int) -> Double
        ) -> Figure {
            func score(_ lane: Int) -> Double? {
                guard counts[lane] > 0, counts[CurveAreas.lanes + lane] > 0 else { return nil }
                let line = curve.x(lane) * end(lane) / 2
                let best = perfect(lane) - line
                // Where the best order is none, rounding must not make one.
                guard abs(best) > 1e-12 * max(abs(perfect(lane)), abs(line)), best != 0 else { return nil }
                return (area(lane) - line) / best
            }
            let without = groups.compactMap(score)
            return Figure(
                score(CurveAreas.whole), error: without.count == groups.count ? Jackknife.error(without) : nil, z: z)
        }
        qini = figure(curve.qiniArea, curve.qini, perfectQini.qiniArea)
        uplift = figure(curve.upliftArea, curve.uplift, perfectUplift)
    }

    /// The curves of all lanes at the end of a run of equal scores.
    private struct BandEnd {
        var x: Double
        var uplift: [Double]
    }

    private static func walk(_ rows: MessageRows, _ curve: Trapezoids, points: Int) -> [BandEnd] {
        let sums = Sums()
        var ends: [BandEnd] = []
        var next = 1
        for position in 0..<rows.count {
            sums.add(
                rows.weight(position), rows.outcome(position), treated: rows.isTreated(position),
                group: rows.group(position))
            guard position + 1 == rows.count || !rows.isTied(position + 1) else { continue }
            curve.move(to: sums)
            guard (position + 1) * points >= next * rows.count else { continue }
            ends.append(BandEnd(x: curve.x(whole), uplift: (0..<lanes).map(curve.uplift)))
            next = (position + 1) * points / rows.count + 1
        }
        return ends
    }

    private mutating func makeBand(_ curve: Trapezoids, _ ends: [BandEnd], _ groups: [Int]) {
        let lanes = groups + [CurveAreas.whole]
        guard lanes.allSatisfy({ curve.x($0) > 0 }) else { return }
        band = ends.map { end in
            let gains = groups.map { end.uplift[$0] / curve.x($0) }
            return BandPoint(
                share: end.x / curve.x(CurveAreas.whole),
                gain: end.uplift[CurveAreas.whole] / curve.x(CurveAreas.whole), error: Jackknife.error(gains))
        }
    }
}

/// The delete-a-group jackknife.
package enum Jackknife {
    /// The standard error from the figures without each group; nil of fewer than two.
    package static func error(_ without: [Double]) -> Double? {
        guard without.count > 1 else { return nil }
        let count = Double(without.count)
        let mean = without.reduce(0, +) / count
        return ((count - 1) / count * without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot()
    }
}
