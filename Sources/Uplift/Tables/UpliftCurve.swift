/// What a message brings when customers are taken from the highest score down: points of `curve.csv`.
///
///     x = Nt + Nc      qini = Yt − Yc·Nt/Nc      uplift = (Yt/Nt − Yc/Nc)·x
///
/// cumulated over weights that average 1 within each arm; the first point is 0, and one follows the last row of each distinct
/// score. What is divided by an empty arm is 0.
package struct UpliftCurve: Sendable {
    package struct Point: Sendable, Equatable {
        package var x = 0.0
        package var treated = 0.0
        package var controls = 0.0
        package var qini = 0.0
        package var uplift = 0.0
    }

    package let message: String
    package let points: [Point]

    /// - Parameter limit: of points; the first and the last are always there, the others at even distances.
    package init(_ rows: MessageRows, limit: Int) {
        message = rows.message
        let (scaleT, scaleC) = (rows.treated.scale, rows.control.scale)
        let all = rows.runs + 1
        let kept = min(all, max(2, limit))
        var points = [Point()]
        points.reserveCapacity(kept)
        var (weightT, weightC, sumT, sumC) = (0.0, 0.0, 0.0, 0.0)
        var run = 0
        for position in 0..<rows.count {
            let (weight, outcome) = (rows.weight(position), rows.outcome(position))
            if rows.isTreated(position) {
                weightT += weight
                sumT += weight * outcome
            } else {
                weightC += weight
                sumC += weight * outcome
            }
            guard position + 1 == rows.count || !rows.isTied(position + 1) else { continue }
            run += 1
            // The point number k of those that are kept is the one nearest to k·(all − 1)/(kept − 1).
            guard kept == all || run * (kept - 1) >= (points.count * (all - 1)) - (kept - 1) / 2 else { continue }
            points.append(
                Point(
                    x: weightT * scaleT + weightC * scaleC, treated: weightT * scaleT, controls: weightC * scaleC,
                    qini: scaleT * (sumT - (weightC > 0 ? sumC * weightT / weightC : 0)),
                    uplift: ((weightT > 0 ? sumT / weightT : 0) - (weightC > 0 ? sumC / weightC : 0))
                        * (weightT * scaleT + weightC * scaleC)))
        }
        self.points = points
    }
}
