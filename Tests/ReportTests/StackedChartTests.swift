import Domain
import Foundation
import Report
import TestSupport
import Testing

@Suite struct StackedChartTests {
    private static func svg(_ values: [[Double?]]) -> String {
        let days = values.indices
        return StackedChart(
            axis: DayAxis(
                dates: days.map { CalendarDate(dayNumber: 20_000 + $0) }, isCarriedOver: days.map { _ in false },
                isMissing: days.map { _ in false }),
            values: values, names: ["a", "b", "c"], label: Figures.tick
        ).svg()
    }

    /// The corners of each arm's area, in drawing units, with the steps made absolute.
    private static func areas(_ svg: String) -> [Int: [(x: Int, y: Int)]] {
        var areas: [Int: [(x: Int, y: Int)]] = [:]
        for match in svg.matches(of: #/class="area [^"]*" data-arm=(\d+) d="([^"]*)"/#) {
            var points: [(x: Int, y: Int)] = []
            var (x, y) = (0, 0)
            for step in match.2.matches(of: #/([Mlhvz])(-?\d+)?(?: ?(-?\d+))?/#) {
                let first = step.2.flatMap { Int($0) } ?? 0
                switch step.1 {
                case "M": (x, y) = (first, step.3.flatMap { Int($0) } ?? 0)
                case "l": (x, y) = (x + first, y + (step.3.flatMap { Int($0) } ?? 0))
                case "h": x += first
                case "v": y += first
                default: continue
                }
                points.append((x, y))
            }
            areas[Int(match.1) ?? -1] = points
        }
        return areas
    }

    /// The drawing unit of a value, from the labels of the axis: a scale that the chart did not hand over.
    private static func scale(_ svg: String) throws -> (Double) -> Double {
        let labels = svg.matches(of: #/<text x=94 y=(\d+)[^>]*>(-?[\d.,]+)</#).compactMap { match in
            Double(match.2.replacing(",", with: "")).map { (value: $0, line: (Double(match.1) ?? 0) - 8) }
        }
        let (low, high) = (try #require(labels.first), try #require(labels.last))
        return { low.line + ($0 - low.value) / (high.value - low.value) * (high.line - low.line) }
    }

    @Test("Arms stand on one another, gains above the base line, losses below, all of it inside the plot")
    func stacks() throws {
        var generator = SplitMix64(seed: 21)
        for round in 0..<200 {
            let arms = Int.random(in: 1...6, using: &generator)
            let sign = [0.0...1.0, -1.0...1.0, -1.0 ... -0.01][round % 3]
            let values = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                (0..<arms).map { _ -> Double? in
                    Bool.random(using: &generator) ? Double.random(in: sign, using: &generator) * 5000 : nil
                }
            }
            guard values.contains(where: { $0.contains { ($0 ?? 0) != 0 } }) else { continue }
            let svg = Self.svg(values)
            let line = try Self.scale(svg)
            let areas = Self.areas(svg)
            #expect(areas.count == arms)
            for arm in 0..<arms {
                let area = try #require(areas[arm])
                let (columns, lines) = (Frame.left...Frame.right, Frame.top...384)
                #expect(area.allSatisfy { columns.contains($0.x) && lines.contains($0.y) })
                // Sums that are computed otherwise: filtered, not accumulated.
                let parts: [[Double]] = values.map { day in day[...arm].compactMap { $0 } }
                let gains: [Double] = parts.map { $0.filter { $0 > 0 }.reduce(0, +) }
                let losses: [Double] = parts.map { $0.filter { $0 < 0 }.reduce(0, +) }
                let (top, bottom) = (Double(area.map(\.y).min() ?? 0), Double(area.map(\.y).max() ?? 0))
                #expect(abs(line(gains.max() ?? 0) - top) <= 2.5, "round \(round), arm \(arm)")
                #expect(abs(line(losses.min() ?? 0) - bottom) <= 2.5, "round \(round), arm \(arm)")
            }
        }
    }

    @Test("A day of losses alone has an axis of losses")
    func losses() {
        let svg = Self.svg([[5000], [-2500], [-3000]])
        #expect(svg.contains(">-2,000<") && svg.contains(">4,000<") && svg.contains("class=zero"))
        #expect(!Self.svg([[5000], [2500]]).contains("class=zero"))
    }
}
