import Domain

/// A day under one table.
///
/// Visitors of one stratum had the same shares, so that arms compare within it whatever the day's hours were like: where a new
/// table takes over at 01:30, the night's few visitors before it and the day's many after it are two strata. Days without a known
/// table are one stratum each.
struct Stratum: Hashable, Comparable {
    var date: CalendarDate
    var table: CalendarDate?

    init(of row: DailyRow) {
        date = row.date
        table = row.table
    }

    /// By date, then by table, none first.
    static func < (left: Stratum, right: Stratum) -> Bool {
        if left.date != right.date { return left.date < right.date }
        guard let table = right.table else { return false }
        return left.table.map { $0 < table } ?? true
    }
}

/// The strata of a window of days, in order; each weighs what its day does.
///
///     window       d₁            d₂            d₃
///     weights      0.25          0.5           1
///     strata       0    1        2             3    4          d₁ and d₃ under two tables each
///                  0.25 0.25     0.5           1    1
struct Strata {
    let weights: [Double]
    private let positions: [Stratum: Int]

    init(_ strata: Set<Stratum>, in window: DayWindow) {
        var weights: [Double] = []
        var positions: [Stratum: Int] = [:]
        for stratum in strata.sorted() {
            guard let day = window.position(of: stratum.date) else { continue }
            positions[stratum] = weights.count
            weights.append(window.weights[day])
        }
        self.weights = weights
        self.positions = positions
    }

    /// The positions of the rows' strata; nil where the day is outside the window or the stratum has no data. Files are sorted, so
    /// most rows follow one of their own stratum and need no lookup.
    func positions(of rows: [DailyRow]) -> [Int?] {
        var last: (stratum: Stratum, position: Int?)?
        return rows.indices.map { index in
            let stratum = Stratum(of: rows[index])
            if let last, last.stratum == stratum { return last.position }
            let position = positions[stratum]
            last = (stratum, position)
            return position
        }
    }
}
