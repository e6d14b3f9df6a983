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

    typealias Lane = SIMD32<Double>
    private static let whole = MessageRows.groups

    /// Sums of a lane over rows of an arm: Σw and Σwy.
    private struct Sums {
        var weightT = Lane.zero
        var weightC = Lane.zero
        var outcomeT = Lane.zero
        var outcomeC = Lane.zero

        @inline(__always)
        mutating func add(_ weight: Double, _ outcome: Double, treated: Bool, _ mask: Lane) {
            if treated {
                weightT += mask * weight
                outcomeT += mask * (weight * outcome)
            } else {
                weightC += mask * weight
                outcomeC += mask * (weight * outcome)
            }
        }

        static func + (left: Sums, right: Sums) -> Sums {
            Sums(
                weightT: left.weightT + right.weightT, weightC: left.weightC + right.weightC,
                outcomeT: left.outcomeT + right.outcomeT, outcomeC: left.outcomeC + right.outcomeC)
        }
    }

    /// The curves of all lanes, with the areas below them so far.
    private struct Trapezoids {
        let scaleT: Lane
        let scaleC: Lane
        var x = Lane.zero
        var qini = Lane.zero
        var uplift = Lane.zero
        var qiniArea = Lane.zero
        var upliftArea = Lane.zero

        @inline(__always)
        mutating func move(to sums: Sums) {
            let rateT = (sums.outcomeT / sums.weightT).replacing(with: 0, where: sums.weightT .== 0)
            let rateC = (sums.outcomeC / sums.weightC).replacing(with: 0, where: sums.weightC .== 0)
            let nextX = scaleT * sums.weightT + scaleC * sums.weightC
            let nextQini = scaleT * (sums.outcomeT - rateC * sums.weightT)
            let nextUplift = (rateT - rateC) * nextX
            let half = (nextX - x) * 0.5
            qiniArea += half * (nextQini + qini)
            upliftArea += half * (nextUplift + uplift)
            (x, qini, uplift) = (nextX, nextQini, nextUplift)
        }
    }

    /// - Parameter points: of the band.
    package init(_ rows: MessageRows, z: Double, points: Int) {
        guard rows.treated.count > 0, rows.control.count > 0 else { return }
        let masks = CurveAreas.masks
        // Of treated and control, whose outcome is 0 or 1; others count with those of 0.
        var cells = (Sums(), Sums(), Sums(), Sums())
        var counts = (Lane.zero, Lane.zero)
        var responders = 0
        var others = 0
        var sizes = [Int](repeating: 0, count: MessageRows.groups)
        for position in 0..<rows.count {
            let group = rows.group(position)
            let mask = masks[group]
            let (weight, outcome) = (rows.weight(position), rows.outcome(position))
            let treated = rows.isTreated(position)
            sizes[group] += 1
            if treated { counts.0 += mask } else { counts.1 += mask }
            switch (treated, outcome == 1) {
            case (true, true): cells.0.add(weight, outcome, treated: true, mask)
            case (true, false):
                cells.1.add(weight, outcome, treated: true, mask)
                others += 1
            case (false, true):
                cells.2.add(weight, outcome, treated: false, mask)
                responders += 1
            case (false, false): cells.3.add(weight, outcome, treated: false, mask)
            }
        }
        let total = cells.0 + cells.1 + cells.2 + cells.3
        let start = Trapezoids(
            scaleT: (counts.0 / total.weightT).replacing(with: 0, where: total.weightT .== 0),
            scaleC: (counts.1 / total.weightC).replacing(with: 0, where: total.weightC .== 0))
        var curve = start
        var ends: [BandEnd] = []
        walk(rows, masks, &curve, &ends, points: points)
        let groups = sizes.indices.filter { sizes[$0] > 0 }
        makeBand(curve, ends, groups)
        guard rows.isBinary else { return }

        var perfectQini = start
        perfectQini.move(to: cells.0)
        perfectQini.move(to: cells.0 + cells.1 + cells.3)
        perfectQini.move(to: total)
        // 2·[y = t] + (y where more of control respond than of the treated do not, else t)
        var perfectUplift = start
        perfectUplift.move(to: cells.0)
        perfectUplift.move(to: cells.0 + cells.3)
        perfectUplift.move(to: cells.0 + cells.3 + (responders > others ? cells.2 : cells.1))
        perfectUplift.move(to: total)
        qini = CurveAreas.figure(
            curve.qiniArea, curve.qini, perfectQini.qiniArea, curve.x, groups, defined: counts, z)
        uplift = CurveAreas.figure(
            curve.upliftArea, curve.uplift, perfectUplift.upliftArea, curve.x, groups, defined: counts, z)
    }

    /// The curves of all lanes at the end of a run of equal scores.
    private struct BandEnd {
        var x: Double
        var uplift: Lane
    }

    private func walk(
        _ rows: MessageRows, _ masks: [Lane], _ curve: inout Trapezoids, _ ends: inout [BandEnd], points: Int
    ) {
        var sums = Sums()
        var next = 1
        for position in 0..<rows.count {
            sums.add(
                rows.weight(position), rows.outcome(position), treated: rows.isTreated(position),
                masks[rows.group(position)])
            guard position + 1 == rows.count || !rows.isTied(position + 1) else { continue }
            curve.move(to: sums)
            guard (position + 1) * points >= next * rows.count else { continue }
            ends.append(BandEnd(x: curve.x[CurveAreas.whole], uplift: curve.uplift))
            next = (position + 1) * points / rows.count + 1
        }
    }

    private mutating func makeBand(_ curve: Trapezoids, _ ends: [BandEnd], _ groups: [Int]) {
        let lanes = groups + [CurveAreas.whole]
        guard lanes.allSatisfy({ curve.x[$0] > 0 }) else { return }
        band = ends.map { end in
            let gains = groups.map { end.uplift[$0] / curve.x[$0] }
            return BandPoint(
                share: end.x / curve.x[CurveAreas.whole],
                gain: end.uplift[CurveAreas.whole] / curve.x[CurveAreas.whole], error: Jackknife.error(gains))
        }
    }

    private static func figure(
        _ area: Lane, _ end: Lane, _ perfect: Lane, _ x: Lane, _ groups: [Int], defined: (Lane, Lane), _ z: Double
    ) -> Figure {
        func score(_ lane: Int) -> Double? {
            guard defined.0[lane] > 0, defined.1[lane] > 0 else { return nil }
            let line = x[lane] * end[lane] / 2
            let best = perfect[lane] - line
            // Where the best order is none, rounding must not make one.
            guard abs(best) > 1e-12 * max(abs(perfect[lane]), abs(line)), best != 0 else { return nil }
            return (area[lane] - line) / best
        }
        let without = groups.compactMap(score)
        return Figure(
            score(whole), error: without.count == groups.count ? Jackknife.error(without) : nil, z: z)
    }

    /// 1 in each lane but that of the group.
    private static let masks: [Lane] = (0..<MessageRows.groups).map { group in
        var mask = Lane.zero
        for lane in 0...whole where lane != group { mask[lane] = 1 }
        return mask
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
