/// How the lines of a log stand for events.
enum LogLayout {
    case jsonLines
    case csv(CSVHeader)
    /// Values of JSON that do not stand each in a line: lists of objects, objects over several lines, batches.
    case documents
}

/// The beginning of a log: as much of it as has to be read to know its layout.
///
///     BOM  blank lines  ts,type,visitor,…⏎  2026-11-20T09:12:31Z,view,…
///     └───────── passed: its lines ───────┘ └── rest: the first lines
///
/// The layout is what the first bytes say, whatever the name: a `{` or `[` as the first byte that is not blank means JSON, a first
/// line that names the needed columns means separated values, as does one with as many fields as the columns of `events.csv`. What
/// says neither is by its name separated values with a header that will not do, which is an error, or else JSON Lines, to be rejected
/// line by line. JSON is one object a line, unless it begins with a list, with an object that goes on in the second line, or with several
/// objects in the first.
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
    ///   - least: bytes to read in any case, where there are so many.
    /// - Throws: ``LogError``, also for a file that is CSV by its name and has no header that will do.
    init(
        _ bytes: ByteStream, file: String, name: FormatName, rules: ReadingRules, step: Int, least: Int = 0
    ) throws(LogError) {
        let limit = rules.maximumLineLength
        if rules.takesPartBlocks {
            while count < PartBlock.headerBytes, !atEnd { try read(bytes, step) }
            isOfPartBlocks = PartBlock.header(UnsafeBufferPointer(memory[0..<count])) != nil
            if isOfPartBlocks { return }
        }
        while count < least, !atEnd { try read(bytes, step) }
        while count < ByteOrderMark.bytes.count, !atEnd { try read(bytes, step) }
        if memory[0..<count].starts(with: ByteOrderMark.bytes) { passed = ByteOrderMark.bytes.count }
        guard let start = try findText(bytes, step, limit) else { return }
        let first = memory.base[start]
        var isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        // The name of a column may begin so, too.
        if isJSON, name.layout == .csv { isJSON = try isValue(from: start, bytes, step, limit, rules.csv) }
        if rules.each != nil, isJSON || name.layout == .jsonLines { layout = .documents }
        if isJSON {
            if !rules.isPiece, try isDocument(from: start, bytes, step, limit) { layout = .documents }
            return
        }
        if let names = rules.csv.header {
            _ = try findLineFeed(from: start, bytes, step, limit)
            if name.layout == .jsonLines, !isRecord(from: start, columns: names.count, rules.csv) { return }
            let header = CSVHeader(
                names: names.map { Array($0.utf8) },
                separator: rules.csv.separator ?? separator(from: start, columns: names.count, rules.csv),
                hasQuotes: rules.csv.hasQuotes)
            do throws(LogError.HeaderFault) {
                try header.check(against: rules.schema)
            } catch {
                throw LogError(file: file, problem: .header(error, line: 1))
            }
            layout = .csv(header)
            return
        }
        let end = try findHeaderEnd(from: start, bytes, step, limit, rules.csv)
        let header: CSVHeader
        do throws(LogError.HeaderFault) {
            guard let end else { throw .tooLong(limit: limit) }
            header = try CSVHeader.find(memory.base + start, count: end - start, rules.csv, rules.schema)
        } catch {
            switch error {
            // Names that stand there twice are a header's, whatever the file is called.
            case .repeatedColumn, .ambiguousColumn: break
            default: if name.layout != .csv { return }
            }
            let line = memory.lineFeeds(in: 0..<start) + 1
            throw LogError(file: file, problem: .header(error, line: Int64(line)))
        }
        layout = .csv(header)
        passed = min((end ?? start) + 1, count)
        lines = memory.lineFeeds(in: 0..<passed)
    }

    /// Whether JSON begins, and no record of columns that are given.
    private mutating func isValue(
        from start: Int, _ bytes: ByteStream, _ step: Int, _ limit: Int, _ format: CSVFormat
    ) throws(LogError) -> Bool {
        let end = try findLineFeed(from: start, bytes, step, limit) ?? count
        if let names = format.header, isRecord(from: start, columns: names.count, format) { return false }
        guard let next = memory[start + 1..<end].first(where: { $0 > 0x20 }) else { return true }
        return memory.base[start] == UInt8(ascii: "{")
            ? next == UInt8(ascii: "\"") || next == UInt8(ascii: "}")
            : next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
    }

    /// Whether a separator cuts the first line into as many fields as there are columns.
    private func isRecord(from start: Int, columns: Int, _ format: CSVFormat) -> Bool {
        (format.separator.map { [$0] } ?? CSVFormat.separators).contains {
            fieldCount(from: start, separator: $0, format) == columns
        }
    }

    /// The separator that cuts the first line into as many fields as there are columns, else the comma.
    private func separator(from start: Int, columns: Int, _ format: CSVFormat) -> UInt8 {
        CSVFormat.separators.first { fieldCount(from: start, separator: $0, format) == columns } ?? CSVFormat.comma
    }

    /// The number of fields of the first line, as far as it is there.
    private func fieldCount(from start: Int, separator: UInt8, _ format: CSVFormat) -> Int {
        let end = memory.lineFeed(in: start..<count) ?? count
        var fields = CSVFields(
            memory.base + start, count: end - start, separator: separator, hasQuotes: format.hasQuotes)
        var found = 0
        while fields.next() != nil { found += 1 }
        return found
    }

    /// The first line feed behind an offset; nil when there is none within the limit.
    private mutating func findLineFeed(
        from start: Int, _ bytes: ByteStream, _ step: Int, _ limit: Int
    ) throws(LogError) -> Int? {
        var lineFeed = memory.lineFeed(in: start..<count)
        while lineFeed == nil, !atEnd, count - start <= limit {
            let seen = count
            try read(bytes, step)
            lineFeed = memory.lineFeed(in: seen..<count)
        }
        return lineFeed
    }

    /// Whether JSON begins with a list, or with an object that goes on in the next line. That line then has a key or the object's
    /// end: where it does not, the first was cut off.
    private mutating func isDocument(
        from start: Int, _ bytes: ByteStream, _ step: Int, _ limit: Int
    ) throws(LogError) -> Bool {
        let isList = memory.base[start] == UInt8(ascii: "[")
        let lineFeed = try findLineFeed(from: start, bytes, step, limit)
        // Lists around objects: what begins otherwise is one bad line. Of a line that is too long no more than the limit is looked at,
        // however much was read.
        if isList, !beginsLists(start..<min(lineFeed ?? count, start + limit)) { return false }
        if !isList, ObjectBounds.isSeveral(memory.base + start, count: (lineFeed ?? count) - start) { return true }
        guard let lineFeed else { return isList }
        // A list whose first line ends in a comma goes on, whatever is wrong with what stands before.
        if isList, endsInComma(start..<lineFeed) { return true }
        let isOpen = ObjectBounds.isOpen(memory.base + start, count: lineFeed - start)
        // A list that ends in its line stands alone, or each line is one: among objects it is one bad line.
        if isList ? isOpen : !isOpen { return isList }
        var position = lineFeed
        while true {
            while position < count {
                let byte = memory.base[position]
                if byte > 0x20 {
                    return isList ? byte == UInt8(ascii: "[") : try isMember(position, bytes, step, limit)
                }
                position += 1
            }
            if atEnd || count - start > limit { return isList }
            try read(bytes, step)
        }
    }

    /// Whether a line goes on with an object: by a key and its colon, or by its end.
    private mutating func isMember(_ start: Int, _ bytes: ByteStream, _ step: Int, _ limit: Int) throws(LogError)
        -> Bool
    {
        if memory.base[start] == UInt8(ascii: "}") { return true }
        guard memory.base[start] == UInt8(ascii: "\"") else { return false }
        let lineFeed = try findLineFeed(from: start, bytes, step, limit)
        var position = start + 1
        let end = lineFeed ?? count
        while position < end, memory.base[position] != UInt8(ascii: "\"") {
            position += memory.base[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position += 1
        while position < end, memory.base[position] <= 0x20 { position += 1 }
        return position < end && memory.base[position] == UInt8(ascii: ":")
    }

    private func endsInComma(_ line: Range<Int>) -> Bool {
        memory[line].last { $0 > 0x20 } == UInt8(ascii: ",")
    }

    /// Whether a line has opening brackets of a few lists, and then an object or nothing; texts, numbers, words and whole lists may stand
    /// before it, or alone where the list goes on in the next line.
    private func beginsLists(_ line: Range<Int>) -> Bool {
        var lists = 0
        var hasElements = false
        var index = line.lowerBound
        while index < line.upperBound {
            switch memory.base[index] {
            case UInt8(ascii: "["): lists += 1
            case UInt8(ascii: "]"): hasElements = true
            case 0x20, 0x09, 0x0D, UInt8(ascii: ","): break
            case UInt8(ascii: "\""):
                hasElements = true
                index += 1
                while index < line.upperBound, memory.base[index] != UInt8(ascii: "\"") {
                    index += memory.base[index] == UInt8(ascii: "\\") ? 2 : 1
                }
            case UInt8(ascii: "-"), 0x30...0x39, UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
                hasElements = true
                while index + 1 < line.upperBound, FormatDetector.isOfWord(memory.base[index + 1]) { index += 1 }
            case let byte: return byte == UInt8(ascii: "{") && lists <= 4
            }
            index += 1
        }
        return lists <= 4 && (!hasElements || endsInComma(line))
    }

    /// Whether a byte may go on with a number or a word of JSON.
    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39, UInt8(ascii: "E"), UInt8(ascii: "+"),
            UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
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
        from start: Int, _ bytes: ByteStream, _ step: Int, _ limit: Int, _ format: CSVFormat
    ) throws(LogError) -> Int? {
        let cutter = CSVRecordSplitter(maximumLength: limit, hasQuotes: format.hasQuotes)
        while true {
            switch cutter.end(from: start, in: memory.base, count: count, isWhole: atEnd) {
            case .lineFeed(let lineFeed), .malformed(let lineFeed): return lineFeed
            case .tooLong: return nil
            case .open where atEnd: return count
            case .open: try read(bytes, step)
            }
        }
    }
}
