/// Why a line was rejected: it is not what a log line must be.
package enum RejectedReason: Hashable, Sendable, CaseIterable {
    case notUTF8
    case notJSON
    case notAnObject
    case nestedTooDeep
    case lineTooLong
    case notCSV
    case fieldCount
    case missing(EventField)
    case invalid(EventField)

    package static let allCases: [RejectedReason] =
        [.notUTF8, .notJSON, .notAnObject, .nestedTooDeep, .lineTooLong, .notCSV, .fieldCount]
        + EventField.allCases.map { .missing($0) } + EventField.allCases.map { .invalid($0) }

    /// The name it has in `quality.json`.
    package var name: String {
        switch self {
        case .notUTF8: "not UTF-8"
        case .notJSON: "not JSON"
        case .notAnObject: "not an object"
        case .nestedTooDeep: "nested too deep"
        case .lineTooLong: "line too long"
        case .notCSV: "not CSV"
        case .fieldCount: "field count differs"
        case .missing(let field): "missing \(field.rawValue)"
        case .invalid(let field): "invalid \(field.rawValue)"
        }
    }
}

/// Why a line that is well formed counts for nothing.
package enum IgnoredReason: String, Hashable, Sendable, CaseIterable {
    case blankLine = "blank line"
    case outsideDay = "outside the day"
    case otherType = "other type"
    case undeclaredExperiment = "undeclared experiment"
    case undeclaredVariant = "undeclared variant"

    /// The index in `allCases`.
    fileprivate var position: Int {
        switch self {
        case .blankLine: 0
        case .outsideDay: 1
        case .otherType: 2
        case .undeclaredExperiment: 3
        case .undeclaredVariant: 4
        }
    }
}

/// The first lines of one reason, by where they stand.
package struct LineSamples: Codable, Sendable {
    /// The most lines kept of a reason.
    package static let limit = 5

    package fileprivate(set) var count: Int64 = 0
    var places: [LinePlace] = []

    fileprivate mutating func add(_ place: LinePlace) {
        count += 1
        keep(place)
    }

    fileprivate mutating func add(_ other: LineSamples) {
        count += other.count
        for place in other.places { keep(place) }
    }

    private mutating func keep(_ place: LinePlace) {
        if places.count == LineSamples.limit, let last = places.last, !(place < last) { return }
        let index = places.firstIndex { place < $0 } ?? places.count
        places.insert(place, at: index)
        if places.count > LineSamples.limit { places.removeLast() }
    }
}

/// A line of a log file, to show to a person.
package struct LineReference: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int64

    package init(file: String, line: Int64) {
        self.file = file
        self.line = line
    }

    package var description: String { "\(file):\(line)" }
}

