import Domain
import Learning
import TestSupport

let slot = SlotKey(platform: "web", slot: "hero")

/// A row of the experiment `slot`, on a day counted from an arbitrary one.
func row(
    _ day: Int, _ variant: Name, visitors: Int64, clickers: Int64 = 0, segment: Name = "*", revenue: Int128 = 0,
    revenueSquared: Int128 = 0, purchasers: Int64 = 0, table: Int? = nil
) -> DailyRow {
    var counts = ArmCounts()
    counts.visitors = visitors
    counts.views = visitors
    counts.clickers = clickers
    counts.clicks = clickers
    counts.purchasers = purchasers
    counts.revenue = revenue
    counts.revenueSquared = revenueSquared
    return DailyRow(
        date: CalendarDate(dayNumber: 20_000 + day), table: table.map { CalendarDate(dayNumber: 20_000 + $0) },
        key: ArmKey(platform: slot.platform, slot: slot.slot, segment: segment, variant: variant), counts: counts)
}

/// Row of visitors who each paid one of these sums, in major units.
func revenueRow(_ day: Int, _ variant: Name, _ sums: [Int], repeated: Int64 = 1, segment: Name = "*") -> DailyRow {
    let micros = sums.map { Int128($0) * 1_000_000 }
    return row(
        day, variant, visitors: Int64(sums.count) * repeated, segment: segment,
        revenue: micros.reduce(0, +) * Int128(repeated),
        revenueSquared: micros.reduce(0) { $0 + $1 * $1 } * Int128(repeated),
        purchasers: Int64(sums.count { $0 > 0 }) * repeated)
}

func settings(_ change: (inout LearningSettings) -> Void = { _ in }) -> LearningSettings {
    var settings = LearningSettings()
    change(&settings)
    return settings
}

extension Posterior {
    /// α and β; nil for another distribution.
    var betaParameters: [Double]? {
        guard case .beta(let alpha, let beta) = self else { return nil }
        return [alpha, beta]
    }

    /// Location, scale and degrees of freedom; nil for another distribution.
    var studentParameters: [Double]? {
        guard case .logStudentT(let location, let scale, let degreesOfFreedom) = self else { return nil }
        return [location, scale, degreesOfFreedom]
    }
}

/// A history of several segments with moving shares and rates.
func randomHistory(days: Int, variants: [Name], segments: [Name], using generator: inout SplitMix64) -> [DailyRow] {
    var rows: [DailyRow] = []
    for day in 0..<days {
        let base = Double.random(in: 0.05...0.2, using: &generator)
        for segment in segments {
            for variant in variants {
                let visitors = Int64.random(in: 0...900, using: &generator)
                let clickers = Int64(Double(visitors) * base * .random(in: 0.5...1.5, using: &generator))
                rows.append(row(day, variant, visitors: visitors, clickers: clickers, segment: segment))
            }
        }
    }
    return rows
}
