import CScan

/// Where the lines and strings of a block are: the C scanner's index, in memory that every block of a worker reuses.
struct BlockIndex: ~Copyable {
    private var raw = cscan_index()
    private var capacity = 0
    private let kernel: cscan_kernel
    private(set) var base: UnsafePointer<UInt8>
    private var count = 0

    init(kernel: cscan_kernel = cscan_best_kernel()) {
        self.kernel = kernel
        base = ByteText.absent.start
        reserve(1 << 12)
    }

    deinit {
        release()
    }

    /// Indexes `count` bytes, which must have `CSCAN_SLACK` readable bytes behind them.
    mutating func scan(_ start: UnsafePointer<UInt8>, count: Int) {
        if count > capacity {
            release()
            reserve(max(count, capacity * 2))
        }
        base = start
        self.count = count
        cscan_block(start, count, &raw, kernel)
    }

    /// The lines, the last one also when no line feed ends it.
    var lineCount: Int {
        let closed = Int(raw.line_count)
        let last = closed == 0 ? 0 : Int(raw.line_ends[closed - 1]) + 1
        return last < count ? closed + 1 : closed
    }

    subscript(line: Int) -> IndexedLine {
        let start = line == 0 ? 0 : Int(raw.line_ends[line - 1]) + 1
        let firstQuote = line == 0 ? 0 : Int(raw.line_quotes[line - 1])
        let isClosed = line < Int(raw.line_count)
        var end = isClosed ? Int(raw.line_ends[line]) : count
        let quoteEnd = isClosed ? Int(raw.line_quotes[line]) : Int(raw.quote_count)
        let fullCount = end - start
        if end > start, base[end - 1] == 0x0D { end -= 1 }
        return IndexedLine(
            base: base, start: start, end: end, fullCount: fullCount, quotes: UnsafePointer(raw.quotes) + firstQuote,
            quoteCount: quoteEnd - firstQuote,
            special: raw.any_special == 0 ? nil : UnsafePointer(raw.special),
            high: raw.any_high == 0 ? nil : UnsafePointer(raw.high))
    }

    private mutating func reserve(_ bytes: Int) {
        capacity = bytes
        raw.quotes = .allocate(capacity: bytes + 64)
        raw.line_ends = .allocate(capacity: bytes + 64)
        raw.line_quotes = .allocate(capacity: bytes + 64)
        raw.special = .allocate(capacity: bytes / 64 + 1)
        raw.high = .allocate(capacity: bytes / 64 + 1)
    }

    private func release() {
        raw.quotes?.deallocate()
        raw.line_ends?.deallocate()
        raw.line_quotes?.deallocate()
        raw.special?.deallocate()
        raw.high?.deallocate()
    }
}

/// A line of an indexed block, without its line end. Offsets count from the block's base.
struct IndexedLine {
    let base: UnsafePointer<UInt8>
    let start: Int
    let end: Int
    /// Its bytes with the carriage return that a line end may begin with.
    let fullCount: Int
    /// Offsets of the quotes that no backslash escapes.
    let quotes: UnsafePointer<UInt32>
    let quoteCount: Int
    /// A bit a byte for backslashes and control characters; nil when the block has none.
    let special: UnsafePointer<UInt64>?
    /// A bit a byte for bytes of 0x80 and above; nil when the block has none.
    let high: UnsafePointer<UInt64>?

    var count: Int { end - start }

    /// Whether a backslash or a control character is in the line.
    var hasSpecial: Bool { special.map { IndexedLine.any($0, start, end) } ?? false }

    /// Whether the line has anything but ASCII.
    var hasHigh: Bool { high.map { IndexedLine.any($0, start, end) } ?? false }

    /// Whether any bit from `start` up to `end` is set.
    static func any(_ bits: UnsafePointer<UInt64>, _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        let first = start >> 6
        let last = (end - 1) >> 6
        let head = UInt64.max << UInt64(start & 63)
        let tail = UInt64.max >> UInt64(63 - (end - 1) & 63)
        if first == last { return bits[first] & head & tail != 0 }
        var found = (bits[first] & head) | (bits[last] & tail)
        for word in first + 1..<last { found |= bits[word] }
        return found != 0
    }
}
