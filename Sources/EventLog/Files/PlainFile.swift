/// A regular file of JSON lines, neither compressed nor a pipe: any worker can read any part of it at any time.
///
/// It is cut at fixed offsets; a block holds the lines that begin in its range, each of them whole.
struct PlainFile: Sendable {
    let file: ReadableFile
    let index: Int32
    let blockSize: Int
    let maximumLineLength: Int

    /// Reads the lines that begin in `[offset, offset + blockSize)`.
    ///
    /// A line begins at the start of the file and after each line feed, so the byte before the range is read too. The last
    /// line is read to its end, or until it is longer than any line may be: then it is cut off, and rejected for its length.
    func read(at offset: Int64, into block: inout Block) throws(LogError) {
        let start = offset == 0 ? 0 : offset - 1
        let rangeEnd = min(offset + Int64(blockSize), file.size)
        block.file = index
        block.index = Int32(offset / Int64(blockSize))
        block.linesBefore = 0
        block.header = nil
        block.lineNumbers = nil
        block.part = nil
        block.size = rangeEnd - offset
        block.fileSize = block.size
        let rangeCount = Int(rangeEnd - start)
        // The end of the last line is nearly always not far: it is read along.
        var count = min(rangeCount + blockSize / 64, Int(file.size - start))
        block.reserve(count, keeping: 0)
        try file.read(at: start, into: block[0..<count])

        var first = 0
        if offset > 0 {
            guard let lineFeed = block.lineFeed(in: 0..<rangeCount), lineFeed + 1 < rangeCount else {
                block.lines = 0..<0
                return
            }
            first = lineFeed + 1
        }
        if let lineFeed = block.lineFeed(in: rangeCount - 1..<count) {
            count = lineFeed + 1
        } else {
            let lastLine = (block.lastLineFeed(in: first..<rangeCount) ?? first - 1) + 1
            try finishLine(from: lastLine, in: &block, count: &count, fileOffset: start)
        }
        if offset == 0, block[0..<count].starts(with: ByteOrderMark.bytes) { first = ByteOrderMark.bytes.count }
        block.lines = first..<count
    }

    /// Reads on to the end of the line that begins at `lineStart` and has no end yet, or until it is too long.
    private func finishLine(
        from lineStart: Int, in block: inout Block, count: inout Int, fileOffset start: Int64
    ) throws(LogError) {
        // The first line may have a byte order mark, which is none of its length.
        let limit = maximumLineLength + ByteOrderMark.bytes.count
        while start + Int64(count) < file.size, count - lineStart <= limit {
            let more = min(Int(file.size - start) - count, max(4096, blockSize / 8))
            block.reserve(count + more, keeping: count)
            try file.read(at: start + Int64(count), into: block[count..<count + more])
            let lineFeed = block.lineFeed(in: count..<count + more)
            count += more
            if let lineFeed {
                count = lineFeed + 1
                return
            }
        }
        if start + Int64(count) < file.size, let offset = block.returnBetweenObjects(in: lineStart..<count) {
            throw LogError(file: file.name, problem: .carriageReturns(offset: start + Int64(offset)))
        }
    }
}
