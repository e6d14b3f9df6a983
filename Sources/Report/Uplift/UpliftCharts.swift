import Domain
import Uplift

/// The drawings of a message's uplift: its bins as bars with intervals, and its curve with a band.
struct UpliftCharts {
    let id: String
    let uplift: MessageUplift
    /// Of the intervals, for words: `95 %`.
    let level: String
    let z: Double

    func html() -> String { "<div class=charts>\(bars.html())\(curve.html())</div>\n" }

    // MARK: Bars

    private var bars: Chart {
        let bins = uplift.table.bins
        let ends = bins.flatMap { bin -> [Double] in
            let interval = bin.rates.interval(z: z)
            return [bin.rates.uplift, interval?.low, interval?.high].compactMap(\.self)
        }.filter(UpliftCharts.canBeDrawn)
        let (low, high) = (min(0, ends.min() ?? 0), max(0, ends.max() ?? 0))
        let margin = max(1e-9, (high - low) * 0.06)
        let frame = Frame(x: 0...Double(bins.count), y: (low - margin)...(high + margin))
        var shapes = ""
        for (number, bin) in bins.enumerated() {
            guard let value = bin.rates.uplift, UpliftCharts.canBeDrawn(value) else { continue }
            let left = frame.column(Double(number) + 0.15)
            let right = frame.column(Double(number) + 0.85)
            let (top, bottom) = (frame.line(max(0, value)), frame.line(min(0, value)))
            shapes +=
                "<g><title>\(HTML.escape(words(bin)))</title>"
                + "<rect class=\"area c\(value < 0 ? 1 : 0)\" x=\(left) y=\(top) width=\(right - left) height=\(max(1, bottom - top)) />"
            if let interval = bin.rates.interval(z: z), UpliftCharts.canBeDrawn(interval.high - interval.low) {
                let middle = (left + right) / 2
                shapes +=
                    "<path class=\"line only\" d=\"M\(middle - 10) \(frame.line(interval.high))h20m-10 0V\(frame.line(interval.low))"
                    + "m-10 0h20\"/>"
            }
            shapes += "</g>"
        }
        let labels = bins.enumerated().map { number, bin in
            bins.count <= 12
                ? "<text x=\(frame.column(Double(number) + 0.5)) y=\(frame.bottom + 36)>\(HTML.escape(bin.percentile))</text>"
                : ""
        }
        let zero = "<path class=axis d=\"M\(Frame.left) \(frame.line(0))H\(Frame.right)\"/>"
        return Chart(
            section: id, name: "bins", title: "Uplift by score",
            description:
                "Outcome per customer that the message adds, from the customers with the highest scores (left) to the "
                + "lowest; lines are \(level) intervals. Below 0 the message takes away.",
            svg: frame.yAxis(UpliftCharts.label) + frame.clipped(shapes + zero)
                + "<g class=\"xlabels small\">\(labels.joined())</g>",
            table: table)
    }

    /// Sums of very large outcomes are beyond all numbers, and differences of what is near to them too.
    private static func canBeDrawn(_ value: Double) -> Bool { abs(value) < 1e300 }

    private static func label(_ value: Double, _ places: Int) -> String { Text.decimal(value, places) }

    private func words(_ bin: DecileTable.Bin) -> String {
        "\(bin.percentile) %: \(UpliftWords.interval(bin.rates, z: z)), \(Text.count(Int64(bin.rates.treated.count))) treated, "
            + "\(Text.count(Int64(bin.rates.control.count))) of control"
    }

    private var table: DataTable {
        DataTable(
            caption: "Uplift of \(Text.printable(uplift.message)) by score",
            columns: [
                "customers", "#treated", "#control", "#rate treated", "#rate control", "#uplift", "#low", "#high",
                "#mean score",
            ],
            rows: (uplift.table.bins + [uplift.table.total]).map { bin in
                let interval = bin.rates.interval(z: z)
                let counts = [bin.rates.treated.count, bin.rates.control.count].map {
                    DataTable.Cell.number(Text.count(Int64($0)), String($0))
                }
                let figures = [
                    bin.rates.treated.rate, bin.rates.control.rate, bin.rates.uplift, interval?.low, interval?.high,
                    bin.meanScore,
                ].map(UpliftWords.cell)
                return [.text(bin.percentile)] + counts + figures
            }, isSortable: false)
    }

    // MARK: Curve

    private var curve: Chart {
        let end = uplift.curve.points.last?.x ?? 1
        let points = uplift.curve.points.map { (share: end > 0 ? $0.x / end : 0, gain: end > 0 ? $0.uplift / end : 0) }
            .filter { UpliftCharts.canBeDrawn($0.gain) }
        let band = uplift.areas.band.compactMap { point in
            point.error.map { (share: point.share, low: point.gain - z * $0, high: point.gain + z * $0) }
        }.filter { UpliftCharts.canBeDrawn($0.low) && UpliftCharts.canBeDrawn($0.high) }
        let values = points.map(\.gain) + band.flatMap { [$0.low, $0.high] }
        let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
        let margin = max(1e-9, (high - low) * 0.06)
        let frame = Frame(x: 0...1, y: (low - margin)...(high + margin))
        var path = PathData()
        let places = points.map { (x: frame.column($0.share), y: frame.line($0.gain)) }
        for (number, place) in Polyline.simplified(places).enumerated() {
            if number == 0 { path.move(place.x, place.y) } else { path.line(place.x, place.y) }
        }
        var area = PathData()
        if !band.isEmpty {
            area.move(frame.column(0), frame.line(0))
            for point in band { area.line(frame.column(point.share), frame.line(point.high)) }
            for point in band.reversed() { area.line(frame.column(point.share), frame.line(point.low)) }
            area.close()
        }
        let last = points.last?.gain ?? 0
        let straight =
            "<path class=zero d=\"M\(frame.column(0)) \(frame.line(0))L\(frame.column(1)) \(frame.line(last))\"/>"
        let shapes =
            "<path class=\"band c0\" d=\"\(area.text)\"/>\(straight)<path class=\"line c0\" d=\"\(path.text)\"/>"
        return Chart(
            section: id, name: "curve", title: "What contacting from the highest score down brings",
            description:
                "Outcome gained per customer of all, when this share of customers is contacted, with its \(level) band; the "
                + "dashed line is contacting as many by lot.",
            svg: frame.yAxis(UpliftCharts.label) + frame.clipped(shapes)
                + frame.xAxis { value, _ in Text.decimal(value * 100, 0) + " %" },
            table: curveTable)
    }

    private var curveTable: DataTable {
        DataTable(
            caption: "Gain of \(Text.printable(uplift.message)) by share contacted",
            columns: ["#contacted", "#gain per customer", "#low", "#high"],
            rows: uplift.areas.band.enumerated().filter { number, point in
                number % 5 == 4 || point.share == uplift.areas.band.last?.share
            }.map { _, point in
                let low = point.error.map { point.gain - z * $0 }
                let high = point.error.map { point.gain + z * $0 }
                return [
                    .number(Text.decimal(point.share * 100, 0) + " %", PlainDecimal.string(point.share)),
                    UpliftWords.cell(point.gain), UpliftWords.cell(low), UpliftWords.cell(high),
                ]
            }, isSortable: false)
    }
}
