import CScan

/// Why a line was rejected: it is not what a log line must be.
package enum RejectedReason: Hashable, Sendable, CaseIterable {
    case notUTF8
    case notJSON
    case notAnObject
    /// Another object stands behind the first in its line.
    case severalObjects
    case nestedTooDeep
    case lineTooLong
    case notCSV
    case fieldCount
    /// An object has no list of events where `events.each` says.
    case noList
    case missing(EventField)
    case invalid(EventField)

    package static let allCases: [RejectedReason] =
        [
            .notUTF8, .notJSON, .notAnObject, .severalObjects, .nestedTooDeep, .lineTooLong, .notCSV, .fieldCount,
            .noList,
        ]
        + EventField.allCases.map { .missing($0) } + EventField.allCases.map { .invalid($0) }

    /// The name it has in `quality.json`.
    package var name: String {
        switch self {
        case .notUTF8: "not UTF-8"
        case .notJSON: "not JSON"
        case .notAnObject: "not an object"
        case .severalObjects: "several objects in a line"
        case .nestedTooDeep: "nested too deep"
        case .lineTooLong: "line too long"
        case .notCSV: "not CSV"
        case .fieldCount: "field count differs"
        case .noList: "no list of events"
        case .missing(let field): "missing \(field.rawValue)"
        case .invalid(let field): "invalid \(field.rawValue)"
        }
    }

    /// What to do about it, or what is read, where that is worth a word.
    package var remedy: String? {
        switch self {
        case .invalid(.time): Timestamp.forms
        case .severalObjects: "write each in a line of its own"
        case .notCSV:
            "quotes must be around whole fields, and double within; where they are characters like others, as in `mysql -B`, "
                + "write events.csv: { quote: null }"
        default: nil
        }
    }
}

/// Why a line that is well formed counts for nothing.
package enum IgnoredReason: String, Hashable, Sendable, CaseIterable {
    case blankLine = "blank line"
    case outsideDay = "outside the day"
    /// It is of nobody who is known: it has no visitor, or one that means none.
    case nobody
    case otherType = "other type"
    case undeclaredExperiment = "undeclared experiment"
    case undeclaredVariant = "undeclared variant"

    /// The index in `allCases`.
    fileprivate var position: Int {
        switch self {
        case .blankLine: 0
        case .outsideDay: 1
        case .nobody: 2
        case .otherType: 3
        case .undeclaredExperiment: 4
        case .undeclaredVariant: 5
        }
    }
}

