/// Points of a line in drawing units, x ascending.
package enum Polyline {
    /// The points that draw the line to within `tolerance` units in y at every point left out; first and last stay.
    ///
    /// From each point kept, the directions that pass all points seen since within the tolerance make a cone; when a point's
    /// own direction leaves the cone, the point before it is kept and begins the next. O(points).
    package static func simplified(_ points: [(x: Int, y: Int)], tolerance: Double = 1) -> [(x: Int, y: Int)] {
        guard points.count > 2 else { return points }
        var kept = [points[0]]
        var low = -Double.infinity
        var high = Double.infinity
        for index in 1..<points.count {
            let start = kept[kept.count - 1]
            let slope = Polyline.slope(start, points[index], 0)
            if slope < low || slope > high {
                kept.append(points[index - 1])
                (low, high) = (-.infinity, .infinity)
            }
            let from = kept[kept.count - 1]
            low = max(low, Polyline.slope(from, points[index], -tolerance))
            high = min(high, Polyline.slope(from, points[index], tolerance))
        }
        kept.append(points[points.count - 1])
        return kept
    }

    private static func slope(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int), _ offset: Double) -> Double {
        (Double(to.y - from.y) + offset) / Double(max(1, to.x - from.x))
    }
}
