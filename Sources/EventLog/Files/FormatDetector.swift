/// How the lines of a log stand for events.
enum LogLayout {
    case jsonLines
    case csv(CSVHeader)
}

/// The beginning of a log: as much of it as has to be read to know its layout.
///
///     BOM  blank lines  ts,type,visitor,…⏎  2026-11-20T09:12:31Z,view,…
///     └───────── passed: its lines ───────┘ └── rest: the first lines
///
/// For the layout the name counts where it tells one. Otherwise a `{` as the first byte that is not blank means JSON Lines,
/// a first line that names the needed columns means CSV, and all else is taken for JSON Lines, to be rejected line by line.
struct FormatDetector: ~Copyable {
    private(set) var layout = LogLayout.jsonLines
    /// Whether it begins as blocks of lines do that were split by visitor.
    private(set) var isOfPartBlocks = false
    /// Lines that are passed: the header and what stands before it.
    private(set) var lines: Int32 = 0
    private(set) var atEnd = false
    /// Bytes read.
    private(set) var count = 0
    private var memory = Block()
    private var passed = 0

    /// What has been read and not passed. Valid as long as the head.
    var rest: UnsafeMutableBufferPointer<UInt8> { memory[passed..<count] }

    /// Reads the head of a log.
    ///
    /// - Parameters:
    ///   - file: the file's name, for errors.
    ///   - step: bytes to read at a time.
    ///   - maximumLineLength: how far to look for the first text, and for the end of a header from there.
    /// - Throws: ``LogError``, also for a file that is CSV by its name and has no header that will do.
    init(
        _ bytes: ByteStream, file: String, name: FormatName, schema: EventSchema, step: Int, maximumLineLength: Int,
        takesPartBlocks: Bool = false
    ) throws(LogError) {
        if takesPartBlocks {
            while count < PartBlock.headerBytes, !atEnd { try read(bytes, step) }
            isOfPartBlocks = PartBlock.header(UnsafeBufferPointer(memory[0..<count])) != nil
            if isOfPartBlocks { return }
        }
        while count < ByteOrderMark.bytes.count, !atEnd { try read(bytes, step) }
        if memory[0..<count].starts(with: ByteOrderMark.bytes) { passed = ByteOrderMark.bytes.count }
        guard name.layout != .jsonLines, let start = try findText(bytes, step, maximumLineLength),
            name.layout == .csv || memory.base[start] != UInt8(ascii: "{")
        else { return }

        let end = try findHeaderEnd(from: start, bytes, step, maximumLineLength)
        let header: CSVHeader
        do throws(LogError.HeaderFault) {
            guard let end else { throw .tooLong(limit: maximumLineLength) }
            header = try CSVHeader(memory.base + start, count: end - start)
            try header.check(against: schema)
        } catch {
            guard name.layout == .csv else { return }
            let line = memory.lineFeeds(in: 0..<start) + 1
            throw LogError(file: file, problem: .header(error, line: Int64(line)))
        }
        layout = .csv(header)
        passed = min((end ?? start) + 1, count)
        lines = memory.lineFeeds(in: 0..<passed)
    }

    private mutating func read(_ bytes: ByteStream, _ step: Int) throws(LogError) {
        // Twice as much each time, so that what is searched again adds up to no more than what is read.
        let target = count + max(step, count)
        memory.reserve(target, keeping: count)
        let read = try bytes.read(into: memory[count..<target])
        count += read
        atEnd = read == 0
    }

    /// The offset of the first byte that is not blank; nil when there is none within the limit.
    private mutating func findText(_ bytes: ByteStream, _ step: Int, _ limit: Int) throws(LogError) -> Int? {
        while true {
            let text = memory[passed..<count].firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D && $0 != 0x0A }
            if let text { return passed + text }
            if atEnd || count > limit { return nil }
            try read(bytes, step)
        }
    }

    /// The offset at which the header ends, without its line feed; nil when it is longer than the limit.
    private mutating func findHeaderEnd(
        from start: Int, _ bytes: ByteStream, _ step: Int, _ limit: Int
    ) throws(LogError) -> Int? {
        let cutter = CSVRecordSplitter(maximumLength: limit)
        while true {
            switch cutter.end(from: start, in: memory.base, count: count) {
            case .lineFeed(let lineFeed): return lineFeed
            case .tooLong: return nil
            case .open where atEnd: return count
            case .open: try read(bytes, step)
            }
        }
    }
}
