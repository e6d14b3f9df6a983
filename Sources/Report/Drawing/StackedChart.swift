/// Shares or counts of arms by day, stacked: each day is a step as wide as the day.
///
/// What is positive is stacked from the base line up, what is negative from it down:
///
///     up[a]   = the sum of the positive values of the arms 0…a
///     down[a] = the sum of the negative ones
///
/// Arms are painted from the last to the first, each from up[a] to down[a], over those painted before, so that an arm needs
/// only one edge on either side.
package struct StackedChart {
    let axis: DayAxis
    /// `values[day][arm]`; nil counts as nothing.
    let values: [[Double?]]
    /// The top of the scale; nil: round numbers beyond the tallest and the deepest day.
    var top: Double?
    let label: (Double, Int) -> String
    /// Of the arms, beside their bands.
    let names: [String]

    package init(
        axis: DayAxis, values: [[Double?]], names: [String], top: Double? = nil,
        label: @escaping (Double, Int) -> String
    ) {
        self.axis = axis
        self.values = values
        self.top = top
        self.label = label
        self.names = names
    }

    package func svg() -> String {
        let arms = values.first?.count ?? 0
        let up = sums { max(0, $0) }
        let down = sums { min(0, $0) }
        let frame = Frame(x: 0...1, y: range(up, down))
        let base = frame.line(0)
        var shapes = ""
        for arm in (0..<arms).reversed() {
            var path = PathData()
            path.move(Frame.left, base)
            draw(&path, edge(arm, up, frame))
            path.line(Frame.right, base)
            let below = edge(arm, down, frame)
            if below.contains(where: { $0.line != base }) {
                draw(&path, below.reversed().map { ($0.to, $0.from, $0.line) })
            }
            path.close()
            shapes += "<path class=\"area \(ArmKeys.classes(arm))\" data-arm=\(arm) d=\"\(path.text)\"/>"
        }
        if frame.y.lowerBound < 0 { shapes += "<path class=zero d=\"M\(Frame.left) \(base)H\(Frame.right)\"/>" }
        return frame.yAxis(label) + frame.clipped(shapes) + axis.shades(bottom: frame.bottom)
            + axis.axis(bottom: frame.bottom)
            + ArmKeys.labels(ends(up, down, frame), names: names, bottom: frame.bottom)
    }

    /// `sums[day][arm + 1]`: over the arms 0…arm.
    private func sums(_ part: (Double) -> Double) -> [[Double]] {
        values.map { day in day.reduce(into: [0.0]) { $0.append(($0.last ?? 0) + part($1 ?? 0)) } }
    }

    private func range(_ up: [[Double]], _ down: [[Double]]) -> ClosedRange<Double> {
        if let top { return 0...top }
        let tallest = up.compactMap(\.last).max() ?? 0
        let deepest = down.compactMap(\.last).min() ?? 0
        return deepest < 0 ? -Ticks.roof(-deepest)...(tallest > 0 ? Ticks.roof(tallest) : 0) : 0...Ticks.roof(tallest)
    }

    /// The steps of an arm's edge, one for each day.
    private func edge(_ arm: Int, _ sums: [[Double]], _ frame: Frame) -> [(from: Int, to: Int, line: Int)] {
        var line = frame.line(0)
        return values.indices.map { day in
            // Half a pixel is no step.
            let exact = frame.line(sums[day][arm + 1])
            if abs(exact - line) > 1 || sums[day][arm + 1] == sums[day][arm] || day == 0 { line = exact }
            return (axis.start(day), axis.start(day + 1), line)
        }
    }

    private func draw(_ path: inout PathData, _ steps: [(from: Int, to: Int, line: Int)]) {
        for step in steps {
            path.line(step.from, step.line)
            path.line(step.to, step.line)
        }
    }

    /// The middles of the arms' bands on the newest day that has any, the thickest first.
    private func ends(_ up: [[Double]], _ down: [[Double]], _ frame: Frame) -> [(arm: Int, y: Int)] {
        guard let day = values.lastIndex(where: { $0.contains { ($0 ?? 0) != 0 } }) else { return [] }
        let bands = values[day].indices.compactMap { arm -> (arm: Int, thickness: Double, middle: Double)? in
            guard let value = values[day][arm], value != 0 else { return nil }
            let far = value > 0 ? up[day][arm + 1] : down[day][arm + 1]
            return (arm, abs(value), far - value / 2)
        }
        return bands.sorted { $0.thickness > $1.thickness }.map { ($0.arm, frame.line($0.middle)) }
    }
}
