import CScan

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

    fileprivate enum Kind: UInt8 {
        case alike, few, many
    }

    package init() {}

    package subscript(index: Int) -> Double {
        @inline(__always) get { view[index] }
    }

    /// The values as they are now, for loops that read many: valid until the next is appended, and as long as the column.
    @inline(__always)
    var view: View { View(kind: kind, codes: codes.base, values: values.base, dictionary: dictionary.base) }

    struct View: @unchecked Sendable {
        fileprivate let kind: Kind
        fileprivate let codes: UnsafeMutablePointer<UInt8>
        fileprivate let values: UnsafeMutablePointer<Double>
        fileprivate let dictionary: UnsafeMutablePointer<Double>

        @inline(__always)
        subscript(index: Int) -> Double {
            switch kind {
            case .alike: dictionary[0]
            case .few: dictionary[Int(codes[index])]
            case .many: values[index]
            }
        }

        /// Brings a value near.
        @inline(__always)
        func prefetch(_ index: Int) {
            switch kind {
            case .alike: break
            case .few: cscan_prefetch(codes + index)
            case .many: cscan_prefetch(values + index)
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
        if let code = code(of: value) {
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

    /// The first few are looked through, which is sooner done than hashing.
    private func code(of value: Double) -> UInt8? {
        for code in 0..<min(dictionary.count, 4) where dictionary[code].bitPattern == value.bitPattern {
            return UInt8(code)
        }
        return dictionary.count > 4 ? codeOf[value.bitPattern] : nil
    }
}
