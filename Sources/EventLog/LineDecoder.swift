import CScan

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Decodes lines to events by a schema. One worker's.
struct LineDecoder: ~Copyable {
    /// What became of a line.
    enum Outcome {
        case event
        case rejected(RejectedReason)
        case ignored(IgnoredReason)
    }

    private let maximumLineLength: Int
    private let keys: KeyTable
    /// Of each field the numbers of its keys, from 1: 0 is the absent value.
    private let fields: [[Int]]
    private let sources: FieldSources
    /// The absent value, then one for each key.
    private let values: UnsafeMutablePointer<LineValue>
    private var templates: TemplateCache
    private var builder: EventBuilder
    /// The header of the records decoded last, and for each of its columns the number of the key; nil for no key.
    private var header: CSVHeader?
    private var columns: [Int?] = []

    init(
        schema: EventSchema, day: LogDay, maximumLineLength: Int = LogReader.maximumLineLength,
        kernel: cscan_kernel = cscan_best_kernel()
    ) {
        self.maximumLineLength = maximumLineLength
        var names: [String] = []
        fields = EventField.allCases.map { field in
            guard case .keys(let keys) = schema[field] else { return [] }
            return keys.map { key in
                if let known = names.firstIndex(where: { $0.utf8.elementsEqual(key.utf8) }) { return known + 1 }
                names.append(key)
                return names.count
            }
        }
        keys = KeyTable(names)
        sources = FieldSources(fields)
        values = .allocate(capacity: names.count + 1)
        values.initialize(repeating: .absent, count: names.count + 1)
        templates = TemplateCache(kernel: kernel)
        builder = EventBuilder(schema: schema, day: day)
    }

    deinit {
        values.deallocate()
    }

    /// Frees the texts of the events decoded so far.
    mutating func endBlock() {
        builder.endBlock()
    }

    /// Decodes the line at `start`, and moves `start` behind its line feed.
    ///
    /// The line must begin before `end`, where a line feed must stand with `CSCAN_SLACK` readable bytes behind it.
    mutating func decode(
        lineAt start: inout UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>,
        into event: UnsafeMutablePointer<Event>
    ) -> Outcome {
        let line = start
        let matched = templates.match(line)
        guard let lineFeed = matched.line_feed else { return parse(lineAt: &start, before: end, into: event) }
        start = lineFeed + 1
        if let fault = fault(line, lineFeed, mayHaveHigh: matched.high != 0) { return .rejected(fault) }
        return builder.build(event, from: templates.values, templates.matched.pointee.sources)
    }

    /// Decodes a line by its grammar alone.
    mutating func parse(
        lineAt start: inout UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>,
        into event: UnsafeMutablePointer<Event>
    ) -> Outcome {
        let line = start
        values.update(repeating: .absent, count: keys.count + 1)
        var scanner = JSONLine(line)
        if let reason = scanner.scan(keys: keys, into: values + 1) {
            let found = memchr(line, 0x0A, end - line).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
            let lineFeed = found ?? end
            start = lineFeed + 1
            if let fault = fault(line, lineFeed, mayHaveHigh: true) { return .rejected(fault) }
            return isBlank(line, count: lineFeed - line) ? .ignored(.blankLine) : .rejected(reason)
        }
        let lineFeed = scanner.position
        start = lineFeed + 1
        if let fault = fault(line, lineFeed, mayHaveHigh: scanner.high != 0) { return .rejected(fault) }
        if !scanner.hasEscapes { templates.learn(line, lineFeed, keys: keys, fields: fields) }
        return builder.build(event, from: values, sources)
    }

    /// What is wrong with a line whatever stands in it.
    @inline(__always)
    private func fault(
        _ line: UnsafePointer<UInt8>, _ lineFeed: UnsafePointer<UInt8>, mayHaveHigh: Bool
    ) -> RejectedReason? {
        let count = lineFeed - line
        if count > maximumLineLength { return .lineTooLong }
        return mayHaveHigh && !UTF8Validation.isValid(line, count: count) ? .notUTF8 : nil
    }

    /// Decodes the record of comma-separated values of `count` bytes at `start`, whose columns `header` names.
    mutating func decode(
        record start: UnsafePointer<UInt8>, count: Int, of header: CSVHeader, into event: UnsafeMutablePointer<Event>
    ) -> Outcome {
        guard !isBlank(start, count: count) else { return .ignored(.blankLine) }
        guard UTF8Validation.isValid(start, count: count) else { return .rejected(.notUTF8) }
        if header !== self.header {
            self.header = header
            columns = header.names.map { name in
                (name + [UInt8](repeating: 0, count: 8)).withUnsafeBufferPointer {
                    keys.index(of: $0.baseAddress.unsafelyUnwrapped, count: name.count)
                }
            }
        }
        values.update(repeating: .absent, count: keys.count + 1)
        if let reason = scan(CSVFields(start, count: count)) { return .rejected(reason) }
        return builder.build(event, from: values, sources)
    }

    /// Stores the fields of known columns as strings, empty ones too, which stand for absent; nil when all is well.
    private mutating func scan(_ record: consuming CSVFields) -> RejectedReason? {
        var fields = 0
        while let field = record.next() {
            if fields < columns.count, let key = columns[fields] { values[key + 1] = value(field) }
            fields += 1
        }
        if record.isMalformed { return .notCSV }
        return fields == columns.count ? nil : .fieldCount
    }

    private mutating func value(_ field: CSVFields.Field) -> LineValue {
        guard field.hasDoubledQuotes else {
            return LineValue(kind: .plainString, start: field.start, count: field.count)
        }
        let text = builder.keep(capacity: field.count) { CSVFields.decode(field, into: $0) }
        return LineValue(kind: .plainString, start: text.start, count: text.count)
    }

    private func isBlank(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        for index in 0..<count where start[index] != 0x20 && start[index] != 0x09 && start[index] != 0x0D {
            return false
        }
        return true
    }
}
