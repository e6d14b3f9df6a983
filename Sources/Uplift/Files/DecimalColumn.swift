import CScan

/// A long column of numbers, not a number where there is none: four bytes each as long as all are multiples of 10⁻⁹ between −2.1 and
/// 2.1, as scores mostly are, else eight. Each is given back bit by bit: n/10⁹ is rounded to the same number as the decimal it was
/// read from.
package struct DecimalColumn: ~Copyable {
    private var billionths = GrowingColumn<Int32>()
    private var values = GrowingColumn<Double>()
    private(set) var isWide = false

    fileprivate static let scale = 1e9
    fileprivate static let none = Int32.min

    package init() {}

    package var count: Int { isWide ? values.count : billionths.count }

    package subscript(index: Int) -> Double {
        @inline(__always) get { view[index] }
        set {
            if !isWide {
                if let number = DecimalColumn.billionths(newValue) {
                    billionths[index] = number
                    return
                }
                widen()
            }
            values[index] = newValue
        }
    }

    @inline(__always)
    package mutating func append(_ value: Double) {
        if !isWide, let number = DecimalColumn.billionths(value) {
            billionths.append(number)
        } else {
            appendWide(value)
        }
    }

    /// Makes the column this long; what is added is not a number.
    @inline(__always)
    package mutating func extend(to wanted: Int) {
        if isWide {
            values.extend(to: wanted, with: .nan)
        } else {
            billionths.extend(to: wanted, with: DecimalColumn.none)
        }
    }

    @inline(never)
    private mutating func appendWide(_ value: Double) {
        if !isWide { widen() }
        values.append(value)
    }

    private mutating func widen() {
        let narrow = view
        for index in 0..<billionths.count { values.append(narrow[index]) }
        billionths = GrowingColumn()
        isWide = true
    }

    /// The number of billionths that a value is to the bit; nil where there is none.
    @inline(__always)
    private static func billionths(_ value: Double) -> Int32? {
        if value.isNaN { return none }
        let scaled = (value * scale).rounded()
        guard abs(scaled) <= Double(Int32.max) else { return nil }
        let number = Int32(scaled)
        // Not −0, which no integer is.
        return (Double(number) / scale).bitPattern == value.bitPattern ? number : nil
    }

    /// The values as they are now, for loops that read many: valid until the next is appended, and as long as the column.
    @inline(__always)
    var view: View { View(isWide: isWide, billionths: billionths.base, values: values.base) }

    struct View: @unchecked Sendable {
        fileprivate let isWide: Bool
        fileprivate let billionths: UnsafeMutablePointer<Int32>
        fileprivate let values: UnsafeMutablePointer<Double>

        @inline(__always)
        subscript(index: Int) -> Double {
            if isWide { return values[index] }
            let number = billionths[index]
            return number == DecimalColumn.none ? .nan : Double(number) / DecimalColumn.scale
        }

        /// Brings a value near.
        @inline(__always)
        func prefetch(_ index: Int) {
            if isWide { cscan_prefetch(values + index) } else { cscan_prefetch(billionths + index) }
        }
    }
}
