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
    private let hasOthers: Bool

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
    @inline(__always)
    func value(_ field: EventField, in values: UnsafePointer<LineValue>) -> LineValue {
        let first = values[Int(firsts[field.position])]
        return first.count > 0 || !hasOthers ? first : other(field, in: values)
    }

    private func other(_ field: EventField, in values: UnsafePointer<LineValue>) -> LineValue {
        for number in others[field.position] where values[number].count > 0 { return values[number] }
        return .absent
    }
}

extension EventField {
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
        }
    }
}
