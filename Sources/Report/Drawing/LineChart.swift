/// Numbers of arms by day as lines, each with a band of its interval where it has one. Lines break at days without a value.
struct LineChart {
    struct Point {
        var value: Double
        var low: Double?
        var high: Double?
    }

    let axis: DayAxis
    /// `points[day][arm]`.
    let points: [[Point?]]
    let range: ClosedRange<Double>
    let label: (Double, Int) -> String
    /// Of the arms, beside their lines; nil: a single line, which needs none.
    var names: [String]?
    /// Days of an arm that are marked by a ring: those on which it is new.
    var isMarked: (_ day: Int, _ arm: Int) -> Bool = { _, _ in false }

    func svg() -> String {
        let frame = Frame(x: 0...1, y: range)
        let arms = points.first?.count ?? 0
        var bands = ""
        var lines = ""
        var ends: [(arm: Int, y: Int)] = []
        for arm in 0..<arms {
            var line = PathData()
            var rings = PathData()
            for run in runs(arm) {
                bands += band(arm, run, frame)
                let places = run.map { item in
                    (x: run.count == 1 ? own(arm, item.day) : axis.centre(item.day), y: frame.line(item.point.value))
                }
                for (position, end) in Polyline.simplified(places).enumerated() {
                    if position == 0 { line.move(end.x, end.y) } else { line.line(end.x, end.y) }
                }
                for (item, (x, y)) in zip(run, places) {
                    if isMarked(item.day, arm) || run.count == 1 {
                        rings.move(x - 5, y)
                        rings.line(x, y - 5)
                        rings.line(x + 5, y)
                        rings.line(x, y + 5)
                        rings.close()
                    }
                }
            }
            guard !line.text.isEmpty else { continue }
            let classes = names != nil ? ArmKeys.classes(arm) : "only"
            lines += "<path class=\"line \(classes)\" data-arm=\(arm) d=\"\(line.text)\"/>"
            if !rings.text.isEmpty { lines += "<path class=\"ring \(classes)\" data-arm=\(arm) d=\"\(rings.text)\"/>" }
            if let last = points.last(where: { $0[arm] != nil })?[arm] { ends.append((arm, frame.line(last.value))) }
        }
        return frame.yAxis(label) + frame.clipped(bands + lines) + axis.shades(bottom: frame.bottom)
            + axis.axis(bottom: frame.bottom)
            + (names.map {
                ArmKeys.labels(ends.sorted { ($0.y, $0.arm) < ($1.y, $1.arm) }, names: $0, bottom: frame.bottom)
            } ?? "")
    }

    private func runs(_ arm: Int) -> [[(day: Int, point: Point)]] {
        var runs: [[(day: Int, point: Point)]] = []
        var isOpen = false
        for day in points.indices {
            guard let point = points[day][arm] else {
                isOpen = false
                continue
            }
            if isOpen { runs[runs.count - 1].append((day, point)) } else { runs.append([(day, point)]) }
            isOpen = true
        }
        return runs
    }

    /// Where an arm's lone day is drawn: arms stand side by side in the slot, so that their bars do not cover one another.
    private func own(_ arm: Int, _ day: Int) -> Int {
        let arms = points[day].count
        return axis.start(day) + (axis.start(day + 1) - axis.start(day)) * (arm + 1) / (arms + 1)
    }

    private func band(_ arm: Int, _ run: [(day: Int, point: Point)], _ frame: Frame) -> String {
        let bounded = run.compactMap { item in
            item.point.low.flatMap { low in
                item.point.high.map { (axis.centre(item.day), frame.line(low), frame.line($0)) }
            }
        }
        guard let first = bounded.first else { return "" }
        var path = PathData()
        if run.count == 1 {
            path.move(own(arm, run[0].day), first.1)
            path.line(own(arm, run[0].day), first.2)
            return "<path class=\"line \(ArmKeys.classes(arm))\" data-arm=\(arm) d=\"\(path.text)\"/>"
        }
        path.move(first.0, first.2)
        for (x, high) in Polyline.simplified(bounded.map { ($0.0, $0.2) }, tolerance: 2).dropFirst() {
            path.line(x, high)
        }
        for (x, low) in Polyline.simplified(bounded.map { ($0.0, $0.1) }, tolerance: 2).reversed() { path.line(x, low) }
        path.close()
        return "<path class=\"band \(ArmKeys.classes(arm))\" data-arm=\(arm) d=\"\(path.text)\"/>"
    }
}
