import CScan

/// The shapes of lines seen lately, the last used first.
///
/// Logs of one producer have a handful of shapes. A log without shapes (keys in random order) would make a template of every
/// line in vain: after enough of that the cache rests for a while, then tries again.
struct TemplateCache: ~Copyable {
    private static let maximumShapes = 8
    /// Templates that may be made in vain before the cache rests, and for how many lines it does.
    private static let patience = 64
    private static let rest = 8192

    private let matcher: cscan_matcher
    private let shapes: UnsafeMutablePointer<LineTemplate>
    private var count = 0
    private var credit = patience
    private var resting = 0
    /// The absent value, then the holes of the line that matched last.
    let values: UnsafeMutablePointer<LineValue>

    init(kernel: cscan_kernel = cscan_best_kernel()) {
        matcher = cscan_matcher_of(kernel)
        shapes = .allocate(capacity: TemplateCache.maximumShapes)
        values = .allocate(capacity: LineTemplate.maximumHoles + 1)
        values.initialize(repeating: .absent, count: LineTemplate.maximumHoles + 1)
    }

    deinit {
        shapes.deinitialize(count: count)
        shapes.deallocate()
        values.deallocate()
    }

    /// Whether no shapes are looked for.
    var isResting: Bool { resting > 0 }

    /// The template of the line that matched last.
    var matched: UnsafePointer<LineTemplate> { UnsafePointer(shapes) }

    /// Takes the values of the line at `line` if its shape is known. A line feed must follow, with `CSCAN_SLACK` bytes behind it.
    @inline(__always)
    mutating func match(_ line: UnsafePointer<UInt8>) -> cscan_matched {
        guard resting == 0 else { return cscan_matched() }
        for index in 0..<count {
            let found = shapes[index].match(line, by: matcher, into: values + 1)
            if found.line_feed != nil {
                if index > 0 { moveToFront(index) }
                credit = min(credit + 1, TemplateCache.patience)
                return found
            }
        }
        return cscan_matched()
    }

    private func moveToFront(_ index: Int) {
        let used = (shapes + index).move()
        (shapes + 1).moveInitialize(from: shapes, count: index)
        shapes.initialize(to: used)
    }

    /// Learns the shape of the well-formed line from `start` to `lineFeed` that matched none.
    mutating func learn(
        _ start: UnsafePointer<UInt8>, _ lineFeed: UnsafePointer<UInt8>, keys: borrowing KeyTable, fields: [[Int]]
    ) {
        guard resting == 0 else {
            resting -= 1
            return
        }
        credit -= 4
        guard credit > 0 else {
            credit = TemplateCache.patience
            resting = TemplateCache.rest
            return
        }
        guard let template = LineTemplate(start, lineFeed, keys: keys, fields: fields) else { return }
        if count == TemplateCache.maximumShapes {
            count -= 1
            (shapes + count).deinitialize(count: 1)
        }
        (shapes + 1).moveInitialize(from: shapes, count: count)
        shapes.initialize(to: template)
        count += 1
    }
}
