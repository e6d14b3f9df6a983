import CScan
import CLibrary
import Synchronization

/// The records of a file of comma-separated values, handed out in blocks to any number of workers.
///
/// Plain, compressed (gzip, zstd) or a pipe. A block has the whole records of the next half mebibyte of the content, so where it is
/// cut depends on nothing but the content; whoever takes one reads and decompresses it while the others wait, and parses it alone.
package final class RecordStream: Sendable {
    /// A longer record is cut off, and bad.
    package static let maximumRecordLength = LogReader.maximumLineLength
    private static let blockSize = 1 << 19

    package let name: String
    /// The fields of the first line that is not blank.
    package let header: [String]
    private let state: Mutex<State>

    private struct State: @unchecked Sendable {
        let bytes: ByteStream
        /// What came after the last record of the block before.
        var carry: [UInt8] = []
        var atEnd = false
        var index = 0
        var line: Int64 = 1
        var record: Int64 = 0
        /// The rest of a record that is too long is being passed over.
        var skips = false
    }

    /// Opens a file and reads its header.
    ///
    /// - Parameter spool: keeps what comes through a pipe, for whoever opens it again with this spool.
    /// - Throws: ``LogError``, also for a header that is none.
    package init(_ file: LogFile, spool: StreamSpool) throws(LogError) {
        name = file.name
        var state = State(bytes: try ByteStream(ReadableFile(file, spool: spool), name: FormatName(file)))
        header = try RecordStream.readHeader(&state, file: file.name)
        self.state = Mutex(state)
    }

    private static func readHeader(_ state: inout State, file: String) throws(LogError) -> [String] {
        var block = RecordBlock()
        var count = 0
        try fill(&block, &count, to: blockSize, &state)
        var start = block[0..<count].starts(with: ByteOrderMark.bytes) ? ByteOrderMark.bytes.count : 0
        while start < count, block.base[start] == 0x0A || block.base[start] == 0x0D {
            if block.base[start] == 0x0A { state.line += 1 }
            start += 1
        }
        func fault(_ fault: LogError.HeaderFault) -> LogError {
            LogError(file: file, problem: .header(fault, line: state.line))
        }
        guard start < count else { throw fault(.empty) }
        let splitter = CSVRecordSplitter(maximumLength: blockSize / 2)
        let end: Int
        switch splitter.end(from: start, in: block.base, count: count, isWhole: state.atEnd) {
        case .lineFeed(let lineFeed), .malformed(let lineFeed): end = lineFeed
        case .open where state.atEnd: end = count
        case .open, .tooLong: throw fault(.tooLong(limit: blockSize / 2))
        }
        let names: [[UInt8]]
        do throws(LogError.HeaderFault) {
            names = try CSVHeader(block.base + start, count: end - start).names
        } catch {
            throw fault(error)
        }
        let next = min(end + 1, count)
        state.line += Int64(block.lineFeeds(in: start..<next))
        state.carry = Array(block[next..<count])
        return names.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Fills `block` with the next records; false when there are none left. Any thread may call it.
    package func next(_ block: inout RecordBlock) throws(LogError) -> Bool {
        try state.withLock { state throws(LogError) in try RecordStream.next(&block, &state) }
    }

    private static func next(_ block: inout RecordBlock, _ state: inout State) throws(LogError) -> Bool {
        guard !state.atEnd || !state.carry.isEmpty else { return false }
        var count = state.carry.count
        var target = max(blockSize, count)
        block.reserve(target, keeping: 0)
        state.carry.withUnsafeBufferPointer { if let source = $0.baseAddress { memcpy(block.base, source, $0.count) } }
        var end: Int?
        while end == nil {
            block.reserve(target, keeping: count)
            try fill(&block, &count, to: target, &state)
            if state.skips { skipRecord(&block, &count, &state) }
            if !state.skips || state.atEnd { end = state.atEnd ? count : cut(block, count, &state) }
            target = max(blockSize, 2 * count)
        }
        let recordsEnd = end ?? count
        state.carry = Array(block[recordsEnd..<count])
        block.count = recordsEnd
        guard recordsEnd > 0 else { return false }
        if block.base[recordsEnd - 1] != 0x0A {
            block.base[recordsEnd] = 0x0A
            block.count += 1
        }
        number(&block, &state)
        return true
    }

    private static func fill(
        _ block: inout RecordBlock, _ count: inout Int, to target: Int, _ state: inout State
    ) throws(LogError) {
        block.reserve(target, keeping: count)
        while count < target, !state.atEnd {
            let read = try state.bytes.read(into: block[count..<target])
            state.atEnd = read == 0
            count += read
        }
    }

    /// Passes over the rest of a record, as far as it has been read.
    private static func skipRecord(_ block: inout RecordBlock, _ count: inout Int, _ state: inout State) {
        guard let found = memchr(block.base, 0x0A, count) else {
            count = 0
            return
        }
        let next = UnsafeRawPointer(found) - UnsafeRawPointer(block.base) + 1
        state.skips = false
        state.line += 1
        count -= next
        memmove(block.base, block.base + next, count)
    }

    /// The end of the last record that is there in whole, or is too long to be; nil when there is none.
    private static func cut(_ block: borrowing RecordBlock, _ count: Int, _ state: inout State) -> Int? {
        if memchr(block.base, 0x22, count) == nil {
            var end = count
            while end > 0, block.base[end - 1] != 0x0A { end -= 1 }
            if end > 0 { return end }
            state.skips = count > maximumRecordLength
            return state.skips ? count : nil
        }
        let splitter = CSVRecordSplitter(maximumLength: maximumRecordLength)
        var start = 0
        while true {
            switch splitter.end(from: start, in: block.base, count: count) {
            case .lineFeed(let lineFeed), .malformed(let lineFeed), .tooLong(let lineFeed?): start = lineFeed + 1
            case .tooLong(nil):
                state.skips = true
                return count
            case .open: return start > 0 ? start : nil
            }
        }
    }

    /// Says which line and which record the block begins with, and counts on.
    private static func number(_ block: inout RecordBlock, _ state: inout State) {
        block.index = state.index
        block.firstLine = state.line
        block.firstRecord = state.record
        state.index += 1
        let survey = cscan_survey_of(block.base, block.count)
        // The line feed of a record that was cut off has yet to come.
        state.line += Int64(survey.line_feeds) - (state.skips ? 1 : 0)
        guard survey.has_quotes != 0 || survey.has_blank_lines != 0 else {
            state.record += Int64(survey.line_feeds)
            return
        }
        var cursor = RecordCursor(block, width: 0)
        while cursor.skip() { state.record += 1 }
    }
}