/// The first lines of one reason, by where they stand.
package struct LineSamples: Codable, Sendable {
    /// The most lines kept of a reason.
    package static let limit = 5

    package fileprivate(set) var count: Int64 = 0
    var places: [LinePlace] = []
    /// What the first of them has.
    var value: String?
    /// The most bytes of it.
    private static let valueLimit = 80

    fileprivate mutating func add(_ place: LinePlace) {
        count += 1
        keep(place)
    }

    fileprivate mutating func add(_ place: LinePlace, value: LineValue) {
        if value.count > 0, places.first.map({ place < $0 }) ?? true {
            self.value = String(decoding: value.bytes.prefix(LineSamples.valueLimit), as: UTF8.self)
        }
        add(place)
    }

    fileprivate mutating func add(_ other: LineSamples) {
        count += other.count
        if let first = other.places.first, places.first.map({ first < $0 }) ?? true { value = other.value }
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
        /// The value that the first of them has and that is none, where that is the reason.
        package var value: String?
        /// What is read in its place.
        package var remedy: String?
    }

    /// A source and the number of the day's lines in which it was there: any value but null, of columns any but an empty one.
    package struct Source: Codable, Sendable {
        package var field: EventField
        /// As the configuration has it; of a field that is not mapped its own name.
        package var source: String
        /// Whether the configuration names it.
        package var isMapped: Bool
        package var lines: Int64
    }

    package internal(set) var files: [String] = []
    package internal(set) var bytes: Int64 = 0
    package internal(set) var lines: Int64 = 0
    /// Events inside the day, by type.
    package private(set) var events: [EventType: Int64] = [:]
    /// Events inside the day whose line states a propensity that is none (not above 0 and at most 1): taken as not stated.
    package private(set) var invalidPropensities: Int64 = 0
    /// Of every source, each of a list by itself, in the order of the fields: in how many of the day's lines it was there.
    package internal(set) var sources: [Source] = []
    /// How often words came in the day that are no type.
    package private(set) var otherTypes = OtherTypes()
    private var sourceCounts: SourceCounts?
    var rejectedSamples: [RejectedReason: LineSamples] = [:]
    /// By the index of the reason in `allCases`, without a dictionary: there may be one for each line.
    var ignoredSamples = Array(repeating: LineSamples(), count: IgnoredReason.allCases.count)
    /// Of each file that had a line: how many, and how many of them were rejected or blank.
    var linesOfFiles: [Int: SIMD2<Int64>] = [:]
    /// Lines that begin in the halves of each block of each file; what turns a place into a line number.
    var linesOfBlocks: [Int: [Int: SIMD2<Int32>]] = [:]
    /// Lines that came in the blocks of ``SplitJob``, by the number of the part that each block says it is of.
    package private(set) var linesByPart: [Int: PartLines] = [:]
    /// By file, of the first ones: the keys of its first lines, for "did you mean"; none where no source that is mapped is absent.
    var keysOfFiles: [Int: [String]] = [:]
    /// The numbers of the files whose paths name the day alone, where they were told; ascending.
    package private(set) var ownFiles: [Int] = []
    /// By file: lines that lie on other days.
    var outside: [Int: Int64] = [:]

    package init() {}

    mutating func count(_ type: EventType, _ number: Int64) {
        events[type, default: 0] += number
    }

    mutating func count(lines first: Int32, _ second: Int32, of block: Int32, _ file: Int32) {
        linesOfBlocks[Int(file), default: [:]][Int(block), default: .zero] &+= SIMD2(first, second)
    }

    mutating func count(lines: Int64, lost: Int64, of file: Int32) {
        if lines > 0 { linesOfFiles[Int(file), default: .zero] &+= SIMD2(lines, lost) }
    }

    /// The files that have no line, or a header alone.
    package var filesWithoutLines: [String] {
        files.indices.filter { linesOfFiles[$0] == nil }.map { files[$0] }
    }

    /// The files that have lines, and none that is an event of any day.
    package var filesWithoutEvents: [String] {
        files.indices.filter { index in linesOfFiles[index].map { $0[0] == $0[1] } ?? false }.map { files[$0] }
    }

    mutating func count(_ lines: PartLines, ofPart part: Int) {
        linesByPart[part] = lines + (linesByPart[part] ?? PartLines())
    }

    mutating func count(invalidPropensities number: Int64) { invalidPropensities += number }

    mutating func add(_ sources: SourceCounts, _ others: OtherTypes) {
        if sourceCounts?.add(sources) == nil { sourceCounts = sources }
        otherTypes.add(others)
    }

    /// A tally of a day of which nothing was read: the sources, each in no line.
    package init(of schema: EventSchema) {
        nameSources(of: schema)
    }

    /// Names the sources that were counted.
    mutating func nameSources(of schema: EventSchema) {
        let lines = sourceCounts?.lines ?? []
        sources = SourceList(schema).sources.enumerated().map { index, source in
            Source(
                field: source.field, source: source.text, isMapped: schema.isMapped(source.field),
                lines: index < lines.count ? lines[index] : 0)
        }
        sourceCounts = nil
    }

    /// Whether some source that is mapped was in no line.
    var lacksSource: Bool { sources.contains { $0.isMapped && $0.lines == 0 } }

    /// The keys or columns that the first lines of the first files have, where they were kept.
    package var keys: [String] {
        keysOfFiles.sorted { $0.key < $1.key }.prefix(KeySurvey.mostFiles).flatMap(\.value)
    }

    /// Counts a rejected line.
    ///
    /// - Parameter value: what it has that is none, where that is the reason.
    mutating func reject(_ reason: RejectedReason, at place: LinePlace, value: LineValue = .absent) {
        rejectedSamples[reason, default: LineSamples()].add(place, value: value)
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
        if let counts = other.sourceCounts, sourceCounts?.add(counts) == nil { sourceCounts = counts }
        if sources.count == other.sources.count {
            for index in sources.indices { sources[index].lines += other.sources[index].lines }
        } else if sources.isEmpty {
            sources = other.sources
        }
        otherTypes.add(other.otherTypes)
        events.merge(other.events, uniquingKeysWith: +)
        rejectedSamples.merge(other.rejectedSamples) { left, right in
            var sum = left
            sum.add(right)
            return sum
        }
        outside.merge(other.outside, uniquingKeysWith: +)
        ownFiles = Set(ownFiles).union(other.ownFiles).sorted()
        keysOfFiles.merge(other.keysOfFiles) { known, _ in known }
        for (index, samples) in other.ignoredSamples.enumerated() { ignoredSamples[index].add(samples) }
        linesOfFiles.merge(other.linesOfFiles, uniquingKeysWith: &+)
        linesByPart.merge(other.linesByPart, uniquingKeysWith: +)
        for (file, blocks) in other.linesOfBlocks {
            linesOfBlocks[file, default: [:]].merge(blocks, uniquingKeysWith: &+)
        }
    }

    /// Every reason lines were rejected for, in the order of the reasons' declaration.
    package var rejected: [Entry] {
        RejectedReason.allCases.compactMap { reason in
            rejectedSamples[reason].map {
                Entry(
                    name: reason.name, count: $0.count, samples: references($0), value: $0.value,
                    remedy: reason.remedy)
            }
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

    /// Tells which files have paths that name the day alone.
    package mutating func setOwnFiles(_ isOwn: (String) -> Bool) {
        ownFiles = files.indices.filter { isOwn(files[$0]) }
    }

    mutating func setOwnFiles(_ numbers: [Int]) { ownFiles = numbers }

    /// Lines of the files of ``ownFiles``, and how many of them lie on other days: what was read as a line, a record over several
    /// lines as one, each event of a list.
    package var linesOfOwnFiles: (all: Int64, outside: Int64) {
        var sums: (all: Int64, outside: Int64) = (0, 0)
        for file in ownFiles {
            sums.all += linesOfFiles[file]?[0] ?? 0
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
