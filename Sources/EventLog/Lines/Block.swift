import CLibrary
import CScan

/// A worker's buffer with the whole lines that begin in one block of a file. Its memory is its own, so it may go to any thread.
struct Block: ~Copyable, @unchecked Sendable {
    private(set) var memory: UnsafeMutableBufferPointer<UInt8>
    /// Bytes allocated behind `memory`, for what ``close()`` writes and the vectors that are read behind that.
    private static let slack = 3 + Int(CSCAN_SLACK)
    /// A plain file is read from the last byte before a page on. The memory begins at the same offset in a page: between addresses
    /// that are aligned alike the kernel copies up to three times as fast.
    private static let pageBytes = 4096
    private static let startInPage = pageBytes - 1
    /// The bytes of the lines within `memory`.
    var lines: Range<Int> = 0..<0
    /// Which file, and which block of it.
    var file: Int32 = 0
    var index: Int32 = 0
    /// Lines of the file that stand before `lines` and are counted with this block: the header's.
    var linesBefore: Int32 = 0
    /// Of comma-separated values: the names of the columns. Without it every line is JSON.
    var header: CSVHeader?
    /// Of documents, whose events have been put in lines of their own: the line of the file, from 0, that each begins in.
    var lineNumbers: [Int32]?
    /// Of lines that were split by visitor: which part they are of.
    var part: Int?
    /// Bytes of the log that are counted with this block.
    var size: Int64 = 0
    /// Bytes of the file, which may be compressed, that were read for this block.
    var fileSize: Int64 = 0

    init() {
        memory = Block.allocate(1 << 12)
    }

    var base: UnsafeMutablePointer<UInt8> { memory.baseAddress.unsafelyUnwrapped }

    deinit {
        deallocate()
    }

    /// Makes room for `capacity` bytes, keeping the first `count`.
    mutating func reserve(_ capacity: Int, keeping count: Int) {
        guard capacity > memory.count else { return }
        let larger = Block.allocate(max(capacity, memory.count * 2))
        memcpy(larger.baseAddress.unsafelyUnwrapped, base, count)
        deallocate()
        memory = larger
    }

    private func deallocate() {
        UnsafeMutableRawPointer(base - Block.startInPage).deallocate()
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt8> {
        let pages = UnsafeMutableRawPointer.allocate(
            byteCount: startInPage + capacity + slack, alignment: pageBytes)
        let memory = (pages + startInPage).bindMemory(to: UInt8.self, capacity: capacity + slack)
        // What is never written must still have a value.
        (memory + capacity).update(repeating: 0, count: slack)
        return UnsafeMutableBufferPointer(start: memory, count: capacity)
    }

    /// The number in the file of the first half, 0, or the second, 1.
    func half(_ number: Int32) -> Int32 { 2 * index + number }

    /// Writes a line feed, and a quote with another one, behind the lines: there every search ends. What stood there is lost.
    func close() {
        base[lines.upperBound] = 0x0A
        base[lines.upperBound + 1] = UInt8(ascii: "\"")
        base[lines.upperBound + 2] = 0x0A
    }

    /// A part of the memory.
    subscript(range: Range<Int>) -> UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(rebasing: memory[range])
    }

    /// The offset of the first line feed in `range` of the memory.
    func lineFeed(in range: Range<Int>) -> Int? {
        guard let found = memchr(base + range.lowerBound, 0x0A, range.count) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// The number of line feeds in `range` of the memory.
    func lineFeeds(in range: Range<Int>) -> Int32 {
        var count: Int32 = 0
        var rest = range
        while let lineFeed = lineFeed(in: rest) {
            count += 1
            rest = lineFeed + 1..<range.upperBound
        }
        return count
    }

    /// The offset of the first carriage return in `range` that stands between two objects.
    func returnBetweenObjects(in range: Range<Int>) -> Int? {
        range.dropFirst().dropLast().first { index in
            memory[index] == 0x0D && memory[index - 1] == UInt8(ascii: "}") && memory[index + 1] == UInt8(ascii: "{")
        }
    }

    /// The offset of the last line feed in `range` of the memory.
    func lastLineFeed(in range: Range<Int>) -> Int? {
        var index = range.upperBound
        while index > range.lowerBound {
            index -= 1
            if memory[index] == 0x0A { return index }
        }
        return nil
    }
}

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
