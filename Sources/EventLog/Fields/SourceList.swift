import CScan

/// The sources of a schema's fields, each of a list by itself, and the constants among them.
struct SourceList: Sendable {
    struct Source: Sendable {
        let field: EventField
        let text: String
        /// The ways of steps that the text can stand for, the first that leads somewhere counts.
        let spellings: [[SourcePath.Step]]
    }

    /// One place that a field is read from, by numbers of sources and constants.
    enum Place: Sendable {
        case source(Int)
        case constant(Int)
        case joined([Int])
    }

    /// In the order of fields, and in each of its list.
    private(set) var sources: [Source] = []
    private(set) var constants: [String] = []
    /// By field, in the order of `EventField.allCases`.
    private(set) var places: [[Place]] = []

    init(_ schema: EventSchema) {
        for field in EventField.allCases {
            var own: [Place] = []
            for source in schema[field].sources {
                switch source {
                case .path(let text): own.append(.source(add(text, of: field)))
                case .constant(let text):
                    constants.append(text)
                    own.append(.constant(constants.count - 1))
                case .joined(let texts): own.append(.joined(texts.map { add($0, of: field) }))
                }
            }
            places.append(own)
        }
    }

    private mutating func add(_ text: String, of field: EventField) -> Int {
        sources.append(Source(field: field, text: text, spellings: SourcePath.spellings(of: text)))
        return sources.count - 1
    }
}

/// The numbers of values that fields are read from, in lines of one layout.
struct ValueNumbers: Sendable {
    /// By source: those of its spellings.
    let sources: [[Int]]
    /// By field, in the order of `EventField.allCases`.
    let candidates: [[FieldSources.Candidate]]

    /// - Parameters:
    ///   - sources: the numbers of values of each source's spellings.
    ///   - constants: the number of each constant.
    init(_ list: SourceList, sources: [[Int]], constants: [Int]) {
        self.sources = sources
        candidates = list.places.map { places in
            places.flatMap { place -> [FieldSources.Candidate] in
                switch place {
                case .source(let source): sources[source].map { .value($0) }
                case .constant(let constant): [.value(constants[constant])]
                case .joined(let parts):
                    parts.contains { sources[$0].isEmpty } ? [] : [.joined(parts.map { sources[$0] })]
                }
            }
        }
    }

    /// None at all.
    static let none = ValueNumbers()

    private init() {
        sources = []
        candidates = EventField.allCases.map { _ in [] }
    }

    /// The candidates of which something is there.
    func candidates(among isHeld: (Int) -> Bool) -> [[FieldSources.Candidate]] {
        candidates.map { $0.compactMap { $0.restricted(to: isHeld) } }
    }
}

/// The texts of constants, where values can point to them as long as this lives.
struct ConstantTexts: ~Copyable {
    private static let padding = 2
    private var memory: [UnsafeMutablePointer<UInt8>] = []
    private(set) var values: [LineValue] = []

    init(_ texts: [String]) {
        for text in texts {
            let count = text.utf8.count
            let copy = UnsafeMutablePointer<UInt8>.allocate(
                capacity: ConstantTexts.padding + count + Int(CSCAN_SLACK))
            copy.initialize(repeating: 0, count: ConstantTexts.padding + count + Int(CSCAN_SLACK))
            for (index, byte) in text.utf8.enumerated() { copy[ConstantTexts.padding + index] = byte }
            memory.append(copy)
            values.append(LineValue(kind: .plainString, start: copy + ConstantTexts.padding, count: count))
        }
    }

    deinit {
        for copy in memory { copy.deallocate() }
    }
}

/// In how many lines each source of a schema was there.
struct SourceCounts: Codable, Sendable {
    private(set) var lines: [Int64]

    init(_ sources: Int) {
        lines = Array(repeating: 0, count: sources)
    }

    mutating func add(_ source: Int, _ number: Int64 = 1) { lines[source] += number }

    /// Adds what was counted elsewhere.
    mutating func add(_ other: SourceCounts) {
        for (source, number) in other.lines.enumerated() { lines[source] += number }
    }
}

/// What of each source stands in lines of one kind: the numbers of its values.
struct HeldSources {
    private let held: [(source: Int, numbers: [Int])]

    /// - Parameter numbers: by source, those under which something may stand.
    init(_ numbers: [[Int]]) {
        held = numbers.enumerated().compactMap { $0.element.isEmpty ? nil : ($0.offset, $0.element) }
    }

    /// Counts a line by the numbers of the values that are there: any but null, empty text and what means nobody.
    func count(_ isThere: (Int) -> Bool, into counts: inout SourceCounts) {
        for (source, numbers) in held where numbers.contains(where: isThere) { counts.add(source) }
    }

    /// Counts lines of one kind, told by which of their values are there: bit n for the value of number n, which is below 64.
    func count(_ present: UInt64, lines: Int64, into counts: inout SourceCounts) {
        for (source, numbers) in held where numbers.contains(where: { present >> UInt64($0) & 1 != 0 }) {
            counts.add(source, lines)
        }
    }

    /// Counts lines in which all of them stand.
    func count(lines: Int64, into counts: inout SourceCounts) {
        for (source, _) in held { counts.add(source, lines) }
    }
}

/// Lines counted by which of their values are there, so that the sources are looked through once for many lines.
struct PresenceCounts: ~Copyable {
    private static let slots = 64
    /// The kind of line that a slot counts, and how many there were.
    private let kinds: UnsafeMutablePointer<UInt64>
    private let lines: UnsafeMutablePointer<Int64>

    init() {
        kinds = .allocate(capacity: PresenceCounts.slots)
        kinds.initialize(repeating: 0, count: PresenceCounts.slots)
        lines = .allocate(capacity: PresenceCounts.slots)
        lines.initialize(repeating: 0, count: PresenceCounts.slots)
    }

    deinit {
        kinds.deallocate()
        lines.deallocate()
    }

    /// Counts a line. What its slot counted of another kind goes to `counts`.
    @inline(__always)
    func count(_ present: UInt64, of held: HeldSources, into counts: inout SourceCounts) {
        // Fibonacci hashing: the high bits of the product depend on all of the kind's.
        let slot = Int(truncatingIfNeeded: (present &* 0x9E37_79B9_7F4A_7C15) >> 58)
        if kinds[slot] != present {
            empty(slot, of: held, into: &counts)
            kinds[slot] = present
        }
        lines[slot] += 1
    }

    /// Adds all that was counted, once.
    func empty(of held: HeldSources, into counts: inout SourceCounts) {
        for slot in 0..<PresenceCounts.slots { empty(slot, of: held, into: &counts) }
    }

    @inline(never)
    private func empty(_ slot: Int, of held: HeldSources, into counts: inout SourceCounts) {
        if lines[slot] > 0 { held.count(kinds[slot], lines: lines[slot], into: &counts) }
        lines[slot] = 0
    }
}
