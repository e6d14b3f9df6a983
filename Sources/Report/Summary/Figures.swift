package import Allocation
import CLibrary
import Domain
package import Learning

/// Numbers as the page and the terminal show them.
package enum Figures {
    package static func percent(_ share: Double, _ places: Int) -> String {
        Text.decimal(share * 100, places) + " %"
    }

    /// A change in percentage points, with its sign.
    package static func points(_ millionths: Int) -> String {
        signed(Double(millionths) / 1e4, 2)
    }

    /// A number with its sign, a true minus where negative.
    package static func signed(_ value: Double, _ places: Int) -> String {
        let text = Text.decimal(abs(value), places)
        let isZero = !text.contains { $0 != "0" && $0 != "." }
        return (isZero ? "±" : value < 0 ? "−" : "+") + text
    }

    /// Small counts in words.
    static func small(_ count: Int) -> String {
        let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        return words.indices.contains(count) ? words[count] : String(count)
    }
}

extension Figures {
    /// Plain digits with commas between thousands.
    static func plain(_ value: Double, _ places: Int) -> String {
        let text = Text.decimal(value, places)
        guard let whole = Int64(text.split(separator: ".").first ?? ""), abs(whole) >= 1000 else { return text }
        return Text.count(whole) + (places > 0 ? "." + (text.split(separator: ".").last ?? "") : "")
    }

    /// A mean as shown: a rate in percent with three decimals, revenue in the major unit with four; the number itself when nobody
    /// says which of the two it is.
    static func mean(_ value: Double, _ reward: Reward?) -> String {
        switch reward {
        case .click, .purchase: Text.decimal(value * 100, 3) + " %"
        case .revenue: Text.decimal(value, 4)
        case nil: Text.decimal(value, 6)
        }
    }

    /// A row's 95 % interval as shown; empty where there is none.
    package static func interval(_ row: AllocationRow, _ reward: Reward?) -> String {
        guard let low = row.meanLow, let high = row.meanHigh else { return "" }
        return "\(mean(low, reward)) – \(mean(high, reward))"
    }

    /// Counted successes as shown; revenue in the major unit with two decimals.
    static func successes(_ value: Int128, _ reward: Reward) -> String {
        reward == .revenue ? plain(Double(value) / 1e6, 2) : Text.count(Int64(clamping: value))
    }

    /// A row's successes, in millionths, as shown.
    static func successes(millionths value: Int128, _ reward: Reward?) -> String {
        let isMoney = reward == .revenue || reward == nil && value % 1_000_000 != 0
        return isMoney ? plain(Double(value) / 1e6, 2) : Text.count(Int64(clamping: value / 1_000_000))
    }
}

extension Figures {
    /// A p-value with four decimals; `< 0.0001` where they would say 0.
    package static func pValue(_ value: Double) -> String {
        value < 0.00005 ? "< 0.0001" : Text.decimal(value, 4)
    }

    /// `p = 0.0123`, `p < 0.0001`.
    package static func pStatement(_ value: Double) -> String {
        value < 0.00005 ? "p \(pValue(value))" : "p = \(pValue(value))"
    }
}

extension Figures {
    /// The text of a tick: digits with commas below a million, from there millions (M), billions (B) or trillions (T), and
    /// powers of ten beyond.
    package static func tick(_ value: Double, _ places: Int) -> String {
        let units: [(name: String, exponent: Int)] = [("T", 12), ("B", 9), ("M", 6)]
        guard abs(value) < 1e15 else { return scientific(value) }
        guard let unit = units.first(where: { abs(value) >= pow(10, Double($0.exponent)) * (1 - 1e-9) }) else {
            return plain(value, places)
        }
        let scaled = Text.decimal(
            value / pow(10, Double(unit.exponent)), places > 0 ? places + unit.exponent : unit.exponent)
        // Ticks are round: their zeros say nothing.
        return scaled.replacing(#/\.?0+$/#, with: "") + unit.name
    }

    /// A number of at least 10 in three digits and a power of ten: `1.2e+15`.
    private static func scientific(_ value: Double) -> String {
        let exponent = Int(floor(log10(abs(value)) + 1e-9))
        let factor = Text.decimal(value / pow(10, Double(exponent)), 2)
        return factor.replacing(#/\.?0+$/#, with: "") + "e+\(exponent)"
    }
}
