import CLibrary
import Domain

/// Lines of `decisions.csv`: `customer,message,reason,value,cost`.
struct DecisionWriter {
    static let header = Array("customer,message,reason,value,cost\n".utf8)

    private(set) var bytes: [UInt8] = []
    private let options: [[UInt8]]
    private let unit: MoneyUnit

    init(_ options: [[UInt8]], unit: MoneyUnit, customers: Int) {
        (self.options, self.unit) = (options, unit)
        bytes.reserveCapacity(customers * 48)
    }

    /// The names of options as fields.
    static func fields(_ names: [Name]) -> [[UInt8]] {
        names.map { name in
            var bytes: [UInt8] = []
            append(name.string.utf8.map { $0 }[...], to: &bytes)
            return bytes
        }
    }

    /// - Parameter isBest: whether the customer has no more valuable option.
    mutating func write(_ customer: UnsafeRawBufferPointer, _ row: OptionRow, isBest: Bool) {
        if customer.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) {
            DecisionWriter.append(Array(customer)[...], to: &bytes)
        } else {
            bytes.append(contentsOf: customer)
        }
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: options[Int(row.option)])
        bytes.append(contentsOf: isBest ? DecisionWriter.best : DecisionWriter.budget)
        append(row.value, places: Value.places)
        bytes.append(UInt8(ascii: ","))
        if unit.factor == 1 {
            append(row.cost, places: unit.places)
        } else {
            bytes.append(contentsOf: unit.string(Int128(row.cost)).utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The customer's most valuable option.
    private static let best = Array(",best,".utf8)
    /// There is a more valuable one, which the budget did not reach.
    private static let budget = Array(",budget,".utf8)

    private static func append(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        guard text.contains(where: { $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// Writes value / 10^places without zeros at the end.
    private mutating func append(_ value: Int64, places: Int) {
        var magnitude = value.magnitude
        var places = places
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        if magnitude == 0 { places = 0 }
        while places > 0, magnitude % 10 == 0 {
            magnitude /= 10
            places -= 1
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digits in
            var index = 32
            var written = 0
            while magnitude > 0 || written <= places {
                if written == places, places > 0 {
                    index -= 1
                    digits[index] = UInt8(ascii: ".")
                }
                index -= 1
                digits[index] = 0x30 + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
                written += 1
            }
            bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[index..<32]))
        }
    }
}
