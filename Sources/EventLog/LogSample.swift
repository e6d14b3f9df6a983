import CLibrary

/// The first lines of a log file whose fields nobody has named yet.
package struct LogSample: Sendable {
    package enum Lines: Sendable {
        /// Texts that should each be an object.
        case json([[UInt8]])
        /// Records without their header, and how they are written; a record has as many values as there are columns.
        case separated(CSVFormat, columns: [String], [[String]])
    }

    package var lines: Lines

    /// Reads the beginning of a file.
    ///
    /// - Parameters:
    ///   - bytes: how much of the content to read.
    ///   - most: how many lines to keep.
    ///   - each: the keys that lead from an object to the list of its events; nil: the object is one.
    /// - Throws: ``LogError`` for a file that cannot be read, is of another kind or has no line.
    package init(_ file: LogFile, bytes: Int = 4 << 20, most: Int, each: [String]? = nil) throws(LogError) {
        let stream = try ByteStream(try ReadableFile(file), name: FormatName(file))
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes)
        defer { memory.deallocate() }
        var (count, atEnd) = (0, false)
        while count < bytes, !atEnd {
            let read = try stream.read(into: UnsafeMutableBufferPointer(rebasing: memory[count...]))
            atEnd = read == 0
            count += read
        }
        var text = Array(memory[0..<count])
        if text.starts(with: ByteOrderMark.bytes) { text.removeFirst(ByteOrderMark.bytes.count) }
        guard let first = text.first(where: { $0 > 0x20 }) else {
            throw LogError(file: file.name, problem: .empty)
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            lines = .json(LogSample.objects(text, atEnd: atEnd, most: most, each: each))
        } else {
            let sample = try RecordSample(text, isWhole: atEnd, most: most, file: file.name)
            lines = .separated(sample.format, columns: sample.columns, sample.records)
        }
    }

    /// Whether a text is a time as a log may have it, of this century.
    package static func isTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let time = bytes.withUnsafeBufferPointer { Timestamp.parse($0, localTime: .utc) }
        return time.map { $0 > 946_684_800_000_000 && $0 < 4_102_444_800_000_000 } ?? false
    }

    private static func objects(_ text: [UInt8], atEnd: Bool, most: Int, each: [String]?) -> [[UInt8]] {
        var splitter = DocumentSplitter(each: each, maximumLength: LogReader.maximumLineLength)
        text.withUnsafeBufferPointer { splitter.add($0) }
        // What was cut off is no line.
        if atEnd { splitter.finish() }
        return splitter.lines.split(separator: 0x0A).prefix(most).map { Array($0) }
    }
}
