import CLibrary

/// A log file read from its start to its end: compressed, from a pipe, or with line feeds inside of records.
///
/// Each call fills the caller's block and cuts it at its last line end; only what follows that is kept and copied:
///
///     block:  carry|─────── read or decompressed in place ───────⏎|──── the next carry
///             └───────────────────── lines ──────────────────────┘
///
/// It may go from worker to worker, but only one may use it at a time: the lock of its ``OpenFile`` sees to that.
final class LogStream: @unchecked Sendable {
    private let bytes: ByteStream
    private let name: String
    private let file: Int32
    private let blockSize: Int
    private let maximumLineLength: Int
    private let layout: LogLayout
    /// What came after the last line end.
    private var carry: [UInt8]
    /// The lines of the header.
    private var linesBefore: Int32
    /// Bytes of the content that no block has counted yet, and the offset in the file up to which blocks have counted it.
    private var unreported: Int
    private var fileOffset: Int64 = 0
    /// Bytes of the content that have been read.
    private var contentRead: Int64
    private var block: Int32 = 0
    private var atEnd = false
    /// The rest of a line too long to keep is being passed over.
    private var skipsLine = false

    /// A stream that goes on where the head ends.
    init(
        _ head: borrowing FormatDetector, bytes: ByteStream, name: String, file: Int32, blockSize: Int,
        maximumLineLength: Int
    ) {
        self.bytes = bytes
        self.name = name
        self.file = file
        self.blockSize = blockSize
        self.maximumLineLength = maximumLineLength
        layout = head.layout
        linesBefore = head.lines
        carry = Array(head.rest)
        unreported = head.count
        contentRead = Int64(head.count)
        atEnd = head.atEnd
    }

    /// Reads the next lines, a block of them where there are as many; false at the end.
    func next(_ block: inout Block) throws(LogError) -> Bool {
        guard !atEnd || !carry.isEmpty || unreported > 0 else { return false }
        var count = carry.count
        block.reserve(max(blockSize, count), keeping: 0)
        carry.withUnsafeBufferPointer { if let source = $0.baseAddress { memcpy(block.base, source, $0.count) } }
        carry.removeAll(keepingCapacity: true)

        var end: Int?
        var target = max(blockSize, count)
        while end == nil {
            block.reserve(target, keeping: count)
            try fill(&block, from: &count, to: target)
            if skipsLine { skipLine(&block, &count) }
            if !skipsLine || atEnd { end = atEnd ? count : try cut(block, count) }
            // Twice as much each time, so that what is searched again adds up to no more than what is read.
            target = max(blockSize, 2 * count)
        }
        let linesEnd = end ?? count
        carry.append(contentsOf: block.memory[linesEnd..<count])
        report(in: &block, lines: 0..<linesEnd)
        return true
    }

    private func fill(_ block: inout Block, from count: inout Int, to target: Int) throws(LogError) {
        while count < target, !atEnd {
            let read = try bytes.read(into: block[count..<target])
            atEnd = read == 0
            count += read
            unreported += read
            contentRead += Int64(read)
        }
    }

    /// Passes over the rest of a line, as far as it has been read.
    private func skipLine(_ block: inout Block, _ count: inout Int) {
        guard let lineFeed = block.lineFeed(in: 0..<count) else {
            count = 0
            return
        }
        skipsLine = false
        count -= lineFeed + 1
        memmove(block.base, block.base + lineFeed + 1, count)
    }

    /// The end of the last line that is there in whole, or is too long to be; nil when there is none.
    private func cut(_ block: borrowing Block, _ count: Int) throws(LogError) -> Int? {
        guard case .csv(let header) = layout, header.hasQuotes else { return try cutLines(block, count) }
        let cutter = CSVRecordSplitter(maximumLength: maximumLineLength, separator: header.separator)
        var start = 0
        while true {
            switch cutter.end(from: start, in: block.base, count: count) {
            case .lineFeed(let lineFeed), .malformed(let lineFeed), .tooLong(let lineFeed?):
                start = lineFeed + 1
            case .tooLong(nil):
                let line = UnsafeBufferPointer(block[start..<count])
                try refuseReturn(cutter.returns(in: line, columns: header.names.count).first.map { start + $0 }, count)
                skipsLine = true
                return count
            case .open:
                return start > 0 ? start : nil
            }
        }
    }

    private func cutLines(_ block: borrowing Block, _ count: Int) throws(LogError) -> Int? {
        if let lineFeed = block.lastLineFeed(in: 0..<count) { return lineFeed + 1 }
        skipsLine = count > maximumLineLength
        guard skipsLine else { return nil }
        if case .csv(let header) = layout {
            let cutter = CSVRecordSplitter(maximumLength: maximumLineLength, separator: header.separator)
            try refuseReturn(
                cutter.returns(in: UnsafeBufferPointer(block[0..<count]), columns: header.names.count).first, count)
        } else {
            try refuseReturn(block.returnBetweenObjects(in: 0..<count), count)
        }
        return count
    }

    /// Throws for a carriage return that ends a line in a block of `count` bytes: the lines behind it would be lost as one.
    private func refuseReturn(_ position: Int?, _ count: Int) throws(LogError) {
        guard let position else { return }
        throw LogError(file: name, problem: .carriageReturns(offset: contentRead - Int64(count - position)))
    }

    private func report(in block: inout Block, lines: Range<Int>) {
        block.file = file
        block.index = self.block
        block.lines = lines
        block.linesBefore = linesBefore
        block.lineNumbers = nil
        block.part = nil
        if case .csv(let header) = layout { block.header = header } else { block.header = nil }
        block.size = Int64(unreported)
        block.fileSize = bytes.fileOffset - fileOffset
        fileOffset = bytes.fileOffset
        unreported = 0
        linesBefore = 0
        self.block += 1
    }
}
