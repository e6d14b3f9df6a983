/// A run of lines being read: half a block's, so that two lines that are far apart can be read at once.
///
///     block   ─────────⏎──────⏎───────⏎────────⏎─────⏎
///             first half      │       second half
///                             └ the first line end behind the middle
struct LineRun {
    /// Where the next line begins.
    var position: UnsafePointer<UInt8>
    /// Behind the last line.
    let end: UnsafePointer<UInt8>
    let file: Int32
    /// The number of the half in its file.
    let half: Int32
    /// The number of the next line in the half.
    private(set) var line: Int32 = 0

    var isAtEnd: Bool { position >= end }

    /// Counts the next line and returns its place.
    mutating func next() -> LinePlace {
        line += 1
        return LinePlace(file: file, half: half, line: line - 1)
    }

    /// The lines of a block, half of its bytes each; of one line the second half has none.
    static func halves(of block: borrowing Block) -> (LineRun, LineRun) {
        let lines = block.lines
        let middle = block.lineFeed(in: lines.lowerBound + lines.count / 2..<lines.upperBound).map { $0 + 1 }
        let cuts = (lines.lowerBound, middle ?? lines.upperBound, lines.upperBound)
        func run(_ start: Int, _ end: Int, _ number: Int32) -> LineRun {
            LineRun(
                position: UnsafePointer(block.base) + start, end: UnsafePointer(block.base) + end, file: block.file,
                half: block.half(number))
        }
        return (run(cuts.0, cuts.1, 0), run(cuts.1, cuts.2, 1))
    }
}