/// What was read, and what of it was turned away and why.
///
/// Tallies of disjoint lines add. Every stored property must be added in ``add(_:)``; ``joined(_:)`` and the files of parts then
/// have it too.
package struct LogTally: Codable, Sendable {
    /// A reason with the number of its lines and the first of them.
    package struct Entry: Sendable {
        package var name: String
        package var count: Int64
        package var samples: [LineReference]
    }

    package internal(set) var files: [String] = []
    package internal(set) var bytes: Int64 = 0
    package internal(set) var lines: Int64 = 0
    /// Events inside the day, by type.
    package private(set) var events: [EventType: Int64] = [:]
    /// Events inside the day whose line states a propensity that is none (not above 0 and at most 1): taken as not stated.
    package private(set) var invalidPropensities: Int64 = 0
    var rejectedSamples: [RejectedReason: LineSamples] = [:]
    /// By the index of the reason in `allCases`, without a dictionary: there may be one for each line.
    var ignoredSamples = Array(repeating: LineSamples(), count: IgnoredReason.allCases.count)
    /// Lines that begin in the halves of each block of each file; what turns a place into a line number.
    var linesOfBlocks: [Int: [Int: SIMD2<Int32>]] = [:]
    /// Lines that came in the blocks of ``SplitJob``, by the number of the part that each block says it is of.
    package private(set) var linesByPart: [Int: Int64] = [:]
    /// By file: lines that lie on other days.
    var outside: [Int: Int64] = [:]

    package init() {}

    mutating func count(_ type: EventType, _ number: Int64) {
        events[type, default: 0] += number
    }

    mutating func count(lines first: Int32, _ second: Int32, of block: Int32, _ file: Int32) {
        linesOfBlocks[Int(file), default: [:]][Int(block), default: .zero] &+= SIMD2(first, second)
    }

    mutating func count(lines number: Int64, ofPart part: Int) { linesByPart[part, default: 0] += number }

    mutating func count(invalidPropensities number: Int64) { invalidPropensities += number }

    mutating func reject(_ reason: RejectedReason, at place: LinePlace) {
        rejectedSamples[reason, default: LineSamples()].add(place)
    }

    mutating func ignore(_ reason: IgnoredReason, at place: LinePlace) {
        ignoredSamples[reason.position].add(place)
        if reason == .outsideDay { outside[Int(place.file), default: 0] += 1 }
    }

    /// Adds what another worker counted.
    mutating func add(_ other: LogTally) {
        bytes += other.bytes
        lines += other.lines
        invalidPropensities += other.invalidPropensities
        events.merge(other.events, uniquingKeysWith: +)
        rejectedSamples.merge(other.rejectedSamples) { left, right in
            var sum = left
            sum.add(right)
            return sum
        }
        outside.merge(other.outside, uniquingKeysWith: +)
        for (index, samples) in other.ignoredSamples.enumerated() { ignoredSamples[index].add(samples) }
        linesByPart.merge(other.linesByPart, uniquingKeysWith: +)
        for (file, blocks) in other.linesOfBlocks {
            linesOfBlocks[file, default: [:]].merge(blocks, uniquingKeysWith: &+)
        }
    }

    /// Every reason lines were rejected for, in the order of the reasons' declaration.
    package var rejected: [Entry] {
        RejectedReason.allCases.compactMap { reason in
            rejectedSamples[reason].map { Entry(name: reason.name, count: $0.count, samples: references($0)) }
        }
    }

    /// Every reason lines were ignored for.
    package var ignored: [Entry] {
        IgnoredReason.allCases.compactMap { reason in
            let samples = ignoredSamples[reason.position]
            guard samples.count > 0 else { return nil }
            return Entry(name: reason.rawValue, count: samples.count, samples: references(samples))
        }
    }

    /// Lines of those files whose names are wanted, and how many of them lie on other days.
    package func lines(ofFiles isWanted: (String) -> Bool) -> (all: Int64, outside: Int64) {
        var sums: (all: Int64, outside: Int64) = (0, 0)
        for (file, name) in files.enumerated() where isWanted(name) {
            sums.all += lines(ofFile: file)
            sums.outside += outside[file] ?? 0
        }
        return sums
    }

    package var rejectedLines: Int64 { rejectedSamples.values.reduce(0) { $0 + $1.count } }

    package func ignoredLines(_ reason: IgnoredReason) -> Int64 { ignoredSamples[reason.position].count }

    private func references(_ samples: LineSamples) -> [LineReference] {
        samples.places.map { LineReference(file: files[Int($0.file)], line: line(of: $0) + 1) }
    }

    /// The number of a line in its file, from 0.
    func line(of place: LinePlace) -> Int64 {
        let blocks = linesOfBlocks[Int(place.file)] ?? [:]
        let (block, half) = Int(place.half).quotientAndRemainder(dividingBy: 2)
        var before = blocks.reduce(into: Int64(0)) { sum, entry in
            if entry.key < block { sum += Int64(entry.value[0]) + Int64(entry.value[1]) }
        }
        if half == 1 { before += Int64(blocks[block]?[0] ?? 0) }
        return before + Int64(place.line)
    }
}
