import CScan

/// A long column of numbers of names: a byte each as long as all are below 256, else two.
package struct NumberColumn: ~Copyable {
    private var narrow = GrowingColumn<UInt8>()
    private var wide = GrowingColumn<UInt16>()
    private var isWide = false

    package init() {}

    package var count: Int { isWide ? wide.count : narrow.count }

    package subscript(index: Int) -> Int {
        @inline(__always) get { view[index] }
    }

    /// The values as they are now, for loops that read many: valid until the next is appended, and as long as the column.
    @inline(__always)
    var view: View { View(isWide: isWide, narrow: narrow.base, wide: wide.base) }

    struct View: @unchecked Sendable {
        fileprivate let isWide: Bool
        fileprivate let narrow: UnsafeMutablePointer<UInt8>
        fileprivate let wide: UnsafeMutablePointer<UInt16>

        @inline(__always)
        subscript(index: Int) -> Int { isWide ? Int(wide[index]) : Int(narrow[index]) }

        /// Brings a value near.
        @inline(__always)
        func prefetch(_ index: Int) {
            if isWide { cscan_prefetch(wide + index) } else { cscan_prefetch(narrow + index) }
        }
    }

    /// - Parameter value: from 0 to 65,535.
    @inline(__always)
    package mutating func append(_ value: Int) {
        if !isWide, value < 256 { narrow.append(UInt8(value)) } else { appendWide(UInt16(value)) }
    }

    @inline(never)
    private mutating func appendWide(_ value: UInt16) {
        if !isWide {
            for index in 0..<narrow.count { wide.append(UInt16(narrow[index])) }
            narrow = GrowingColumn()
            isWide = true
        }
        wide.append(value)
    }
}
