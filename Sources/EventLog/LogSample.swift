import CLibrary

/// The first lines of a log file whose fields nobody has named yet.
package struct LogSample: Sendable {
    package enum Lines: Sendable {
        /// Texts that should each be an object.
        case json([[UInt8]])
        /// Records without their header; a record has as many values as there are columns.
        case separated(by: UInt8, columns: [String], [[String]])
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
            throw LogError(file: file.name, problem: .header(.empty, line: 1))
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            lines = .json(LogSample.objects(text, atEnd: atEnd, most: most, each: each))
        } else {
            lines = try LogSample.records(text, atEnd: atEnd, most: most, file: file.name)
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

    private static func records(
        _ text: [UInt8], atEnd: Bool, most: Int, file: String
    ) throws(LogError) -> Lines {
        let first = text.firstIndex { $0 > 0x20 } ?? 0
        let line = Array(text[first...].prefix { $0 != 0x0A })
        var header: CSVHeader?
        var fault = LogError.HeaderFault.empty
        for separator in CSVFormat.separators {
            line.withUnsafeBufferPointer { line in
                guard let base = line.baseAddress else { return }
                do throws(LogError.HeaderFault) {
                    let found = try CSVHeader(base, count: line.count, separator: separator)
                    if found.names.count > header?.names.count ?? 0 { header = found }
                } catch {
                    fault = error
                }
            }
        }
        guard let header else { throw LogError(file: file, problem: .header(fault, line: 1)) }
        let splitter = CSVRecordSplitter(maximumLength: LogReader.maximumLineLength, separator: header.separator)
        var records: [[String]] = []
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return }
            var start = first + line.count + 1
            while start < text.count, records.count < most {
                let end = splitter.end(from: start, in: base, count: text.count, isWhole: atEnd)
                guard let next = end.offset ?? (atEnd ? text.count : nil) else { return }
                var fields = CSVFields(base + start, count: next - start, separator: header.separator)
                var record: [String] = []
                while let field = fields.next() {
                    let value = String(decoding: field.bytes, as: UTF8.self)
                    record.append(field.hasDoubledQuotes ? unquoted(value) : value)
                }
                if !fields.isMalformed, record.count == header.names.count { records.append(record) }
                start = next + 1
            }
        }
        let columns = header.names.map { String(decoding: $0, as: UTF8.self) }
        return .separated(by: header.separator, columns: columns, records)
    }

    private static func unquoted(_ text: String) -> String {
        var (bytes, isSecond): ([UInt8], Bool) = ([], false)
        for byte in text.utf8 {
            isSecond = byte == UInt8(ascii: "\"") && !isSecond
            if byte != UInt8(ascii: "\"") || isSecond { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
