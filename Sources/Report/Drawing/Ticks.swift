import CLibrary

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten (Heckbert 1990, "Nice Numbers for Graph Labels").
package struct Ticks: Equatable, Sendable {
    package let step: Double
    /// Decimals that tell neighbouring values apart.
    package let places: Int
    /// Ascending multiples of the step, all within the range.
    package let values: [Double]

    /// Between 2 and `count` + 1 values, `count` at least 2; the range must be finite and not empty.
    package init(from low: Double, to high: Double, count: Int = 5) {
        let rough = (high - low) / Double(max(2, count))
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
