/// The decimal text of a row's number, counted up in place: what a fold is drawn from where there is no visitor.
struct RowNumberText: ~Copyable {
    private static let capacity = 20
    private let digits: UnsafeMutablePointer<UInt8>
    private var first = RowNumberText.capacity - 1

    init(_ number: Int64) {
        digits = .allocate(capacity: RowNumberText.capacity)
        digits.initialize(repeating: 0x30, count: RowNumberText.capacity)
        var rest = number
        var index = RowNumberText.capacity - 1
        while rest > 0 {
            digits[index] = 0x30 + UInt8(rest % 10)
            first = index
            rest /= 10
            index -= 1
        }
    }

    deinit {
        digits.deallocate()
    }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: digits + first, count: RowNumberText.capacity - first)
    }

    @inline(__always)
    mutating func increment() {
        var index = RowNumberText.capacity - 1
        while digits[index] == 0x39 {
            digits[index] = 0x30
            index -= 1
        }
        digits[index] += 1
        first = min(first, index)
    }
}
