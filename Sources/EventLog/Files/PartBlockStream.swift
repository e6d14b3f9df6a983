/// Lines split by visitor, as `sluice split` writes them: blocks one after another.
///
///     ┌ part ─┬ bytes ┬ lines ───────────────┐┌ part ─┬ bytes ┬ …
///     │ 3     │ 26    │ {"ts":…}⏎ {"ts":…}⏎  ││ 0     │ 40    │
///     └ UInt32┴ UInt32┴──────────────────────┘└───────┴───────┴ …        little-endian
///
/// Lines of comma-separated values stand under their header, which each block has.
package enum PartBlock {
    /// Bytes before the lines.
    package static let headerBytes = 8
    /// The most parts a log is split into.
    package static let maximumParts = 1 << 16

    /// Writes what stands before `count` bytes of lines.
    package static func writeHeader(part: Int, count: Int, to memory: UnsafeMutableRawPointer) {
        memory.storeBytes(of: UInt32(part).littleEndian, as: UInt32.self)
        memory.storeBytes(of: UInt32(count).littleEndian, toByteOffset: 4, as: UInt32.self)
    }

    /// Whether a file that begins so is one of blocks.
    package static func begins(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBufferPointer { header($0) != nil } }

    /// Part and bytes of lines, from the eight bytes before them; nil when they are none of a block. No line begins so: there are
    /// zeros among them.
    static func header(_ bytes: UnsafeBufferPointer<UInt8>) -> (part: Int, count: Int)? {
        guard bytes.count >= headerBytes, bytes[2] == 0, bytes[3] == 0 else { return nil }
        let raw = UnsafeRawBufferPointer(bytes)
        let part = UInt32(littleEndian: raw.loadUnaligned(as: UInt32.self))
        let count = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return count > 0 ? (Int(part), Int(count)) : nil
    }
}

/// A stream of blocks that were split by visitor. Used by one worker at a time, as ``LogStream`` is.
final class PartBlockStream: @unchecked Sendable {
    private let name: String
    private let bytes: ByteStream
    private let rules: ReadingRules
    private let file: Int32
    /// What the format was found by.
    private var head: ArraySlice<UInt8>
    private var index: Int32 = 0
    /// Bytes of the content that have been read, and bytes of the file that have been reported.
    private var offset: Int64 = 0
    private var fileOffset: Int64 = 0
    /// The header of the last block: most have the same.
    private var header: CSVHeader?

    init(_ head: borrowing FormatDetector, bytes: ByteStream, name: String, file: Int32, rules: ReadingRules) {
        self.name = name
        self.bytes = bytes
        self.rules = rules
        self.file = file
        self.head = Array(head.rest)[...]
    }

    /// Reads the next block; false at the end.
    func next(_ block: inout Block) throws(LogError) -> Bool {
        block.reserve(PartBlock.headerBytes, keeping: 0)
        let start = offset
        let read = try fill(block[0..<PartBlock.headerBytes])
        if read == 0 { return false }
        guard read == PartBlock.headerBytes else { throw LogError(file: name, problem: .cutBlock(offset: start)) }
        guard let (part, count) = PartBlock.header(UnsafeBufferPointer(block[0..<PartBlock.headerBytes])) else {
            throw LogError(file: name, problem: .noBlock(offset: start))
        }
        block.reserve(count, keeping: 0)
        guard try fill(block[0..<count]) == count else {
            throw LogError(file: name, problem: .cutBlock(offset: start))
        }
        block.file = file
        block.index = index
        block.part = part
        block.lineNumbers = nil
        block.size = offset - start
        block.fileSize = bytes.fileOffset - fileOffset
        fileOffset = bytes.fileOffset
        index += 1
        try findHeader(in: &block, count, at: start)
        return true
    }

    /// JSON begins with a brace; all else is comma-separated values.
    private func findHeader(in block: inout Block, _ count: Int, at start: Int64) throws(LogError) {
        let text = block.memory[0..<count].firstIndex { ![0x20, 0x09, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) } ?? 0
        guard block.memory[text] != UInt8(ascii: "{") else {
            (block.header, block.lines, block.linesBefore) = (nil, 0..<count, 0)
            return
        }
        let end: Int
        switch CSVRecordSplitter(maximumLength: count, hasQuotes: rules.csv.hasQuotes).end(
            from: 0, in: block.base, count: count)
        {
        // Where another separator than the comma stands before it, a quote seems to stray.
        case .lineFeed(let lineFeed), .malformed(let lineFeed): end = lineFeed
        case .open, .tooLong: throw LogError(file: name, problem: .noBlock(offset: start))
        }
        if !(header.map { $0.text.elementsEqual(block.memory[0..<end]) } ?? false) {
            do throws(LogError.HeaderFault) {
                header = try CSVHeader.find(block.base, count: end, rules.csv, rules.schema)
            } catch {
                throw LogError(file: name, problem: .noBlock(offset: start))
            }
        }
        block.header = header
        block.lines = end + 1..<count
        block.linesBefore = block.lineFeeds(in: 0..<end + 1)
    }

    /// Reads as many bytes as there is room for; fewer at the end.
    private func fill(_ memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        var done = 0
        while done < memory.count {
            let rest = UnsafeMutableBufferPointer(rebasing: memory[done...])
            let read: Int
            if head.isEmpty {
                read = try bytes.read(into: rest)
            } else {
                read = min(head.count, rest.count)
                _ = rest.update(fromContentsOf: head.prefix(read))
                head = head.dropFirst(read)
            }
            if read == 0 { break }
            done += read
        }
        offset += Int64(done)
        return done
    }
}
