import BotFilter
package import Domain
package import EventLog
import Synchronization

/// A log's lines sent to parts by visitor: all lines of a visitor to one part.
///
///     a.jsonl ─┐  LogReader: the visitor of each line     ┌► part 0: lines
///     b.csv.gz ┴► XXH64(visitor, seed 0) mod parts ───────┼► part 1: lines
///                 rejected and blank lines: the tally     └► part 2: lines
///
/// The decoder that counts is the one that finds the visitor, so a visitor's lines never go two ways.
package struct SplitJob: Sendable {
    package var experiments: [Experiment]
    package var reader: LogReader
    package var workers: Int
    package var parts: Int
    /// Takes the blocks of ``PartBlock``, with their headers, each for its part; called from any worker, by several at once. False
    /// when no more is wanted.
    package var output: @Sendable (Int, UnsafeRawBufferPointer) -> Bool

    package init(
        experiments: [Experiment], reader: LogReader, workers: Int, parts: Int,
        output: @escaping @Sendable (Int, UnsafeRawBufferPointer) -> Bool
    ) {
        self.experiments = experiments
        self.reader = reader
        self.workers = workers
        self.parts = parts
        self.output = output
    }

    /// What was read, and the lines that each part was sent.
    package struct Result: Sendable {
        package var tally: LogTally
        package var sent: [Int: PartLines]
    }

    /// Reads the files and hands their lines out in blocks. Memory does not grow with the log. Time is linear in its bytes.
    package func run(_ files: [LogFile]) throws(LogError) -> Result {
        let hash = KeyedHash.random()
        let names = SegmentNames(hash: hash)
        // What it says of agents is not looked at here.
        let policy = BotPolicy(BotSettings())
        let isRefused = Atomic(false)
        let output = output
        let sinks = (0..<max(1, workers)).map { _ in
            LineSplitter(
                names: DictionaryEncoder(
                    experiments: experiments, policy: policy, hash: hash, segments: names),
                parts: parts, blockBytes: blockBytes
            ) { part, bytes in
                if !output(part, bytes) { isRefused.store(true, ordering: .relaxed) }
            }
        }
        var reader = reader
        reader.isAbandoned = { isRefused.load(ordering: .relaxed) }
        let tally = try reader.read(files, into: sinks)
        var sent: [Int: PartLines] = [:]
        for sink in sinks {
            sink.flush()
            for (part, lines) in sink.sent.enumerated() where lines.count > 0 {
                sent[part] = lines + (sent[part] ?? PartLines())
            }
        }
        return Result(tally: tally, sent: sent)
    }

    /// Bytes of a block: large ones cost less each, but there is one for each part and worker, and where all of them have room in the
    /// processor's cache, lines are copied faster.
    private var blockBytes: Int {
        max(1 << 14, min(1 << 16, (64 << 20) / (parts * max(1, workers))))
    }
}

/// One worker's sink: a block being filled for each part.
///
/// Used by one thread at a time, which is what makes it safe to hand over.
private final class LineSplitter: LineSink, @unchecked Sendable {
    /// All that changes, at one place: whether somebody else uses it is looked at once for many lines, not for each.
    private var blocks: BlocksByPart

    init(
        names: consuming DictionaryEncoder, parts: Int, blockBytes: Int,
        emit: @escaping (Int, UnsafeRawBufferPointer) -> Void
    ) {
        blocks = BlocksByPart(names: names, parts: parts, blockBytes: blockBytes, emit: emit)
    }

    /// The lines that each part was sent.
    var sent: [PartLines] { blocks.sent }

    func begin(header: [UInt8]?) { blocks.begin(header: header) }

    func consume(
        _ events: UnsafeBufferPointer<Event>, lines: UnsafeBufferPointer<ByteText>,
        ignored: UnsafeMutableBufferPointer<IgnoredReason?>
    ) {
        blocks.add(events, lines: lines, ignored: ignored)
    }

    func pass(_ line: ByteText, of visitor: ByteText) { blocks.add(line, of: visitor) }

    func flush() { blocks.flush() }
}

/// Lines on their way to the parts of their visitors.
private struct BlocksByPart: ~Copyable {
    private(set) var sent: [PartLines]
    private var names: DictionaryEncoder
    private let buffers: UnsafeMutableBufferPointer<LineBlock>
    private let blockBytes: Int
    private let emit: (Int, UnsafeRawBufferPointer) -> Void
    /// Of the lines that follow; nil: JSON.
    private var header: [UInt8]?
    private let parts: UInt64

    init(
        names: consuming DictionaryEncoder, parts: Int, blockBytes: Int,
        emit: @escaping (Int, UnsafeRawBufferPointer) -> Void
    ) {
        self.names = names
        self.parts = UInt64(parts)
        self.blockBytes = blockBytes
        self.emit = emit
        sent = Array(repeating: PartLines(), count: parts)
        buffers = .allocate(capacity: parts)
        for part in 0..<parts { buffers.initializeElement(at: part, to: LineBlock()) }
    }

    deinit {
        buffers.deinitialize()
        buffers.deallocate()
    }

    mutating func begin(header: [UInt8]?) {
        guard header != self.header else { return }
        flush()
        self.header = header
    }

    mutating func add(
        _ events: UnsafeBufferPointer<Event>, lines: UnsafeBufferPointer<ByteText>,
        ignored: UnsafeMutableBufferPointer<IgnoredReason?>
    ) {
        for index in events.indices {
            let event = events.baseAddress.unsafelyUnwrapped + index
            ignored[index] = names.reason(for: event)
            add(lines[index], of: event.pointee.visitor)
        }
    }

    @inline(__always)
    mutating func add(_ line: ByteText, of visitor: ByteText) {
        let part = Int(visitor.partHash % parts)
        sent[part].add(line)
        let needed = line.count + 1
        if buffers[part].count + needed > blockBytes, buffers[part].hasLines { flush(part) }
        if buffers[part].count == 0 { buffers[part].begin(header) }
        buffers[part].append(line)
    }

    func flush() {
        for part in buffers.indices where buffers[part].hasLines { flush(part) }
    }

    private func flush(_ part: Int) {
        buffers[part].finish(part) { emit(part, $0) }
    }
}

/// A block of lines in the making.
private struct LineBlock: ~Copyable {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Bytes written, those before the lines too.
    private(set) var count = 0
    private(set) var hasLines = false

    deinit { memory.deallocate() }

    mutating func begin(_ header: [UInt8]?) {
        count = PartBlock.headerBytes
        guard let header else { return }
        reserve(header.count + 1)
        header.withUnsafeBytes { add($0) }
    }

    mutating func append(_ line: ByteText) {
        reserve(line.count + 1)
        add(UnsafeRawBufferPointer(line.bytes))
        hasLines = true
    }

    /// Gives the block out, and begins another.
    mutating func finish(_ part: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard let base = memory.baseAddress else { return }
        PartBlock.writeHeader(part: part, count: count - PartBlock.headerBytes, to: base)
        body(UnsafeRawBufferPointer(start: base, count: count))
        (count, hasLines) = (0, false)
    }

    private mutating func add(_ line: UnsafeRawBufferPointer) {
        guard let base = memory.baseAddress else { return }
        if let start = line.baseAddress { (base + count).copyMemory(from: start, byteCount: line.count) }
        (base + count + line.count).storeBytes(of: 0x0A, as: UInt8.self)
        count += line.count + 1
    }

    private mutating func reserve(_ bytes: Int) {
        guard count + bytes > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(2 * memory.count, count + bytes, 1 << 12), alignment: 8)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<min(count, memory.count)]))
        memory.deallocate()
        memory = larger
    }
}
