import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A log file being read.
final class OpenFile: Sendable {
    let isRegular: Bool
    private let name: String
    private let index: Int32
    private let descriptor: Int32
    private let size: Int64

    /// Where reading stands; only used under the lock of the block source.
    private struct Cursor {
        var offset: Int64 = 0
        var block: Int32 = 0
        /// Of a pipe: what came after the last line end.
        var carry: [UInt8] = []
        var atEnd = false
        /// Of a pipe: the rest of a line too long to keep is being passed over.
        var skipsLine = false
    }
    private let cursor = Mutex(Cursor())

    init(_ file: LogFile, index: Int) throws(LogError) {
        name = file.name
        self.index = Int32(index)
        switch file {
        case .standardInput: descriptor = 0
        case .path(let path): descriptor = open(path, O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw LogError(file: file.name, problem: .system(.open, code: errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            if descriptor > 2 { close(descriptor) }
            throw LogError(file: file.name, problem: .system(.open, code: code))
        }
        // Standard input may be a file that somebody has read from already: it is taken as a stream.
        isRegular = status.st_mode & S_IFMT == S_IFREG && file != .standardInput
        size = Int64(status.st_size)
    }

    deinit {
        if descriptor > 2 { close(descriptor) }
    }

    /// Takes the next range of a regular file; nil at its end.
    func takeRange(_ blockSize: Int) -> Int64? {
        cursor.withLock { cursor in
            guard cursor.offset < size else { return nil }
            defer { cursor.offset += Int64(blockSize) }
            return cursor.offset
        }
    }

    /// Reads the lines that begin in `[offset, offset + blockSize)`.
    ///
    /// A line begins at the start of the file and after each line feed, so the byte before the range is read too. The last
    /// line is read to its end, or until it is longer than any line may be: then it is cut off, and rejected for its length.
    func readRange(
        at offset: Int64, into block: inout Block, blockSize: Int, maximumLineLength: Int
    ) throws(LogError) {
        block.file = index
        block.index = Int32(offset / Int64(blockSize))
        let start = offset == 0 ? 0 : offset - 1
        let rangeEnd = min(offset + Int64(blockSize), size)
        block.size = rangeEnd - offset
        var count = Int(rangeEnd - start)
        block.reserve(count, keeping: 0)
        try readFully(&block, from: start, into: 0..<count)
        if offset == 0 {
            try checkFormat(UnsafeBufferPointer(rebasing: block.memory[0..<count]))
        }

        let longest = maximumLineLength + ByteOrderMark.bytes.count
        var first = 0
        if offset > 0 {
            guard let lineFeed = block.lineFeed(in: 0..<count), lineFeed + 1 < count else {
                block.lines = 0..<0
                return
            }
            first = lineFeed + 1
        }
        var lineStart = (block.lastLineFeed(in: first..<count) ?? first - 1) + 1
        if lineStart == count {
            block.lines = first..<count
            return
        }
        while start + Int64(count) < size, count - lineStart <= longest {
            let more = min(Int(size - start) - count, max(4096, blockSize / 8))
            block.reserve(count + more, keeping: count)
            try readFully(&block, from: start + Int64(count), into: count..<count + more)
            let lineFeed = block.lineFeed(in: count..<count + more)
            count += more
            if let lineFeed {
                count = lineFeed + 1
                lineStart = count
                break
            }
        }
        block.lines = first..<count
    }

    /// Reads the next lines of a pipe, at least a block of them where there are as many; false at its end.
    func readStream(into block: inout Block, blockSize: Int, maximumLineLength: Int) throws(LogError) -> Bool {
        try cursor.withLock { cursor throws(LogError) in
            guard !cursor.atEnd || !cursor.carry.isEmpty else { return false }
            block.file = index
            block.index = cursor.block
            var count = cursor.carry.count
            block.reserve(count + blockSize, keeping: 0)
            for (position, byte) in cursor.carry.enumerated() { block.memory[position] = byte }
            cursor.carry.removeAll(keepingCapacity: true)
            let before = cursor.offset

            var end: Int?
            while end == nil, !cursor.atEnd {
                block.reserve(count + blockSize, keeping: count)
                let read = try readSome(into: block.memory, at: count, capacity: blockSize)
                if before == 0 && cursor.offset == 0 {
                    try checkFormat(UnsafeBufferPointer(rebasing: block.memory[0..<count + read]))
                }
                cursor.offset += Int64(read)
                cursor.atEnd = read == 0
                var fresh = count..<count + read
                count += read
                if cursor.skipsLine {
                    let lineFeed = block.lineFeed(in: fresh)
                    cursor.skipsLine = lineFeed == nil
                    let kept = lineFeed.map { $0 + 1..<count } ?? count..<count
                    memmove(block.base, block.base + kept.lowerBound, kept.count)
                    count = kept.count
                    fresh = 0..<count
                }
                if let lineFeed = block.lastLineFeed(in: fresh) {
                    end = lineFeed + 1
                } else if count > maximumLineLength + ByteOrderMark.bytes.count {
                    cursor.skipsLine = true
                    end = count
                }
            }
            let linesEnd = end ?? count
            cursor.carry.append(contentsOf: block.memory[linesEnd..<count])
            block.lines = 0..<linesEnd
            block.size = cursor.offset - before
            cursor.block += 1
            return true
        }
    }

    private func readFully(_ block: inout Block, from offset: Int64, into range: Range<Int>) throws(LogError) {
        var done = 0
        while done < range.count {
            let read = pread(
                descriptor, block.base + range.lowerBound + done, range.count - done, off_t(offset) + off_t(done))
            if read < 0 {
                if errno == EINTR { continue }
                throw LogError(file: name, problem: .system(.read, code: errno))
            }
            guard read > 0 else { throw LogError(file: name, problem: .shrank(offset: offset + Int64(done))) }
            done += read
        }
    }

    private func readSome(
        into memory: UnsafeMutableBufferPointer<UInt8>, at offset: Int, capacity: Int
    ) throws(LogError) -> Int {
        while true {
            let count = read(descriptor, memory.baseAddress.map { $0 + offset }, capacity)
            if count >= 0 { return count }
            if errno != EINTR { throw LogError(file: name, problem: .system(.read, code: errno)) }
        }
    }

    private func checkFormat(_ head: UnsafeBufferPointer<UInt8>) throws(LogError) {
        if head.starts(with: [0x1F, 0x8B]) { throw LogError(file: name, problem: .format("gzip")) }
        if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { throw LogError(file: name, problem: .format("Zstandard")) }
    }
}
