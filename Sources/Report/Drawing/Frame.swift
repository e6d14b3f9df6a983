import CLibrary

/// The rectangle of a chart that data is drawn in, and the linear scales from values to it.
///
///     ┌──────────────────────────────┐ 0        drawing units are half a pixel at a chart's usual width
///     │ labels ┌──────────────┐      │ top
///     │ of y   │    plot      │ names│
///     │        └──────────────┘ of arms, bottom
///     │          labels of x         │
///     └──────────────────────────────┘ height
///     0       left          right   width
package struct Frame: Equatable, Sendable {
    package static let width = 960
    package static let left = 104
    package static let right = 716
    package static let top = 24

    package let height: Int
    package let x: ClosedRange<Double>
    package let y: ClosedRange<Double>

    /// Ranges must be finite; one too narrow for its numbers to be told apart is widened.
    package init(x: ClosedRange<Double>, y: ClosedRange<Double>, height: Int = 440) {
        self.height = height
        self.x = Frame.widened(x)
        self.y = Frame.widened(y)
    }

    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let size = max(abs(range.lowerBound), abs(range.upperBound))
        guard range.upperBound - range.lowerBound > size * 1e-9 else {
            let margin = max(abs(range.lowerBound) * 0.1, 1e-3)
            return (range.lowerBound - margin)...(range.upperBound + margin)
        }
        return range
    }

    package var bottom: Int { height - 56 }

    /// The drawing unit of a value, rounded; values outside the range lie outside the plot, at most one plot away.
    package func column(_ value: Double) -> Int {
        Frame.left + Frame.position(value, x, Double(Frame.right - Frame.left))
    }

    package func line(_ value: Double) -> Int {
        bottom - Frame.position(value, y, Double(bottom - Frame.top))
    }

    private static func position(_ value: Double, _ range: ClosedRange<Double>, _ length: Double) -> Int {
        let fraction = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        guard !fraction.isNaN else { return 0 }
        return Int((max(-1, min(2, fraction)) * length).rounded())
    }

    /// Grid lines and labels of the y axis.
    func yAxis(_ label: (Double, Int) -> String) -> String {
        let ticks = Ticks(from: y.lowerBound, to: y.upperBound)
        var grid = ""
        var labels = ""
        for value in ticks.values {
            let line = line(value)
            grid += "M\(Frame.left) \(line)H\(Frame.right)"
            let text = label(value, ticks.places)
            // As many letters fit beside the plot; longer ones are pressed together.
            let fit = text.count > 7 ? " textLength=\(Frame.left - 12) lengthAdjust=spacingAndGlyphs" : ""
            labels += "<text x=\(Frame.left - 10) y=\(line + 8)\(fit)>\(HTML.escape(text))</text>"
        }
        return "<path class=grid d=\"\(grid)\"/><g class=ylabels>\(labels)</g>"
    }

    /// Shapes, cut off at the edges of the plot.
    func clipped(_ shapes: String) -> String {
        let (width, height) = (Frame.right - Frame.left, bottom - Frame.top)
        return "<svg x=\(Frame.left) y=\(Frame.top) width=\(width) height=\(height) "
            + "viewBox=\"\(Frame.left) \(Frame.top) \(width) \(height)\">\(shapes)</svg>"
    }

    /// Ticks and labels of a numeric x axis.
    func xAxis(_ label: (Double, Int) -> String) -> String {
        let ticks = Ticks(from: x.lowerBound, to: x.upperBound)
        var marks = "M\(Frame.left) \(bottom)H\(Frame.right)"
        var labels = ""
        for value in ticks.values {
            let column = column(value)
            marks += "M\(column) \(bottom)v8"
            labels += "<text x=\(column) y=\(bottom + 36)>\(HTML.escape(label(value, ticks.places)))</text>"
        }
        return "<path class=axis d=\"\(marks)\"/><g class=xlabels>\(labels)</g>"
    }
}

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten (Heckbert 1990, "Nice Numbers for Graph Labels").
package struct Ticks: Equatable, Sendable {
    package let step: Double
    /// Decimals that tell neighbouring values apart.
    package let places: Int
    /// Ascending multiples of the step, all within the range.
    package let values: [Double]

    /// Between 2 and `count` + 1 values, `count` at least 2; none of a range that is empty, or wider than numbers are.
    package init(from low: Double, to high: Double, count: Int = 5) {
        let rough = (high - low) / Double(max(2, count))
        guard rough > 0, rough.isFinite, max(abs(low), abs(high)) / rough < 1e15 else {
            (step, places, values) = (1, 0, [])
            return
        }
        var exponent = Int(floor(log10(rough)))
        // The least of 1, 2, 5, 10 that is no finer than asked.
        var factor = 1.0
        for candidate in [1.0, 2, 5, 10] {
            factor = candidate
            if candidate * pow(10, Double(exponent)) >= rough * (1 - 1e-9) { break }
        }
        if factor == 10 { (factor, exponent) = (1, exponent + 1) }
        let step = factor * pow(10, Double(exponent))
        self.step = step
        places = max(0, -exponent)
        let first = Int((low / step - 1e-9).rounded(.up))
        let last = Int((high / step + 1e-9).rounded(.down))
        values = first <= last ? (first...last).map { Double($0) * step } : []
    }

    /// The least round number at or above a value, for the top of an axis from 0.
    package static func roof(_ value: Double) -> Double {
        guard value > 0 else { return 1 }
        let ticks = Ticks(from: 0, to: value)
        return (value / ticks.step - 1e-9).rounded(.up) * ticks.step
    }
}
