/// The first records of separated values of which nobody has said how they are written.
///
/// The separator is the one that cuts the first line into most columns. Quotes hold fields together, unless more lines are records
/// when they are taken for characters like others, and none of those has a field within quotes. A first line that holds a time or an
/// object names no columns: they are named by what stands in them.
struct RecordSample {
    private(set) var format = CSVFormat()
    let columns: [String]
    private(set) var records: [[String]]

    /// - Parameters:
    ///   - text: the beginning of a file, without its byte-order mark.
    ///   - isWhole: whether it is all of the file.
    init(_ text: [UInt8], isWhole: Bool, most: Int, file: String) throws(LogError) {
        let first = text.firstIndex { $0 > 0x20 } ?? 0
        let line = Array(text[first...].prefix { $0 != 0x0A })
        let rest = min(text.count, first + line.count + 1)
        var best: (format: CSVFormat, first: [String], records: [[String]])?
        for hasQuotes in [true, false] {
            guard let found = RecordSample.firstLine(line, hasQuotes: hasQuotes) else { continue }
            let records = RecordSample.records(
                text[rest...], found.format, width: found.fields.count, isWhole: isWhole, most: most)
            if let quoted = best {
                let isBetter = records.count > quoted.records.count
                let isRight =
                    records.count > 2 * quoted.records.count
                    || !records.contains { $0.contains(where: RecordSample.isQuoted) }
                if !isBetter || !isRight { break }
            }
            best = (found.format, found.fields, records)
        }
        guard var best else { throw LogError(file: file, problem: .header(RecordSample.fault(line), line: 1)) }
        if best.first.contains(where: RecordSample.isValue) {
            let header = RecordSample.names(best.first)
            best.format.header = header
            (columns, records) = (header, [best.first] + best.records)
        } else {
            (columns, records) = (best.first, best.records)
        }
        format = best.format
    }

    /// The fields of the first line, by the separator with which there are most; nil when its quotes are not right by any.
    private static func firstLine(_ line: [UInt8], hasQuotes: Bool) -> (format: CSVFormat, fields: [String])? {
        var best: (format: CSVFormat, fields: [String])?
        for separator in CSVFormat.separators {
            let format = CSVFormat(separator: separator, hasQuotes: hasQuotes)
            guard isUTF8(line), let fields = fields(line[...], format) else { continue }
            // Within an object nothing is cut.
            if fields.contains(where: { field in field.count { $0 == "{" } != field.count { $0 == "}" } }) { continue }
            if fields.count > best?.fields.count ?? 0 { best = (format, fields) }
        }
        return best
    }

    /// Records that have as many fields as the first line.
    private static func records(
        _ text: ArraySlice<UInt8>, _ format: CSVFormat, width: Int, isWhole: Bool, most: Int
    ) -> [[String]] {
        let splitter = CSVRecordSplitter(
            maximumLength: LogReader.maximumLineLength, separator: format.separator ?? CSVFormat.comma,
            hasQuotes: format.hasQuotes)
        var records: [[String]] = []
        text.withUnsafeBufferPointer { memory in
            guard let base = memory.baseAddress else { return }
            var start = 0
            while start < memory.count, records.count < most {
                let end = splitter.end(from: start, in: base, count: memory.count, isWhole: isWhole)
                guard let next = end.offset ?? (isWhole ? memory.count : nil) else { return }
                let record = fields(text[text.startIndex + start..<text.startIndex + next], format)
                if let record, record.count == width { records.append(record) }
                start = next + 1
            }
        }
        return records
    }

    /// The fields of a record; nil when its quotes are not right.
    private static func fields(_ record: ArraySlice<UInt8>, _ format: CSVFormat) -> [String]? {
        record.withUnsafeBufferPointer { memory in
            guard let base = memory.baseAddress else { return [""] }
            var scanner = CSVFields(
                base, count: memory.count, separator: format.separator ?? CSVFormat.comma, hasQuotes: format.hasQuotes)
            var fields: [String] = []
            while let field = scanner.next() { fields.append(text(of: field)) }
            return scanner.isMalformed ? nil : fields
        }
    }

    private static func text(of field: CSVFields.Field) -> String {
        guard field.hasDoubledQuotes else { return String(decoding: field.bytes, as: UTF8.self) }
        let bytes = [UInt8](unsafeUninitializedCapacity: field.count) { buffer, count in
            if let output = buffer.baseAddress { count = CSVFields.decode(field, into: output) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is wrong with a first line that no separator cuts.
    private static func fault(_ line: [UInt8]) -> LogError.HeaderFault { isUTF8(line) ? .notCSV : .notUTF8 }

    private static func isUTF8(_ line: [UInt8]) -> Bool { String(validating: line, as: UTF8.self) != nil }

    private static func isQuoted(_ field: String) -> Bool {
        field.utf8.count > 1 && field.hasPrefix("\"") && field.hasSuffix("\"")
    }

    /// Whether a field stands for itself and names no column.
    private static func isValue(_ field: String) -> Bool { field.hasPrefix("{") || LogSample.isTime(field) }

    /// Names by what stands in the columns: `time`, `json`, and the number of the others.
    private static func names(_ fields: [String]) -> [String] {
        var names: [String] = []
        for (index, field) in fields.enumerated() {
            let name = field.hasPrefix("{") ? "json" : LogSample.isTime(field) ? "time" : "column\(index + 1)"
            names.append(names.contains(name) ? "\(name)\(index + 1)" : name)
        }
        return names
    }
}
