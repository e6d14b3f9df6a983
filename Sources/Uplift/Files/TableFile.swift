import Domain
package import EventLog
import Evaluation

/// A file with a header whose columns stand in any order, open to be read; plain, compressed, or standard input.
package struct TableFile: Sendable {
    package let name: String
    package let stream: RecordStream
    let width: Int

    /// - Throws: ``UpliftError`` for a file that cannot be read, or whose header is none.
    package init(_ path: String, spool: StreamSpool) throws(UpliftError) {
        let file: LogFile = path == "-" ? .standardInput : .path(path)
        name = file.name
        do {
            stream = try RecordStream(file, spool: spool)
        } catch {
            if case .header = error.problem { throw .input("\(error)") }
            throw .file(error)
        }
        width = stream.header.count
    }

    /// The place of a column that may be missing. One that is there twice is refused: nobody knows which is meant.
    func place(_ column: String) throws(UpliftError) -> Int? {
        guard let first = stream.header.firstIndex(of: column) else { return nil }
        if let second = stream.header[(first + 1)...].firstIndex(of: column) {
            throw .input("\(name):1: columns \(first + 1) and \(second + 1) are both called '\(column)'; rename one")
        }
        return first
    }

    /// The place of a column that must be there.
    func required(_ column: String, of kind: String) throws(UpliftError) -> Int {
        if let place = try place(column) { return place }
        let header = stream.header.prefix(12).joined(separator: ",") + (width > 12 ? ",… (\(width) columns)" : "")
        throw .input(
            "\(name):1: no column '\(column)' among \(Text.printable(header)); \(kind) needs it: rename or add it")
    }

    /// Reads all records with several workers.
    func read<Worker: BlockWorker & ~Copyable>(
        workers: Int, _ makeWorker: @Sendable () -> Worker
    ) throws(UpliftError) {
        do {
            try stream.forEachBlock(workers: workers, makeWorker)
        } catch {
            throw .file(error)
        }
    }
}

/// What came of a record.
enum RecordVerdict {
    case good
    case rejected(RejectedLines.Kind, field: Int)
    /// Nothing can be made of a file with such a line.
    case fatal(String)
}

/// A walk over the records of a block that keeps count of those that are no rows.
struct RecordWalk {
    private(set) var rejected = RejectedLines()
    /// The first fault of the block that ends all reading.
    private(set) var fatal: (line: Int64, text: String)?

    /// Hands every record of the right width to `body`, until one is fatal.
    @inline(__always)
    mutating func read(
        _ block: borrowing RecordBlock, width: Int, _ body: (borrowing RecordCursor) -> RecordVerdict
    ) {
        rejected = RejectedLines()
        fatal = nil
        var cursor = RecordCursor(block, width: width)
        while true {
            switch cursor.next() {
            case .end: return
            case .malformed: reject(.malformed, "", cursor.start, block)
            case .tooLong: reject(.tooLong, "", cursor.start, block)
            case .record:
                guard cursor.fieldCount == width else {
                    reject(.fieldCount, "", cursor.start, block)
                    continue
                }
                switch body(cursor) {
                case .good: continue
                case .rejected(let kind, let field):
                    reject(kind, String(decoding: cursor[field], as: UTF8.self), cursor.start, block)
                case .fatal(let text):
                    fatal = (RecordWalk.line(at: cursor.start, of: block), text)
                    return
                }
            }
        }
    }

    @inline(never)
    private mutating func reject(
        _ kind: RejectedLines.Kind, _ text: String, _ offset: Int, _ block: borrowing RecordBlock
    ) {
        rejected.add(kind, line: RecordWalk.line(at: offset, of: block), text: text)
    }

    /// The line of the file at an offset of the block.
    static func line(at offset: Int, of block: borrowing RecordBlock) -> Int64 {
        block.firstLine + Int64(block.lineFeeds(in: 0..<offset))
    }
}

/// The line of a row of the block that was last read: counted only when somebody asks.
struct BlockLines {
    private var start: UnsafePointer<UInt8>?
    private var firstLine: Int64 = 1

    init() {}

    init(_ block: borrowing RecordBlock) {
        start = block.bytes
        firstLine = block.firstLine
    }

    /// The line on which a field of the block stands.
    func line(of field: UnsafeBufferPointer<UInt8>) -> Int64 {
        guard let start, let place = field.baseAddress else { return firstLine }
        return firstLine + Int64(UnsafeBufferPointer(start: start, count: place - start).count { $0 == 0x0A })
    }
}

/// The values of a worker's column of names, numbered as all workers number them.
struct SharedNumbers: ~Copyable {
    private var values = TextNumbers()
    private var shared: [Int] = []

    /// This worker's number of a value.
    @inline(__always)
    mutating func number(of text: UnsafeBufferPointer<UInt8>) -> Int { values.number(of: text) }

    /// Finds the common numbers of the values met since the last call.
    mutating func extend(_ names: inout NameNumbers) {
        while shared.count < values.count { shared.append(names.number(of: values[shared.count])) }
    }

    @inline(__always)
    func common(_ number: Int) -> Int { shared[number] }
}

/// Names numbered in the order in which they are met. Names are equal when their bytes are.
package struct NameNumbers: Sendable {
    package private(set) var names: [String] = []
    private var numbers: [Name: Int] = [:]
    /// The first name that was no UTF-8, so that others may have become the same text.
    private(set) var damaged: Int?

    static let notUTF8 = "a message's name that is no UTF-8: save the file as UTF-8, or rename the message"

    package init(_ names: [String] = []) {
        for name in names { _ = number(of: name) }
    }

    package func existing(_ name: String) -> Int? { numbers[Name(name)] }

    package mutating func number(of name: String) -> Int {
        if let number = numbers[Name(name)] { return number }
        numbers[Name(name)] = names.count
        if damaged == nil, name.unicodeScalars.contains("\u{FFFD}") { damaged = names.count }
        names.append(name)
        return names.count - 1
    }
}
