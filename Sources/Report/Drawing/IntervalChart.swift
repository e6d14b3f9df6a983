/// Intervals one below another, with their middle: lifts of arms over a reference.
struct IntervalChart {
    struct Item {
        var arm: Int
        var value: Double
        var low: Double
        /// Nil: without limit.
        var high: Double?
        var description: String
    }

    let items: [Item]
    let label: (Double, Int) -> String

    func svg() -> String {
        let rowHeight = IntervalChart.rowHeight
        let frame = Frame(x: range, y: 0...1, height: height)
        var shapes = "<path class=zero d=\"M\(frame.column(0)) \(Frame.top)V\(frame.bottom)\"/>"
        for (position, item) in items.enumerated() {
            let y = Frame.top + rowHeight * position + rowHeight / 2 + 8
            let (low, high) = (
                clamped(frame.column(item.low)), item.high.map { clamped(frame.column($0)) } ?? Frame.right
            )
            let middle = clamped(frame.column(item.value))
            let classes = ArmKeys.classes(item.arm)
            shapes +=
                "<g class=interval data-arm=\(item.arm)><title>\(HTML.escape(item.description))</title>"
                + "<path class=\"hit\" d=\"M\(Frame.left) \(y)H\(Frame.right)\"/>"
                + "<path class=\"line \(classes)\" d=\"M\(low) \(y - 8)v16m0-8H\(high)\(item.high == nil ? "" : "m0-8v16")\"/>"
                + "<circle class=\"dot c\(item.arm % ArmKeys.colours)\" cx=\(middle) cy=\(y) r=8 />"
                + "<text class=\"k\(item.arm % ArmKeys.colours)\" x=\(Frame.left - 24) y=\(y + 8)>"
                + "\(ArmKeys.letter(item.arm))</text></g>"
        }
        return shapes + frame.xAxis(label)
    }

    private static let rowHeight = 40

    var height: Int { Frame.top + IntervalChart.rowHeight * items.count + 24 + 56 }

    /// From the least end to the greatest and 0; far ends of wide intervals are cut at four times the farthest middle.
    private var range: ClosedRange<Double> {
        let middles = items.map(\.value) + [0]
        let reach = 4 * max(0.05, middles.map(abs).max() ?? 0)
        let low = items.map { max($0.low, -reach) }.min() ?? 0
        let high = items.map { min($0.high ?? reach, reach) }.max() ?? 0
        let margin = max(0.002, 0.04 * (max(high, 0) - min(low, 0)))
        return (min(low, 0) - margin)...(max(high, 0) + margin)
    }

    private func clamped(_ column: Int) -> Int { min(Frame.right, max(Frame.left, column)) }
}
