import Domain

/// Intervals one below another, with their middle: lifts of arms over a reference, or what other policies would have changed.
struct IntervalChart {
    /// What an interval is of.
    enum Subject {
        /// An arm, told by its colour and letter.
        case arm(Int)
        /// Anything else, told by its name above the interval.
        case named(String)
    }

    struct Item {
        var subject: Subject
        var value: Double
        var low: Double
        /// Nil: without limit.
        var high: Double?
        var description: String
    }

    let items: [Item]
    let label: (Double, Int) -> String

    func svg() -> String {
        let frame = Frame(x: range, y: 0...1, height: height)
        var shapes = "<path class=zero d=\"M\(frame.column(0)) \(Frame.top)V\(frame.bottom)\"/>"
        for (position, item) in items.enumerated() {
            let y = Frame.top + rowHeight * position + rowHeight - 12
            let (low, high) = (
                clamped(frame.column(item.low)), item.high.map { clamped(frame.column($0)) } ?? Frame.right
            )
            let look = IntervalChart.look(item.subject, y)
            shapes +=
                "<g class=interval \(look.attribute)><title>\(HTML.escape(item.description))</title>"
                + "<path class=\"hit\" d=\"M\(Frame.left) \(y)H\(Frame.right)\"/>"
                + "<path class=\"line \(look.line)\" d=\"M\(low) \(y - 8)v16m0-8H\(high)\(item.high == nil ? "" : "m0-8v16")\"/>"
                + "<circle class=\"dot \(look.dot)\" cx=\(clamped(frame.column(item.value))) cy=\(y) r=8 />\(look.text)</g>"
        }
        return shapes + frame.xAxis(label)
    }

    private static func look(_ subject: Subject, _ y: Int) -> (
        attribute: String, line: String, dot: String, text: String
    ) {
        switch subject {
        case .arm(let arm):
            let colour = arm % ArmKeys.colours
            return (
                "data-arm=\(arm)", ArmKeys.classes(arm), "c\(colour)",
                "<text class=\"k\(colour)\" x=\(Frame.left - 24) y=\(y + 8)>\(ArmKeys.letter(arm))</text>"
            )
        case .named(let name):
            let shown = name.count > longestName ? String(name.prefix(longestName - 1)) + "…" : name
            return (
                "data-item", "only", "only",
                "<text x=\(Frame.left) y=\(y - 16)>\(HTML.escape(Text.printable(shown)))</text>"
            )
        }
    }

    /// Letters of a name above its interval; the title has all of it.
    private static let longestName = 48

    private var rowHeight: Int {
        items.contains { if case .named = $0.subject { true } else { false } } ? 72 : 40
    }

    var height: Int { Frame.top + rowHeight * items.count + 24 + 56 }

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
