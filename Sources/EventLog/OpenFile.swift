import Synchronization

/// What the files of one log have in common.
struct ReadingRules: Sendable {
    var schema: EventSchema
    /// Bytes to read at a time.
    var blockSize: Int
    var maximumLineLength: Int
    /// Keeps what comes through pipes.
    var spool: StreamSpool?
}

/// A log file being read, by one worker after another or by several at a time, as its format allows.
///
/// Whoever holds the lock opens the file, or reads and decompresses the next blocks of a stream: some for those who find the
/// lock taken meanwhile, then one for itself. Blocks of a plain file are only handed out under the lock, and read outside of it.
final class OpenFile: Sendable {
    /// What a worker got from a file.
    enum Turn {
        /// The block has been filled.
        case block
        /// The block is to be filled from this range.
        case range(PlainFile, offset: Int64)
        case ended
    }

    private enum Content: Sendable {
        case unopened
        case plain(PlainFile, next: Int64)
        case stream(LogStream)
        case ended
    }

    /// How many of its blocks a stream reads at a time.
    private static let blocksOfStream = 2

    private let file: LogFile
    private let index: Int32
    private let rules: ReadingRules
    private let content = Mutex(Content.unopened)
    private let ahead: Mutex<BlocksAhead>

    /// - Parameter blocksAhead: the most blocks of a stream that are read before somebody asks for them.
    init(_ file: LogFile, index: Int, rules: ReadingRules, blocksAhead: Int) {
        ahead = Mutex(
            BlocksAhead(capacity: blocksAhead, maximumBytes: 2 * OpenFile.blocksOfStream * rules.blockSize))
        self.file = file
        self.index = Int32(index)
        self.rules = rules
    }

    /// Takes the next block, waiting while another worker is reading.
    func take(_ block: inout Block) throws(LogError) -> Turn {
        if takeAhead(&block) { return .block }
        return try content.withLock { content throws(LogError) in try turn(&content, &block) }
    }

    /// Takes the next block; nil when another worker is reading.
    func takeIfFree(_ block: inout Block) throws(LogError) -> Turn? {
        if let turn = try content.withLockIfAvailable({ content throws(LogError) in try turn(&content, &block) }) {
            return turn
        }
        return takeAhead(&block) ? .block : nil
    }

    private func takeAhead(_ block: inout Block) -> Bool {
        ahead.withLock { $0.take(&block) }
    }

    private func turn(_ content: inout Content, _ block: inout Block) throws(LogError) -> Turn {
        do throws(LogError) {
            if case .unopened = content { content = try open() }
            switch content {
            case .plain(let plain, let offset) where offset < plain.file.size:
                content = .plain(plain, next: offset + Int64(rules.blockSize))
                return .range(plain, offset: offset)
            case .stream(let stream):
                while try stream.next(&block) {
                    if !ahead.withLock({ $0.put(&block) }) { return .block }
                }
            case .plain, .unopened, .ended:
                break
            }
            content = .ended
            return takeAhead(&block) ? .block : .ended
        } catch {
            // Nobody goes on behind a fault.
            content = .ended
            throw error
        }
    }

    private func open() throws(LogError) -> Content {
        let readable = try ReadableFile(file, spool: rules.spool)
        let name = FormatName(file)
        let bytes = try ByteStream(readable, name: name)
        let head = try LogHead(
            bytes, file: file.name, name: name, schema: rules.schema, step: min(rules.blockSize, 4096),
            maximumLineLength: rules.maximumLineLength)
        if readable.isRegular, !bytes.isCompressed, case .jsonLines = head.layout {
            let plain = PlainFile(
                file: readable, index: index, blockSize: rules.blockSize, maximumLineLength: rules.maximumLineLength)
            return .plain(plain, next: 0)
        }
        return .stream(
            LogStream(
                head, bytes: bytes, file: index, blockSize: rules.blockSize * OpenFile.blocksOfStream,
                maximumLineLength: rules.maximumLineLength))
    }
}
