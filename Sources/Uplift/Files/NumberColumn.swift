/// A long column of numbers of names: a byte each as long as all are below 256, else two.
package struct NumberColumn: ~Copyable {
    private var narrow = GrowingColumn<UInt8>()
    private var wide = GrowingColumn<UInt16>()
    private var isWide = false

    package init() {}

    package var count: Int { isWide ? wide.count : narrow.count }

    package subscript(index: Int) -> Int {
        @inline(__always) get { isWide ? Int(wide[index]) : Int(narrow[index]) }
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
