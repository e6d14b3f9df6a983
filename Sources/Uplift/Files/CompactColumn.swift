/// A long column of numbers of which there are few different ones: no bytes as long as all are alike, one each as long as there are
/// at most 256, else eight.
package struct CompactColumn: ~Copyable {
    package private(set) var count = 0
    /// Empty as long as all values are alike.
    private var codes = GrowingColumn<UInt8>()
    private var values = GrowingColumn<Double>()
    /// The different values, by code.
    private var dictionary = GrowingColumn<Double>()
    private var codeOf: [UInt64: UInt8] = [:]
    private var last: (bits: UInt64, code: UInt8) = (0, 0)
    private var kind = Kind.alike

    private enum Kind: UInt8 {
        case alike, few, many
    }

    package init() {}

    package subscript(index: Int) -> Double {
        @inline(__always) get {
            switch kind {
            case .alike: dictionary[0]
            case .few: dictionary[Int(codes[index])]
            case .many: values[index]
            }
        }
    }

    @inline(__always)
    package mutating func append(_ value: Double) {
        count += 1
        switch kind {
        case .many: values.append(value)
        case .alike where dictionary.count > 0 && last.bits == value.bitPattern: break
        case .few where last.bits == value.bitPattern: codes.append(last.code)
        default: appendOther(value)
        }
    }

    @inline(never)
    private mutating func appendOther(_ value: Double) {
        let bits = value.bitPattern
        if let code = codeOf[bits] {
            last = (bits, code)
        } else if dictionary.count < 256 {
            last = (bits, UInt8(dictionary.count))
            codeOf[bits] = last.code
            dictionary.append(value)
            if kind == .alike, last.code == 0 { return }
            if kind == .alike {
                codes.extend(to: count - 1, with: 0)
                kind = .few
            }
        } else {
            for index in 0..<codes.count { values.append(dictionary[Int(codes[index])]) }
            codes = GrowingColumn()
            kind = .many
            values.append(value)
            return
        }
        codes.append(last.code)
    }
}
