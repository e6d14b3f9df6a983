/// The shapes of lines seen lately, a few for each number of quotes.
///
/// Logs of one producer have a handful of shapes. A log without shapes (keys in random order) would make a template of every
/// line in vain: after enough of that the cache rests for a while, then tries again.
struct TemplateCache: ~Copyable {
    private static let shapesOfOneCount = 4
    private static let maximumQuotes = 256
    /// Templates that may be made in vain before the cache rests, and for how many lines it does.
    private static let patience = 64
    private static let rest = 8192

    private final class Shape {
        let template: LineTemplate

        init(_ template: consuming LineTemplate) {
            self.template = template
        }
    }

    private var shapes: [[Shape]] = Array(repeating: [], count: maximumQuotes)
    private var credit = patience
    private var resting = 0

    /// Takes the values of a line whose shape is known.
    mutating func match(_ line: IndexedLine, into values: UnsafeMutablePointer<JSONLine.Value>) -> Bool {
        guard resting == 0, line.quoteCount < TemplateCache.maximumQuotes else { return false }
        let candidates = shapes[line.quoteCount]
        for index in candidates.indices where candidates[index].template.match(line, into: values) {
            if index > 0 { shapes[line.quoteCount].swapAt(index, index - 1) }
            credit = min(credit + 1, TemplateCache.patience)
            return true
        }
        return false
    }

    /// Learns the shape of a well-formed line that matched none.
    mutating func learn(_ line: IndexedLine, keys: KeyTable) {
        if resting > 0 {
            resting -= 1
            return
        }
        credit -= 4
        guard credit > 0 else {
            credit = TemplateCache.patience
            resting = TemplateCache.rest
            return
        }
        guard line.quoteCount < TemplateCache.maximumQuotes, let template = LineTemplate(line, keys: keys) else {
            return
        }
        if shapes[line.quoteCount].count < TemplateCache.shapesOfOneCount {
            shapes[line.quoteCount].append(Shape(template))
        } else {
            // The last one matched least lately.
            shapes[line.quoteCount][TemplateCache.shapesOfOneCount - 1] = Shape(template)
        }
    }
}
