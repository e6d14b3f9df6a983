import CLibrary
import Domain

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
