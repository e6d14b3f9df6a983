import CScan

/// Which of a line's values each field is read from.
///
///     values:   absent | "ts" | "type" | "customer" | "visitor" | …      0 is always the absent one
///     firsts:   ts 1, type 2, visitor 3, …                               what nearly always decides
///     others:   visitor [4]                                              in order, where those before hold nothing
struct FieldSources: ~Copyable {
    /// By field, in the order of `EventField.allCases`.
    private let firsts: UnsafeMutablePointer<Int32>
    private let others: [[Int]]
    /// Whether a field has more sources than one.
    let hasOthers: Bool

    /// The numbers of the values of each field, of which the first that holds something counts.
    init(_ numbers: [[Int]]) {
        firsts = .allocate(capacity: EventField.allCases.count)
        for (field, numbers) in numbers.enumerated() {
            (firsts + field).initialize(to: Int32(numbers.first ?? 0))
        }
        others = numbers.map { Array($0.dropFirst()) }
        hasOthers = others.contains { !$0.isEmpty }
    }

    deinit {
        firsts.deallocate()
    }

    /// The value of a field. Null and empty text count as absent.
    ///
    /// - Parameter isOnly: whether it is known that no field has more sources than one.
    @inline(__always)
    func value(_ field: EventField, in values: UnsafePointer<LineValue>, isOnly: Bool) -> LineValue {
        let first = values[Int(firsts[field.position])]
        return isOnly || first.count > 0 || !hasOthers ? first : other(field, in: values)
    }

    /// Whether the texts of a line have one source each, where a string stands or nothing.
    ///
    /// - Parameter isNumber: whether a number stands under the number of a value.
    func arePlain(isNumber: (Int) -> Bool) -> Bool {
        !hasOthers
            && EventField.allCases.allSatisfy { field in
                field.isNumeric || !isNumber(Int(firsts[field.position]))
            }
    }

    private func other(_ field: EventField, in values: UnsafePointer<LineValue>) -> LineValue {
        for number in others[field.position] where values[number].count > 0 { return values[number] }
        return .absent
    }
}

extension EventField {
    /// Whether the value is a number, which may also stand as the text of one.
    fileprivate var isNumeric: Bool { self == .time || self == .revenue || self == .propensity }

    /// The position in `allCases`.
    @inline(__always)
    fileprivate var position: Int {
        switch self {
        case .time: 0
        case .type: 1
        case .visitor: 2
        case .platform: 3
        case .slot: 4
        case .variant: 5
        case .segment: 6
        case .revenue: 7
        case .order: 8
        case .userAgent: 9
        case .address: 10
        case .propensity: 11
        }
    }
}

/// A value as it stands in a line, before it is decoded; C code writes it too.
typealias LineValue = cscan_value

extension LineValue {
    typealias Kind = cscan_kind

    init(kind: Kind, start: UnsafePointer<UInt8>, count: Int) {
        self.init(start: start, count: UInt32(truncatingIfNeeded: count), kind: kind)
    }

    static var absent: LineValue { LineValue(kind: .absent, start: ByteText.absent.start, count: 0) }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: Int(count)) }

    var text: ByteText { ByteText(start: start.unsafelyUnwrapped, count: Int(count)) }
}

extension LineValue.Kind {
    static let absent = CSCAN_ABSENT
    static let plainString = CSCAN_PLAIN_STRING
    static let escapedString = CSCAN_ESCAPED_STRING
    static let number = CSCAN_NUMBER
    static let unusable = CSCAN_UNUSABLE
}
