/// A long column of numbers of which there are few different ones: a byte each as long as there are at most 256, else eight.
package struct CompactColumn: ~Copyable {
    private var codes = GrowingColumn<UInt8>()
    private var values = GrowingColumn<Double>()
    /// The different values, by code.
    private var dictionary: [Double] = []
    private var codeOf: [UInt64: UInt8] = [:]
    private var last: (bits: UInt64, code: UInt8)?
    private var isWide = false

    package init() {}

    package var count: Int { isWide ? values.count : codes.count }

    package subscript(index: Int) -> Double {
        @inline(__always) get { isWide ? values[index] : dictionary[Int(codes[index])] }
    }

    package mutating func append(_ value: Double) {
        if isWide {
            values.append(value)
            return
        }
        let bits = value.bitPattern
        if let last, last.bits == bits {
            codes.append(last.code)
        } else if let code = codeOf[bits] {
            last = (bits, code)
            codes.append(code)
        } else if dictionary.count < 256 {
            let code = UInt8(dictionary.count)
            dictionary.append(value)
            codeOf[bits] = code
            last = (bits, code)
            codes.append(code)
        } else {
            for index in 0..<codes.count { values.append(dictionary[Int(codes[index])]) }
            codes = GrowingColumn()
            isWide = true
            values.append(value)
        }
    }
}
