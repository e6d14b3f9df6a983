import Synchronization

/// What the files of one log have in common.
struct ReadingRules: Sendable {
    var schema: EventSchema
    /// Bytes of a plain file to read at a time.
    var blockSize: Int
    var maximumLineLength: Int
    /// How separated values are written.
    var csv = CSVFormat()
    /// The keys that lead from an object to the list of its events; nil: the object is one.
    var each: [String]?
    /// Keeps what comes through pipes.
    var spool: StreamSpool?
    /// Whether files may hold blocks of lines that were split by visitor.
    var takesPartBlocks = false
    /// Whether what is read begins within a file, at the beginning of a line: JSON is of one object a line then.
    var isPiece = false
    /// What file comes through standard input.
    var inputName: String?
    /// Takes the keys of the first files, where somebody asks for them.
    var survey: KeysOfFiles?

    /// The name of a file.
    func name(_ file: LogFile) -> String { file == .standardInput ? inputName ?? file.name : file.name }
}

/// A log file being read, by one worker after another or by several at a time, as its format allows.
///
/// One worker at a time has the *turn*, the right to go on with the file: it opens it, or reads and decompresses the next blocks of
/// a stream, first some for the workers that find the turn taken meanwhile, then one for itself. Of a plain file only the ranges of
/// blocks are given out so, and read by all workers at once.
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
        case documents(DocumentStream)
        case blocks(PartBlockStream)
        case ended
    }

    /// How many blocks' bytes a stream reads at a time, so that its workers wait for one another less often: against single blocks
    /// 14 % less time for one gzip file, 5 to 12 % for Zstandard.
    private static let blocksOfStream = 2

    private let file: LogFile
    private let index: Int32
    private let rules: ReadingRules
    /// Used by whoever has the turn.
    private let content = Mutex(Content.unopened)
    private let ahead: ReadAheadQueue

    /// - Parameter blocksAhead: the most blocks of a stream that are read before somebody asks for them.
    init(_ file: LogFile, index: Int, rules: ReadingRules, blocksAhead: Int) {
        ahead = ReadAheadQueue(capacity: blocksAhead, maximumBytes: 2 * OpenFile.blocksOfStream * rules.blockSize)
        self.file = file
        self.index = Int32(index)
        self.rules = rules
    }

    /// Takes the next block, waiting while another worker reads and has nothing yet.
    func take(_ block: inout Block, by worker: Int) throws(LogError) -> Turn {
        try turn(by: ahead.waitForClaim(&block, by: worker), &block)
    }

    /// Takes the next block; nil when another worker reads and has nothing yet.
    func takeIfFree(_ block: inout Block, by worker: Int) throws(LogError) -> Turn? {
        guard let claim = ahead.claim(&block, by: worker) else { return nil }
        return try turn(by: claim, &block)
    }

    private func turn(by claim: ReadAheadQueue.Claim, _ block: inout Block) throws(LogError) -> Turn {
        switch claim {
        case .block: return .block
        case .turn:
            defer { ahead.endTurn() }
            return try content.withLock { content throws(LogError) in try turn(&content, &block) }
        }
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
                    if !ahead.put(&block) { return .block }
                }
            case .documents(let documents):
                while try documents.next(&block) {
                    if !ahead.put(&block) { return .block }
                }
            case .blocks(let stream):
                while try stream.next(&block) {
                    if !ahead.put(&block) { return .block }
                }
            case .plain, .unopened, .ended:
                break
            }
            content = .ended
            return ahead.take(&block) ? .block : .ended
        } catch {
            // No worker reads on behind a fault.
            content = .ended
            throw error
        }
    }

    private func open() throws(LogError) -> Content {
        let readable = try ReadableFile(file, name: rules.name(file), spool: rules.spool)
        let name = FormatName(file == .standardInput ? rules.inputName.map { .path($0) } ?? file : file)
        let bytes = try ByteStream(
            readable, name: name, isWholeText: !rules.takesPartBlocks && !rules.isPiece)
        let survey = rules.isPiece || index >= KeySurvey.mostFiles ? nil : rules.survey
        let head = try FormatDetector(
            bytes, file: readable.name, name: name, rules: rules, step: min(rules.blockSize, 4096),
            least: survey == nil ? 0 : KeySurvey.limit)
        if head.isOfPartBlocks {
            return .blocks(PartBlockStream(head, bytes: bytes, name: readable.name, file: Int32(index), rules: rules))
        }
        if let survey { survey.add(KeySurvey.keys(of: head), ofFile: Int(index)) }
        if case .documents = head.layout {
            return .documents(DocumentStream(head, bytes: bytes, file: Int32(index), rules: rules))
        }
        if readable.isRegular, !bytes.isCompressed, !bytes.hasCarriageReturns, case .jsonLines = head.layout {
            let plain = PlainFile(
                file: readable, index: index, blockSize: rules.blockSize, maximumLineLength: rules.maximumLineLength)
            return .plain(plain, next: 0)
        }
        return .stream(
            LogStream(
                head, bytes: bytes, name: readable.name, file: index,
                blockSize: rules.blockSize * OpenFile.blocksOfStream,
                maximumLineLength: rules.maximumLineLength))
    }
}
