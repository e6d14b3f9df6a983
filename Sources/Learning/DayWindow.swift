import CLibrary
package import Domain

/// The days of an experiment that count, newest last, and what each weighs.
///
///     days with data     d₀   d₁   d₂ ·· d₅            d₂…d₅: three nights without data are no time at all
///     window: 3               d₁   d₂    d₅
///     k                        2    1     0
///     halfLife: 1            0.25  0.5    1
package struct DayWindow: Equatable, Sendable {
    /// The dates, ascending.
    package let dates: [CalendarDate]
    /// The weight of each date, 0 < weight ≤ 1.
    package let weights: [Double]
    private let positions: [CalendarDate: Int]

    /// Takes the last `window` of the days with data (nil: all) and weighs the k-th day back 0.5^(k / halfLife)
    /// (nil: 1), k = 0 for the newest.
    package init(daysWithData: Set<CalendarDate>, window: Int?, halfLife: Double?) {
        let sorted = daysWithData.sorted()
        let dates = Array(sorted.suffix(max(0, window ?? sorted.count)))
        self.dates = dates
        weights = dates.indices.map { index in
            let age = Double(dates.count - 1 - index)
            guard let halfLife, halfLife > 0 else { return 1 }
            return exp2(-age / halfLife)
        }
        positions = Dictionary(uniqueKeysWithValues: dates.enumerated().map { ($0.element, $0.offset) })
    }

    /// The position of a date in the window; nil when it is outside or has no data.
    package func position(of date: CalendarDate) -> Int? {
        positions[date]
    }
}
