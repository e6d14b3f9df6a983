import CScan
import CLibrary

/// Decodes lines to events by a schema. One worker's.
struct LineDecoder: ~Copyable {
    /// What became of a line.
    enum Outcome {
        case event
        case rejected(RejectedReason)
        case ignored(IgnoredReason)

        /// Whether the line is a well-formed one of the day.
        @inline(__always)
        var isOfDay: Bool {
            switch self {
            case .event, .ignored(.nobody): true
            default: false
            }
        }
    }

    private let maximumLineLength: Int
    private let tree: KeyTree
    private let sources: FieldSources
    private let held: HeldSources
    private let constants: ConstantTexts
    /// Two lines, as there is a faster way for two. Values of each: the absent one, those of the tree, one that no field has, and
    /// the constants.
    private let lines: UnsafeMutablePointer<cscan_line>
    private var templates: TemplateCache
    private var builder: EventBuilder
    /// In how many of the day's lines each source was there, but for what the templates count, and what is counted by kinds of lines.
    private var counts: SourceCounts
    private let presence = PresenceCounts()

    init(
        schema: EventSchema, day: LogDay, maximumLineLength: Int = LogReader.maximumLineLength,
        kernel: cscan_kernel = cscan_best_kernel()
    ) {
        self.maximumLineLength = maximumLineLength
        let list = SourceList(schema)
        var sourceNumbers: [[Int]] = []
        tree = KeyTree(list.sources.map(\.spellings), numbers: &sourceNumbers)
        constants = ConstantTexts(list.constants)
        let first = tree.valueCount + 2
        let numbers = ValueNumbers(
            list, sources: sourceNumbers, constants: list.constants.indices.map { first + $0 })
        sources = FieldSources(numbers.candidates)
        held = HeldSources(sourceNumbers)
        counts = SourceCounts(list.sources.count)
        lines = .allocate(capacity: 2)
        for index in 0..<2 {
            let values = UnsafeMutablePointer<LineValue>.allocate(capacity: first + list.constants.count)
            values.initialize(repeating: .absent, count: first)
            for (constant, value) in constants.values.enumerated() { (values + first + constant).initialize(to: value) }
            (lines + index).initialize(to: cscan_line(position: nil, values: values, high: 0))
        }
        templates = TemplateCache(numbers: numbers, kernel: kernel)
        builder = EventBuilder(schema: schema, day: day)
    }

    deinit {
        for index in 0..<2 { lines[index].values.deallocate() }
        lines.deallocate()
    }

    /// Events of the day that state a propensity which is none.
    var invalidPropensities: Int64 { builder.invalidPropensities }

    /// How often each word came that is no type.
    var otherTypes: OtherTypes { builder.otherTypes }

    /// The value for which the line before was rejected as invalid.
    var invalidValue: LineValue { builder.invalidValue }

    /// In how many of the day's lines each source was there.
    mutating func sourceCounts() -> SourceCounts {
        templates.countSources(into: &counts)
        presence.empty(of: held, into: &counts)
        return counts
    }

    /// Frees the texts of the events decoded so far.
    mutating func freeTexts() {
        builder.freeTexts()
    }

    /// Decodes the line at `start`, and moves `start` behind its line feed, or behind the carriage return that ends it.
    ///
    /// The line must begin before `end`. A line feed must stand there or before, with `CSCAN_SLACK` readable bytes behind it.
    mutating func decode(
        lineAt start: inout UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>,
        into event: UnsafeMutablePointer<Event>
    ) -> Outcome {
        lines[0].position = start
        guard templates.match(lines) else { return parse(lineAt: &start, before: end, into: event) }
        return finish(0, from: &start, into: event)
    }

    /// Matches two lines at once, if both have the shape that most have; then ``finish(_:from:into:)`` makes their events. Returns
    /// the number of one that has not, or 2.
    @inline(__always)
    mutating func matchTwo(_ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>) -> Int {
        lines[0].position = first
        lines[1].position = second
        return templates.matchTwo(lines)
    }

    /// Makes the event of a line that was matched, and moves `start` from its start behind its line feed.
    @inline(__always)
    mutating func finish(
        _ index: Int, from start: inout UnsafePointer<UInt8>, into event: UnsafeMutablePointer<Event>
    ) -> Outcome {
        let line = start
        let lineFeed = lines[index].position.unsafelyUnwrapped
        start = lineFeed + 1
        if let fault = fault(line, lineFeed, mayHaveHigh: lines[index].high != 0) { return .rejected(fault) }
        let template = templates.last
        let outcome = builder.build(
            event, from: lines[index].values, template.pointee.sources, arePlain: template.pointee.arePlain)
        if outcome.isOfDay {
            if builder.nobodys == 0 { template.pointee.events += 1 } else { countSources(of: template) }
        }
        return outcome
    }

