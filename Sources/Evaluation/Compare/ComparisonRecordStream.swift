import CLibrary
import EventLog

/// Memory with whole records of comma-separated values, and a line feed behind the last of them.
///
/// Used by one thread at a time.
final class ComparisonRecordBlock: @unchecked Sendable {
    /// Readable bytes behind the records: the line feed that ends every search, and what eight-byte words reach.
    private static let slack = 32

    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// The records within the memory.
    var records: Range<Int> = 0..<0

    init(capacity: Int = ComparisonRecordStream.blockSize) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + ComparisonRecordBlock.slack)
        base.initialize(repeating: 0, count: capacity + ComparisonRecordBlock.slack)
    }

    deinit { base.deallocate() }

    func reserve(_ count: Int, keeping kept: Int) {
        guard count > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: count + ComparisonRecordBlock.slack)
        larger.initialize(repeating: 0, count: count + ComparisonRecordBlock.slack)
        memcpy(larger, base, kept)
        base.deallocate()
        (base, capacity) = (larger, count)
    }

    /// The same records in other memory.
    func copy() -> ComparisonRecordBlock {
        let copy = ComparisonRecordBlock(capacity: records.upperBound)
        memcpy(copy.base, base, records.upperBound + 1)
        copy.records = records
        return copy
    }
}

/// A file of comma-separated values (RFC 4180) of any size, read in blocks of whole records.
///
/// - A byte order mark at the start is skipped; lines end in LF, CRLF or the end of the file.
/// - Where blocks are cut depends on nothing but the bytes of the file.
final class ComparisonRecordStream {
    static let blockSize = 1 << 18
    /// A longer record is taken for one whose quote never closes.
    static let maximumRecord = 1 << 20

    let name: String
    /// The names of the columns.
    private(set) var header: [String] = []
    /// The lines of the header, and of what stands before it.
    private(set) var headerLines = 0
    /// The first block, until it is taken.
    private(set) var first: ComparisonRecordBlock?
    private let bytes: LogBytes
    /// What came after the last record's end.
    private var carry: [UInt8] = []
    private var isAtEnd = false

    /// Opens a file and reads its header, with the first records.
    init(_ file: LogFile, spool: StreamSpool) throws(ComparisonError) {
        name = file.name
        do throws(LogError) { bytes = try LogBytes(file, spool: spool) } catch { throw .file(error) }
        let block = ComparisonRecordBlock()
        guard try fill(block) else {
            throw .input("\(file.name): the file is empty; its first line must name the columns")
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let hasMark = block.records.count >= 3 && memcmp(block.base, mark, 3) == 0
        var cursor = FieldCursor(block)
        if hasMark { cursor.skip(3) }
        do throws(RecordFault) {
            guard cursor.isAtRecord() else {
                throw RecordFault(line: 0, kind: .text("the file is empty; its first line must name the columns"))
            }
            header = try cursor.texts()
        } catch {
            throw .input(name, line: error.line + 1, ComparisonRecordStream.text(of: error))
        }
        headerLines = cursor.line
        block.records = cursor.offset(in: block)..<block.records.upperBound
        first = block
        if let twice = Dictionary(grouping: header, by: \.self).filter({ $0.value.count > 1 }).keys.min() {
            throw .input(name, line: 1, "two columns are called '\(twice)'; rename one of them")
        }
    }

    /// Fills `block` with the next records; false at the end.
    func next(_ block: inout ComparisonRecordBlock) throws(ComparisonError) -> Bool {
        if let first {
            block = first
            self.first = nil
            return true
        }
        return try fill(block)
    }

    /// Reads what is left, so that the copy of a pipe is whole.
    func drain() throws(ComparisonError) {
        var block = ComparisonRecordBlock()
        while try next(&block) {}
    }

    static func text(of fault: RecordFault) -> String {
        switch fault.kind {
        case .text(let text): text
        case .textInNumericColumn: "a text among numbers"
        case .secondRow(let customer): "customer '\(customer)' has a row already"
        }
    }

    private func fill(_ block: ComparisonRecordBlock) throws(ComparisonError) -> Bool {
        var count = carry.count
        // Where blocks are cut must not depend on what their memory was used for before.
        var target = max(ComparisonRecordStream.blockSize, 2 * count)
        block.reserve(target, keeping: 0)
        carry.withUnsafeBufferPointer { if let source = $0.baseAddress { memcpy(block.base, source, $0.count) } }
        carry.removeAll(keepingCapacity: true)
        while true {
            while !isAtEnd, count < target {
                let room = UnsafeMutableBufferPointer(start: block.base + count, count: target - count)
                let read: Int
                do throws(LogError) { read = try bytes.read(into: room) } catch { throw .file(error) }
                isAtEnd = read == 0
                count += read
            }
            if isAtEnd {
                guard count > 0 else { return false }
                block.base[count] = 0x0A
                block.records = 0..<count
                return true
            }
            let end = ComparisonRecordStream.lastRecordEnd(block.base, count)
            if end > 0 {
                carry.append(contentsOf: UnsafeBufferPointer(start: block.base + end, count: count - end))
                block.base[end] = 0x0A
                block.records = 0..<end
                return true
            }
            guard count <= ComparisonRecordStream.maximumRecord else {
                throw .input(
                    "\(name): a record does not end within \(ComparisonRecordStream.maximumRecord) bytes; check that its quotes are closed"
                )
            }
            target = 2 * count
            block.reserve(target, keeping: count)
        }
    }

    /// The offset behind the last line feed outside quotes, 0 when there is none.
    private static func lastRecordEnd(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var end = 0
        if memchr(base, 0x22, count) == nil {
            end = count
            while end > 0, base[end - 1] != 0x0A { end -= 1 }
            return end
        }
        var isQuoted = false
        var closing = -1
        // A quote opens a field at its start, behind a byte order mark too; a doubled one closes and opens it again.
        var fieldStart = count >= 3 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF ? 3 : 0
        for index in 0..<count {
            let byte = base[index]
            if isQuoted {
                if byte == 0x22 {
                    isQuoted = false
                    closing = index
                }
            } else if byte == 0x22 {
                isQuoted = index == fieldStart || index == closing + 1
            } else if byte == 0x0A {
                end = index + 1
                fieldStart = index + 1
            } else if byte == 0x2C {
                fieldStart = index + 1
            }
        }
        return end
    }
}
