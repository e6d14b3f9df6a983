import Domain

/// A decimal number as digits and a power of ten: `-12.50` is −1250 · 10⁻².
struct DecimalDigits {
    var isNegative = false
    /// The digits; further zeros are in the exponent.
    var magnitude: UInt64 = 0
    var exponent = 0

    /// Why a text is not such a number.
    enum Fault: Error {
        /// It is none: a word, nothing, NaN, infinity.
        case noNumber
        /// Its digits are grouped by commas or blanks.
        case grouped
        /// More digits than 64 bits hold, a fraction among them.
        case tooFine
        case tooLarge
    }

    /// Reads plain or scientific notation: `12.5`, `-3`, `.5`, `1e-3`.
    @inline(__always)
    init(_ text: UnsafeBufferPointer<UInt8>) throws(Fault) {
        var index = 0
        let count = text.count
        if count > 0, text[0] == UInt8(ascii: "-") {
            isNegative = true
            index = 1
        }
        let first = index
        var point = -1
        while index < count {
            let digit = text[index] &- 0x30
            if digit <= 9 {
                magnitude = magnitude &* 10 &+ UInt64(digit)
            } else if text[index] == UInt8(ascii: "."), point < 0 {
                point = index
            } else {
                break
            }
            index += 1
        }
        let digits = index - first - (point >= 0 ? 1 : 0)
        guard index == count, digits > 0, digits <= 18 else {
            self = try DecimalDigits(slowly: text)
            return
        }
        exponent = point >= 0 ? point + 1 - index : 0
    }

    @inline(never)
    private init(slowly text: UnsafeBufferPointer<UInt8>) throws(Fault) {
        var index = 0
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        var digits: [UInt8] = []
        var fraction: Int?
        while index < text.count {
            if text[index] == UInt8(ascii: "."), fraction == nil {
                fraction = digits.count
            } else if text[index] &- 0x30 <= 9 {
                digits.append(text[index] - 0x30)
            } else {
                break
            }
            index += 1
        }
        guard !digits.isEmpty else { throw .noNumber }
        exponent = (fraction ?? digits.count) - digits.count
        if index < text.count {
            guard text[index] | 0x20 == UInt8(ascii: "e") else {
                throw DecimalDigits.isGrouped(text) ? .grouped : .noNumber
            }
            let rest = String(decoding: text[(index + 1)...], as: UTF8.self)
            guard let power = Int(rest) else { throw .noNumber }
            exponent += max(-1_000_000, min(1_000_000, power))
        }
        while digits.count > 1, digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        for digit in digits {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { throw exponent < 0 ? .tooFine : .tooLarge }
            magnitude = sum
        }
        if magnitude == 0 { exponent = 0 }
    }

    private static func isGrouped(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.contains(UInt8(ascii: ","))
            && text.allSatisfy {
                $0 &- 0x30 <= 9 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
    }

    /// The number in units of 10^−places, exactly.
    @inline(__always)
    func scaled(_ places: Int) throws(Fault) -> Int64 {
        var power = exponent + places
        var result = magnitude
        guard result != 0 else { return 0 }
        guard power <= 19 else { throw .tooLarge }
        while power > 0 {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .tooLarge }
            result = product
            power -= 1
        }
        while power < 0 {
            let (quotient, remainder) = result.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { throw .tooFine }
            result = quotient
            power += 1
        }
        guard result <= UInt64(Int64.max) else { throw .tooLarge }
        return isNegative ? -Int64(result) : Int64(result)
    }
}

/// The smallest piece of money: all amounts are whole numbers of it.
package struct MoneyUnit: Sendable {
    /// The unit is `factor` · 10^−places.
    let factor: Int64
    let places: Int
    /// The unit as text.
    package let text: String

    /// One hundredth.
    package static let standard = MoneyUnit(factor: 1, places: 2, text: "0.01")

    private init(factor: Int64, places: Int, text: String) {
        (self.factor, self.places, self.text) = (factor, places, text)
    }

    /// Reads a positive decimal with at most 9 decimals; nil for anything else.
    package init?(_ text: String) {
        guard let billionths = ExactDecimal.value(text, scale: 9), billionths > 0, billionths <= Int128(Int64.max)
        else {
            return nil
        }
        var (factor, places) = (Int64(billionths), 9)
        while factor % 10 == 0, places > 0 { (factor, places) = (factor / 10, places - 1) }
        self.init(factor: factor, places: places, text: ExactDecimal.text(factor, scale: places))
    }

    /// An amount in whole units.
    @inline(__always)
    func amount(_ digits: DecimalDigits) throws(DecimalDigits.Fault) -> Int64 {
        let scaled = try digits.scaled(places)
        guard factor != 1 else { return scaled }
        guard scaled % factor == 0 else { throw .tooFine }
        return scaled / factor
    }

    /// An amount in whole units, from text; nil when it is no decimal number.
    ///
    /// - Throws: ``BudgetError/input(_:)`` for one that is finer than the unit, or too large; `place` says where it stands.
    package func amount(_ text: String, place: String) throws(BudgetError) -> Int64? {
        var text = text
        let result: Result<Int64, DecimalDigits.Fault> = text.withUTF8 { bytes in
            do throws(DecimalDigits.Fault) {
                return .success(try amount(try DecimalDigits(bytes)))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let amount): return amount
        case .failure(.tooFine):
            throw .input("\(place) '\(text)' is finer than the unit \(self.text); round it, or give --unit")
        case .failure(.tooLarge):
            throw .input("\(place) '\(text)' is more than 64 bits hold; look for a slip, or give a larger --unit")
        case .failure(.noNumber), .failure(.grouped): return nil
        }
    }

    /// The decimal text of an amount.
    package func string(_ amount: Int128) -> String { ExactDecimal.text(amount * Int128(factor), scale: places) }

    /// An amount as a binary number, for drawings.
    package func number(_ amount: Int128) -> Double { Double(string(amount)) ?? 0 }
}

/// Values are whole numbers of 10⁻⁹.
package enum Value {
    static let places = 9

    package static func string(_ value: Int128) -> String { ExactDecimal.text(value, scale: places) }

    /// As a binary number, for drawings.
    package static func number(_ value: Int128) -> Double { Double(string(value)) ?? 0 }
}

/// Value by money, exactly: of the next step that the money did not reach.
package struct Efficiency: Sendable {
    /// In 10⁻⁹.
    package var gain: UInt64
    /// In units, positive.
    package var cost: Int64

    /// What 1 of money brings, in 10⁻⁹, to the nearest.
    package func perMoney(_ unit: MoneyUnit) -> Int128 {
        // gain · 10^places / (cost · factor): below 2^64 · 10⁹ over one at least, and the divisor below 2^126.
        let power = (0..<unit.places).reduce(Int128(1)) { product, _ in product * 10 }
        let divisor = Int128(cost) * Int128(unit.factor)
        let (quotient, remainder) = (Int128(gain) * power).quotientAndRemainder(dividingBy: divisor)
        return quotient + (remainder >= divisor - remainder ? 1 : 0)
    }
}
