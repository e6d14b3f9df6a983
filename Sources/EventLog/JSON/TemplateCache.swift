import CScan

/// The shapes of lines seen lately, the most frequent first.
///
/// Logs of one producer have a handful of shapes. A log without shapes (keys in random order) would make a template of every
/// line in vain: after enough of that the cache rests for a while, then tries again.
struct TemplateCache: ~Copyable {
    private static let maximumShapes = 8
    /// What may be spent on templates, at four a template, before the cache rests; each line that matches earns one back.
    private static let greatestCredit = 64
    /// For how many lines it rests.
    private static let rest = 8192
    /// Matches of the first shape beyond which all counts are halved when the next line is matched by itself.
    private static let memory = 1024

    private let matcher: cscan_matcher
    private let shapes: UnsafeMutablePointer<LineTemplate>
    private var count = 0
    private var credit = greatestCredit
    private var resting = 0
    /// The number of the shape that matched last.
    private var matched = 0
    /// Which values fields are read from.
    private let numbers: ValueNumbers
    /// What was counted by shapes that are no longer there.
    private var forgotten: SourceCounts

    init(numbers: ValueNumbers = .none, kernel: cscan_kernel = cscan_best_kernel()) {
        self.numbers = numbers
        forgotten = SourceCounts(numbers.sources.count)
        matcher = cscan_matcher_of(kernel)
        shapes = .allocate(capacity: TemplateCache.maximumShapes)
    }

    deinit {
        shapes.deinitialize(count: count)
        shapes.deallocate()
    }

    /// Takes the values of a line if its shape is known; otherwise they are of no use. A line feed must follow, with
    /// `CSCAN_SLACK` bytes behind it.
    @inline(__always)
    mutating func match(_ line: UnsafeMutablePointer<cscan_line>) -> Bool {
        guard resting == 0 else { return false }
        for index in 0..<count where shapes[index].match(line, by: matcher) {
            matched = index
            credit = min(credit + 1, TemplateCache.greatestCredit)
            countMatch()
            return true
        }
        return false
    }

    /// The same of two lines, if both have the most frequent shape. Returns the number of a line that has another one, or 2.
    @inline(__always)
    mutating func matchTwo(_ lines: UnsafeMutablePointer<cscan_line>) -> Int {
        guard resting == 0, count > 0 else { return 0 }
        let number = shapes[0].matchTwo(lines, by: matcher)
        if number == 2 {
            matched = 0
            credit = min(credit + 2, TemplateCache.greatestCredit)
            shapes[0].matches = min(shapes[0].matches + 2, 2 * TemplateCache.memory)
        }
        return number
    }

    /// The shape of the line that matched last.
    var last: UnsafeMutablePointer<LineTemplate> { shapes + matched }

    /// Counts the lines that became events by the sources that are there, once.
    mutating func countSources(into counts: inout SourceCounts) {
        for index in 0..<count { countSources(of: index, into: &counts) }
        counts.add(forgotten)
        forgotten = SourceCounts(forgotten.lines.count)
    }

    private func countSources(of index: Int, into counts: inout SourceCounts) {
        shapes[index].held.count(lines: shapes[index].events, into: &counts)
        shapes[index].events = 0
    }

    /// Counts a line of the shape that matched, which moves before one that is rarer. What was long ago counts less and less.
    private mutating func countMatch() {
        shapes[matched].matches += 1
        if matched > 0, shapes[matched].matches > shapes[matched - 1].matches {
            // Not `swap`: its code for values that cannot be copied is wrong under the thread sanitizer of Swift 6.3.
            let shape = (shapes + matched).move()
            (shapes + matched).moveInitialize(from: shapes + matched - 1, count: 1)
            (shapes + matched - 1).initialize(to: shape)
            matched -= 1
        }
        if shapes[0].matches > TemplateCache.memory { halveMatches() }
    }

    /// Learns the shape of the well-formed line from `start` to `lineFeed` that matched none.
    mutating func learn(
        _ start: UnsafePointer<UInt8>, _ lineFeed: UnsafePointer<UInt8>, _ tree: borrowing KeyTree, node: Int = 0
    ) {
        guard resting == 0 else {
            resting -= 1
            return
        }
        credit -= 4
        guard credit > 0 else {
            credit = TemplateCache.greatestCredit
            resting = TemplateCache.rest
            forgetAll()
            return
        }
        guard let template = LineTemplate(start, lineFeed, tree, node: node, numbers: numbers) else { return }
        if count == TemplateCache.maximumShapes {
            count -= 1
            forget(count)
            (shapes + count).deinitialize(count: 1)
            halveMatches()
        }
        // Before the shapes that have not been seen for long.
        let target = (0..<count).first { shapes[$0].matches == 0 } ?? count
        (shapes + target + 1).moveInitialize(from: shapes + target, count: count - target)
        (shapes + target).initialize(to: template)
        count += 1
    }

    /// Keeps what a shape has counted.
    private mutating func forget(_ index: Int) {
        var counts = SourceCounts(forgotten.lines.count)
        countSources(of: index, into: &counts)
        forgotten.add(counts)
    }

    private mutating func forgetAll() {
        for index in 0..<count { forget(index) }
        shapes.deinitialize(count: count)
        count = 0
    }

    private func halveMatches() {
        for index in 0..<count { shapes[index].matches /= 2 }
    }
}
