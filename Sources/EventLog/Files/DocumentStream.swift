import CLibrary

/// A log file whose events do not stand each in a line, read from its start to its end by ``DocumentSplitter``.
///
/// It may go from worker to worker, but only one may use it at a time: the lock of its ``OpenFile`` sees to that.
final class DocumentStream: @unchecked Sendable {
    private let bytes: ByteStream
    private let file: Int32
    private let blockSize: Int
    private let chunk: UnsafeMutableBufferPointer<UInt8>
    private var splitter: DocumentSplitter
    private var atEnd: Bool
    /// Bytes of the content that no block has counted yet, and the offset in the file up to which blocks have counted it.
    private var unreported: Int
    private var fileOffset: Int64 = 0
    private var index: Int32 = 0

    /// A stream that goes on where the head ends.
    init(_ head: borrowing FormatDetector, bytes: ByteStream, file: Int32, rules: ReadingRules) {
        self.bytes = bytes
        self.file = file
        blockSize = 2 * rules.blockSize
        chunk = .allocate(capacity: 1 << 16)
        splitter = DocumentSplitter(each: rules.each, maximumLength: rules.maximumLineLength)
        unreported = head.count
        atEnd = head.atEnd
        splitter.add(UnsafeBufferPointer(head.rest))
        if atEnd { splitter.finish() }
    }

    deinit {
        chunk.deallocate()
    }

    /// Reads the next events, a block of them where there are as many; false at the end.
    func next(_ block: inout Block) throws(LogError) -> Bool {
        while splitter.lines.count < blockSize, !atEnd {
            let count = try bytes.read(into: chunk)
            splitter.add(UnsafeBufferPointer(rebasing: chunk[0..<count]))
            unreported += count
            atEnd = count == 0
            if atEnd { splitter.finish() }
        }
        guard !splitter.lines.isEmpty || unreported > 0 else { return false }
        let count = splitter.lines.count
        block.reserve(count, keeping: 0)
        splitter.lines.withUnsafeBufferPointer { if let source = $0.baseAddress { memcpy(block.base, source, count) } }
        block.lineNumbers = splitter.numbers
        splitter.lines.removeAll(keepingCapacity: true)
        splitter.numbers.removeAll(keepingCapacity: true)
        block.file = file
        block.index = index
        block.lines = 0..<count
        block.linesBefore = 0
        block.header = nil
        block.part = nil
        block.size = Int64(unreported)
        block.fileSize = bytes.fileOffset - fileOffset
        fileOffset = bytes.fileOffset
        unreported = 0
        index += 1
        return true
    }
}
