import Domain

/// Intervals one below another, each under its name, with their numbers at the right: lifts of arms over a reference, or what other
/// policies would have changed.
struct IntervalChart {
    struct Item {
        var name: String
        /// Nil: not an arm; drawn in the colour of text.
        var arm: Int?
        /// Nil: only the ends are known.
        var value: Double?
        var low: Double
        /// Nil: without limit.
        var high: Double?
        var description: String
        /// At the right of the plot.
        var figures: String
    }

    let items: [Item]
    let label: (Double, Int) -> String

    func svg() -> String {
        let frame = Frame(x: range, y: 0...1, height: height)
        var shapes = "<path class=zero d=\"M\(frame.column(0)) \(Frame.top)V\(frame.bottom)\"/>"
        for (position, item) in items.enumerated() {
            let y = Frame.top + IntervalChart.rowHeight * position + IntervalChart.rowHeight - 12
            let (low, high) = (
                clamped(frame.column(item.low)), item.high.map { clamped(frame.column($0)) } ?? Frame.right
            )
            let colour = item.arm.map { $0 % ArmKeys.colours }
            let dot = item.value.map {
                "<circle class=\"dot \(colour.map { "c\($0)" } ?? "only")\" cx=\(clamped(frame.column($0))) cy=\(y) r=8 />"
            }
            shapes +=
                "<g class=interval \(item.arm.map { "data-arm=\($0)" } ?? "data-item")><title>\(HTML.escape(item.description))</title>"
                + "<path class=\"hit\" d=\"M\(Frame.left) \(y)H\(Frame.right)\"/>"
                + "<path class=\"line \(item.arm.map(ArmKeys.classes) ?? "only")\" "
                + "d=\"M\(low) \(y - 8)v16m0-8H\(high)\(item.high == nil ? "" : "m0-8v16")\"/>\(dot ?? "")"
                + "<text\(colour.map { " class=k\($0)" } ?? "") x=\(Frame.left) y=\(y - 16)>"
                + "\(HTML.escape(ArmKeys.shortened(item.name, to: IntervalChart.longestName)))</text>"
                + "<text class=figure x=\(Frame.right + 10) y=\(y + 8)>\(HTML.escape(item.figures))</text></g>"
        }
        return shapes + frame.xAxis(label)
    }

    /// Letters of a name above its interval; the description has all of it.
    private static let longestName = 44
    private static let rowHeight = 72

    var height: Int { Frame.top + IntervalChart.rowHeight * items.count + 24 + 56 }

    /// From the least end to the greatest and 0; far ends of wide intervals are cut at four times the farthest middle.
    private var range: ClosedRange<Double> {
        let middles = items.compactMap(\.value) + [0]
        let reach = 4 * max(0.05, middles.map(abs).max() ?? 0)
        let low = items.map { max($0.low, -reach) }.min() ?? 0
        let high = items.map { min($0.high ?? reach, reach) }.max() ?? 0
        let margin = max(0.002, 0.04 * (max(high, 0) - min(low, 0)))
        return (min(low, 0) - margin)...(max(high, 0) + margin)
    }

    private func clamped(_ column: Int) -> Int { min(Frame.right, max(Frame.left, column)) }
}
