/// Shares or counts of arms by day, stacked: each day is a step as wide as the day.
///
/// Arms are painted from the top of the stack down, each from its upper edge to the base line, so that an arm needs only
/// one edge.
struct StackedChart {
    let axis: DayAxis
    /// `values[day][arm]`; nil counts as nothing.
    let values: [[Double?]]
    /// The top of the scale; nil: a round number above the tallest day.
    var top: Double?
    let label: (Double, Int) -> String

    func svg() -> String {
        let arms = values.first?.count ?? 0
        let sums = values.map { day in day.reduce(into: [0.0]) { $0.append(($0.last ?? 0) + ($1 ?? 0)) } }
        let tallest = sums.compactMap(\.last).max() ?? 0
        let frame = Frame(x: 0...1, y: 0...(top ?? Ticks.roof(tallest)))
        var shapes = ""
        for arm in (0..<arms).reversed() {
            var path = PathData()
            path.move(Frame.left, frame.bottom)
            var edge = frame.bottom
            for day in values.indices {
                // Half a pixel is no step.
                let exact = frame.line(sums[day][arm + 1])
                if abs(exact - edge) > 1 || sums[day][arm + 1] == sums[day][arm] || day == 0 { edge = exact }
                path.line(axis.start(day), edge)
                path.line(axis.start(day + 1), edge)
            }
            path.line(Frame.right, frame.bottom)
            path.close()
            shapes += "<path class=\"area \(ArmKeys.classes(arm))\" data-arm=\(arm) d=\"\(path.text)\"/>"
        }
        var ends: [(arm: Int, y: Int)] = []
        if let sum = sums.last(where: { ($0.last ?? 0) > 0 }) {
            let bands = (0..<arms).map { (arm: $0, low: sum[$0], high: sum[$0 + 1]) }.filter { $0.high > $0.low }
            // The thickest first.
            for band in bands.sorted(by: { $0.high - $0.low > $1.high - $1.low }) {
                ends.append((band.arm, frame.line((band.low + band.high) / 2)))
            }
        }
        return frame.yAxis(label) + shapes + axis.shades(bottom: frame.bottom) + axis.axis(bottom: frame.bottom)
            + ArmKeys.labels(ends, bottom: frame.bottom)
    }
}
