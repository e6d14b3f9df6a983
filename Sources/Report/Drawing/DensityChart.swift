import CLibrary
import Learning

/// The densities of posteriors over their quantities.
struct DensityChart {
    struct Curve {
        var arm: Int
        var posterior: Posterior
        /// What a pointer on the curve is told.
        var description: String
    }

    static let samples = 96

    let curves: [Curve]
    /// Of all arms.
    let names: [String]
    let range: ClosedRange<Double>
    let label: (Double, Int) -> String
    /// The unit of x in which densities are counted: 0.01 for percentage points.
    let unit: Double

    func svg() -> String {
        let sampled = curves.map { curve in (curve, DensityChart.points(curve.posterior, within: range)) }
        let tallest = sampled.flatMap { $0.1 }.map(\.density).filter(\.isFinite).max() ?? 1
        let frame = Frame(x: range, y: 0...(Ticks.roof(tallest * unit * 1.04)))
        var shapes = ""
        for (curve, points) in sampled {
            var path = PathData()
            if points.isEmpty {
                let column = frame.column(curve.posterior.mean)
                path.move(column, frame.bottom)
                path.line(column, Frame.top)
            }
            let curvePoints = points.map {
                (x: frame.column($0.value), y: frame.line(min($0.density, 2 * tallest) * unit))
            }
            for (index, point) in Polyline.simplified(curvePoints).enumerated() {
                if index == 0 { path.move(point.x, point.y) } else { path.line(point.x, point.y) }
            }
            shapes +=
                "<path class=\"line density \(ArmKeys.classes(curve.arm))\" data-arm=\(curve.arm) d=\"\(path.text)\">"
                + "<title>\(HTML.escape(curve.description))</title></path>"
        }
        let order = sampled.sorted { $0.0.posterior.mean > $1.0.posterior.mean }.map(\.0.arm)
        let plot =
            "<svg x=\(Frame.left) y=0 width=\(Frame.right - Frame.left) height=\(frame.bottom) "
            + "viewBox=\"\(Frame.left) 0 \(Frame.right - Frame.left) \(frame.bottom)\">\(shapes)"
            + "</svg>"
        return frame.yAxis { value, places in Figures.tick(value, places) } + plot + frame.xAxis(label)
            + ArmKeys.legend(order, names: names, bottom: frame.bottom)
    }

    /// Points at equal steps between the 0.01 % and 99.99 % quantiles, as far as they are in the range; none of a point mass.
    static func points(
        _ posterior: Posterior, within range: ClosedRange<Double>
    ) -> [(value: Double, density: Double)] {
        let low = max(posterior.quantile(0.0001), range.lowerBound)
        let high = min(posterior.quantile(0.9999), range.upperBound)
        guard high > low else { return [] }
        return (0...samples).map { index in
            let value = low + (high - low) * Double(index) / Double(samples)
            return (value, exp(posterior.logDensity(value)))
        }
    }
}