    /// Counts a line of a shape in which some values stand for none.
    @inline(never)
    private mutating func countSources(of template: UnsafeMutablePointer<LineTemplate>) {
        let nobodys = builder.nobodys
        template.pointee.held.count({ $0 >= 64 || nobodys >> UInt64($0) & 1 == 0 }, into: &counts)
    }

    /// Decodes a line by its grammar alone.
    mutating func parse(
        lineAt start: inout UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>,
        into event: UnsafeMutablePointer<Event>
    ) -> Outcome {
        // Where files were put together, byte order marks stand at the beginning of lines. Two bytes follow every line.
        let hasMark = start.pointee == 0xEF && ByteOrderMark.begins(start, count: 3)
        let line = hasMark ? start + ByteOrderMark.bytes.count : start
        let values = lines[0].values.unsafelyUnwrapped
        values.update(repeating: .absent, count: tree.valueCount + 1)
        var scanner = JSONLine(line)
        if let reason = scanner.scan(tree, into: values) {
            let lineFeed = LineDecoder.lineEnd(from: line, before: end)
            start = lineFeed + 1
            if let fault = fault(line, lineFeed, mayHaveHigh: true) { return .rejected(fault) }
            return LineDecoder.isBlank(line, count: lineFeed - line) ? .ignored(.blankLine) : .rejected(reason)
        }
        let lineFeed = scanner.position
        start = lineFeed + 1
        if let fault = fault(line, lineFeed, mayHaveHigh: scanner.high != 0) { return .rejected(fault) }
        if !scanner.hasEscapes, lineFeed.pointee == 0x0A { templates.learn(line, lineFeed, tree) }
        if tree.hasPaths { readTexts(into: values) }
        let outcome = builder.build(event, from: values, sources, arePlain: sources.arePlain(values))
        if outcome.isOfDay { countSources(values) }
        return outcome
    }

    /// Where a line that is none ends: at its line feed, or at a carriage return behind which an object begins that is no value of the
    /// text before.
    private static func lineEnd(
        from start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        func find(_ byte: Int32, from start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>)
            -> UnsafePointer<UInt8>?
        {
            memchr(start, byte, end - start).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
        }
        let lineFeed = find(0x0A, from: start, before: end) ?? end
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var position = start
        while isBlank(position.pointee) { position += 1 }
        while let carriageReturn = find(0x0D, from: position, before: lineFeed) {
            var last = carriageReturn - 1
            while isBlank(last.pointee) { last -= 1 }
            position = carriageReturn + 1
            while isBlank(position.pointee) { position += 1 }
            let isValue =
                last.pointee == UInt8(ascii: ":") || last.pointee == UInt8(ascii: ",")
                || last.pointee == UInt8(ascii: "[")
            if position.pointee == UInt8(ascii: "{"), !isValue { return carriageReturn }
        }
        return lineFeed
    }

    private mutating func countSources(_ values: UnsafePointer<LineValue>) {
        let nobodys = builder.nobodys
        guard tree.valueCount < 64 else {
            held.count(
                { values[$0].kind != .absent && ($0 >= 64 || nobodys >> UInt64($0) & 1 == 0) }, into: &counts)
            return
        }
        var present: UInt64 = 0
        for number in 1..<tree.valueCount + 1 { present |= (values[number].kind == .absent ? 0 : 1) &<< UInt64(number) }
        presence.count(present & ~nobodys, of: held, into: &counts)
    }

    /// Reads the JSON that stands in texts where a path goes on.
    private mutating func readTexts(into values: UnsafeMutablePointer<LineValue>) {
        for branch in tree.texts {
            let value = values[tree.branches[branch].text]
            guard value.count > 0 else { continue }
            let text = builder.keep(capacity: Int(value.count)) { target in
                guard value.kind == .escapedString else {
                    target.update(from: value.text.start, count: Int(value.count))
                    return Int(value.count)
                }
                return JSONEscape.decode(value.bytes, into: target)
            }
            tree.read(text, branch: branch, into: values)
        }
    }

    /// What is wrong with a line whatever stands in it.
    @inline(__always)
    private func fault(
        _ line: UnsafePointer<UInt8>, _ lineFeed: UnsafePointer<UInt8>, mayHaveHigh: Bool
    ) -> RejectedReason? {
        let count = lineFeed - line
        if count > maximumLineLength { return .lineTooLong }
        return mayHaveHigh && !UTF8Validation.isValid(line, count: count) ? .notUTF8 : nil
    }

    /// Whether a line has nothing but spaces, tabs and carriage returns.
    static func isBlank(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        for index in 0..<count where start[index] != 0x20 && start[index] != 0x09 && start[index] != 0x0D {
            return false
        }
        return true
    }
}
