import Uplift

/// The figures of a message as the formulas say them, row by row, in plain arrays: the slow twin of what the program computes.
struct UpliftTwin {
    struct Row {
        var customer: String
        var score: Double
        var isTreated: Bool
        var outcome: Double
        var weight: Double
        var group: Int
    }

    /// By score descending, customers in byte order, then as in the file.
    let rows: [Row]

    init(_ campaign: TestCampaign, group: (String) -> Int) {
        rows = campaign.rows.enumerated().compactMap { index, row -> (Int, Row)? in
            guard let score = campaign.scores[row.customer], ["m", "control"].contains(row.action) else { return nil }
            return (
                index,
                Row(
                    customer: row.customer, score: score, isTreated: row.action == "m", outcome: row.outcome,
                    weight: 1 / row.propensity, group: group(row.customer))
            )
        }.sorted { left, right in
            if left.1.score != right.1.score { return left.1.score > right.1.score }
            if left.1.customer != right.1.customer {
                return left.1.customer.utf8.lexicographicallyPrecedes(right.1.customer.utf8)
            }
            return left.0 < right.0
        }.map(\.1)
    }

    struct Rates {
        var uplift: Double?
        var deviation: Double?
    }

    /// The uplift of some rows, its deviation by customers.
    static func rates(_ rows: some Collection<Row>) -> Rates {
        func mean(_ isTreated: Bool) -> Double? {
            let arm = rows.filter { $0.isTreated == isTreated }
            guard !arm.isEmpty else { return nil }
            return arm.reduce(0) { $0 + $1.weight * $1.outcome } / arm.reduce(0) { $0 + $1.weight }
        }
        guard let treated = mean(true), let control = mean(false) else { return Rates() }
        let weights = (
            rows.filter(\.isTreated).reduce(0) { $0 + $1.weight },
            rows.filter { !$0.isTreated }.reduce(0) { $0 + $1.weight }
        )
        var influence: [String: Double] = [:]
        for row in rows {
            influence[row.customer, default: 0] +=
                row.isTreated
                ? row.weight * (row.outcome - treated) / weights.0 : -row.weight * (row.outcome - control) / weights.1
        }
        return Rates(
            uplift: treated - control, deviation: influence.values.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }

    func bins(_ count: Int) -> [Rates] {
        var start = 0
        return (0..<count).map { bin in
            let size = rows.count / count + (bin < rows.count % count ? 1 : 0)
            defer { start += size }
            return UpliftTwin.rates(rows[start..<start + size])
        }
    }

    /// The points of the curves in the order of `score`, those of equal scores together.
    static func curve(_ rows: [Row], score: (Row) -> Double) -> [(x: Double, qini: Double, uplift: Double)] {
        let sorted = rows.enumerated().sorted { (score($1.element), $0.offset) < (score($0.element), $1.offset) }.map(
            \.element)
        func scale(_ isTreated: Bool) -> Double {
            let arm = rows.filter { $0.isTreated == isTreated }
            return Double(arm.count) / arm.reduce(0) { $0 + $1.weight }
        }
        let scales = (scale(true), scale(false))
        var points = [(x: 0.0, qini: 0.0, uplift: 0.0)]
        var (nt, nc, yt, yc) = (0.0, 0.0, 0.0, 0.0)
        for (index, row) in sorted.enumerated() {
            if row.isTreated {
                nt += row.weight * scales.0
                yt += row.weight * scales.0 * row.outcome
            } else {
                nc += row.weight * scales.1
                yc += row.weight * scales.1 * row.outcome
            }
            if index + 1 < sorted.count, score(sorted[index + 1]) == score(row) { continue }
            points.append(
                (
                    nt + nc, yt - (nc > 0 ? yc * nt / nc : 0),
                    ((nt > 0 ? yt / nt : 0) - (nc > 0 ? yc / nc : 0)) * (nt + nc)
                ))
        }
        return points
    }

    static func area(_ points: [(x: Double, qini: Double, uplift: Double)], _ isQini: Bool) -> Double {
        zip(points, points.dropFirst()).reduce(0) { sum, pair in
            let heights = isQini ? (pair.0.qini, pair.1.qini) : (pair.0.uplift, pair.1.uplift)
            return sum + (pair.1.x - pair.0.x) * (heights.0 + heights.1) / 2
        }
    }

    /// qini_auc_score, or uplift_auc_score, of rows.
    static func score(_ rows: [Row], isQini: Bool) -> Double? {
        let moreResponders =
            rows.count { !$0.isTreated && $0.outcome == 1 } > rows.count { $0.isTreated && $0.outcome != 1 }
        guard rows.contains(where: \.isTreated), rows.contains(where: { !$0.isTreated }) else { return nil }
        let actual = curve(rows) { $0.score }
        let perfect = curve(rows) { row in
            let (t, y) = (row.isTreated ? 1.0 : 0, row.outcome)
            return isQini ? y * t - y * (1 - t) : 2 * (y == t ? 1 : 0) + (moreResponders ? y : t)
        }
        guard let end = actual.last else { return nil }
        let line = end.x * (isQini ? end.qini : end.uplift) / 2
        let best = area(perfect, isQini) - line
        return abs(best) < 1e-9 ? nil : (area(actual, isQini) - line) / best
    }

    /// The score and its jackknife error.
    func areaScore(isQini: Bool) -> (value: Double?, error: Double?) {
        let groups = Set(rows.map(\.group))
        let without = groups.sorted().compactMap { group in
            UpliftTwin.score(rows.filter { $0.group != group }, isQini: isQini)
        }
        let mean = without.reduce(0, +) / Double(without.count)
        let count = Double(without.count)
        let error = ((count - 1) / count * without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot()
        return (
            UpliftTwin.score(rows, isQini: isQini), without.count == groups.count ? error : nil
        )
    }

    /// qini and auuc per customer with their errors.
    func rank() -> (qini: Double, qiniError: Double, auuc: Double, auucError: Double) {
        let ranks = rows.map { row in
            0.5 - (Double(rows.count { $0.score > row.score }) + Double(rows.count { $0.score == row.score }) / 2)
                / Double(rows.count)
        }
        func sum(_ isTreated: Bool, _ value: (Int) -> Double) -> Double {
            let arm = rows.indices.filter { rows[$0].isTreated == isTreated }
            return arm.reduce(0) { $0 + rows[$1].weight * value($1) } / arm.reduce(0) { $0 + rows[$1].weight }
        }
        var (qini, ate) = (0.0, 0.0)
        var influences: [String: (Double, Double)] = [:]
        for isTreated in [true, false] {
            let sign = isTreated ? 1.0 : -1
            let mean = sum(isTreated) { rows[$0].outcome }
            let rank = sum(isTreated) { ranks[$0] }
            let product = sum(isTreated) { rows[$0].outcome * ranks[$0] }
            qini += sign * sum(isTreated) { (rows[$0].outcome - mean) * ranks[$0] }
            ate += sign * mean
            let total = rows.filter { $0.isTreated == isTreated }.reduce(0) { $0 + $1.weight }
            for (index, row) in rows.enumerated() where row.isTreated == isTreated {
                let part =
                    sign * row.weight / total * ((row.outcome - mean) * (ranks[index] - rank) - (product - mean * rank))
                influences[row.customer, default: (0, 0)].0 += part
                influences[row.customer, default: (0, 0)].1 +=
                    part + sign * row.weight / total * (row.outcome - mean) / 2
            }
        }
        return (
            qini, influences.values.reduce(0) { $0 + $1.0 * $1.0 }.squareRoot(), qini + ate / 2,
            influences.values.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
        )
    }
}
