import CScan

/// Which of a line's values each field is read from.
///
///     values:       absent | "ts" | "type" | "customer" | "visitor" | …      0 is always the absent one
///     firsts:       ts 1, type 2, visitor 3, …                               what nearly always decides
///     candidates:   visitor [3, 4]                                           in order, where those before hold nothing
struct FieldSources: ~Copyable {
    /// One that a field may be read from.
    enum Candidate: Equatable {
        case value(Int)
        /// Several values joined, each the first of some that is there.
        case joined([[Int]])

        /// The same among values of which only some are there; nil when that is none of it.
        func restricted(to held: (Int) -> Bool) -> Candidate? {
            switch self {
            case .value(let number): return held(number) ? self : nil
            case .joined(let parts):
                let parts = parts.map { $0.filter(held) }
                return parts.contains(where: \.isEmpty) ? nil : .joined(parts)
            }
        }
    }

    /// By field, in the order of `EventField.allCases`.
    private let firsts: UnsafeMutablePointer<Int32>
    let candidates: [[Candidate]]
    /// Whether each text has one source at most.
    let areSingle: Bool
    /// Whether revenue and propensity have.
    let areNumbersSingle: Bool

    /// The candidates of each field, of which the first that holds something counts.
    init(_ candidates: [[Candidate]]) {
        firsts = .allocate(capacity: EventField.allCases.count)
        for (field, candidates) in candidates.enumerated() {
            if case .value(let number)? = candidates.first {
                (firsts + field).initialize(to: Int32(number))
            } else {
                (firsts + field).initialize(to: 0)
            }
        }
        self.candidates = candidates
        areSingle = EventField.allCases.allSatisfy { $0.isNumeric || candidates[$0.position].count <= 1 }
        areNumbersSingle = [EventField.revenue, .propensity].allSatisfy { candidates[$0.position].count <= 1 }
    }

    deinit {
        firsts.deallocate()
    }

    /// The first value of a field, which counts if it holds something, and is the only one where sources are single.
    @inline(__always)
    func first(_ field: EventField, in values: UnsafePointer<LineValue>) -> LineValue {
        values[Int(firsts[field.position])]
    }

    /// The number of that value.
    func firstNumber(_ field: EventField) -> Int { Int(firsts[field.position]) }

    /// Whether the texts of a line have one source each at most, where a string stands or nothing.
    ///
    /// - Parameter isString: whether a string without escapes, or nothing, stands under the number of a value.
    func arePlain(isString: (Int) -> Bool) -> Bool {
        areSingle
            && EventField.allCases.allSatisfy { field in field.isNumeric || isString(Int(firsts[field.position])) }
    }

    /// Whether that is so of a line with these values.
    func arePlain(_ values: UnsafePointer<LineValue>) -> Bool {
        guard areSingle else { return false }
        for field in EventField.allCases where !field.isNumeric {
            let kind = values[Int(firsts[field.position])].kind
            guard kind == .plainString || kind == .absent else { return false }
        }
        return true
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
