/// The `d` of an SVG path in whole units, with relative steps: a third of the bytes of absolute decimals.
struct PathData {
    private var written = ""
    private var x = 0
    private var y = 0
    /// A horizontal way that is not written yet: it may go on.
    private var pending = 0

    var text: String { pending == 0 ? written : written + "h\(pending)" }

    mutating func move(_ x: Int, _ y: Int) {
        flush()
        written += "M\(x)\(PathData.joined(y))"
        (self.x, self.y) = (x, y)
    }

    mutating func line(_ x: Int, _ y: Int) {
        if y == self.y {
            let step = x - self.x
            if step.signum() * pending < 0 { flush() }
            pending += step
            self.x = x
            return
        }
        flush()
        if x == self.x {
            written += "v\(y - self.y)"
        } else {
            written += "l\(x - self.x)\(PathData.joined(y - self.y))"
        }
        (self.x, self.y) = (x, y)
    }

    mutating func close() {
        flush()
        written += "z"
    }

    private mutating func flush() {
        if pending != 0 { written += "h\(pending)" }
        pending = 0
    }

    /// A second number: its sign tells it from the first, or a space does.
    private static func joined(_ value: Int) -> String { value < 0 ? "\(value)" : " \(value)" }
}

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
