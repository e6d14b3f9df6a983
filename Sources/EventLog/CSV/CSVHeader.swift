/// The columns of a file of separated values: their names, which are the keys of every record, and what stands between fields.
///
/// A key finds the column that is named exactly so; else the one column whose name
/// is the key when white space around it and the case of letters are left aside.
final class CSVHeader: Sendable {
    let names: [[UInt8]]
    let separator: UInt8
    /// As in ``CSVFormat``.
    let hasQuotes: Bool
    /// As it stands in the file, without its line feed.
    let text: [UInt8]
    /// Names without white space around them, in lower case.
    private let folded: [[UInt8]]

    /// - Parameter text: the header as it stands in the file; nil: it is not there.
    init(names: [[UInt8]], separator: UInt8 = CSVFormat.comma, hasQuotes: Bool = true, text: [UInt8]? = nil) {
        self.names = names
        self.text = text ?? (hasQuotes ? CSVHeader.text(names, separator) : Array(names.joined(separator: [separator])))
        self.separator = separator
        self.hasQuotes = hasQuotes
        folded = names.map { CSVHeader.folded($0) }
    }

    /// Reads a header of `count` bytes, without its line feed.
    convenience init(
        _ start: UnsafePointer<UInt8>, count: Int, separator: UInt8 = CSVFormat.comma, hasQuotes: Bool = true
    ) throws(LogError.HeaderFault) {
        guard UTF8Validation.isValid(start, count: count) else { throw .notUTF8 }
        var fields = CSVFields(start, count: count, separator: separator, hasQuotes: hasQuotes)
        var names: [[UInt8]] = []
        while let field = fields.next() {
            names.append(
                field.hasDoubledQuotes
                    ? Array(unsafeUninitializedCapacity: field.count) { buffer, decoded in
                        if let output = buffer.baseAddress { decoded = CSVFields.decode(field, into: output) }
                    } : Array(field.bytes))
        }
        guard !fields.isMalformed else { throw .notCSV }
        self.init(
            names: names, separator: separator, hasQuotes: hasQuotes,
            text: Array(UnsafeBufferPointer(start: start, count: count)))
    }

    /// Reads a header by the first separator with which it names the needed columns.
    ///
    /// - Throws: where none does, what is wrong with it by the separator that cuts it into most columns.
    static func find(
        _ start: UnsafePointer<UInt8>, count: Int, _ format: CSVFormat, _ schema: EventSchema
    ) throws(LogError.HeaderFault) -> CSVHeader {
        var likeliest: (columns: Int, fault: LogError.HeaderFault)?
        for separator in format.separator.map({ [$0] }) ?? CSVFormat.separators {
            var columns = 0
            do throws(LogError.HeaderFault) {
                let header = try CSVHeader(
                    start, count: count, separator: separator, hasQuotes: format.hasQuotes)
                columns = header.names.count
                try header.check(against: schema)
                return header
            } catch {
                if likeliest.map({ columns > $0.columns }) ?? true { likeliest = (columns, error) }
            }
        }
        throw likeliest?.fault ?? .empty
    }

    /// A header with every name in quotes.
    private static func text(_ names: [[UInt8]], _ separator: UInt8) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        return Array(
            names.map { name in [quote] + name.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote] }
                .joined(separator: [separator]))
    }

    /// The column that a key names; nil when there is none, or, letter case aside, more than one.
    func column(of key: some StringProtocol) -> Int? {
        if let exact = names.lastIndex(where: { $0.elementsEqual(key.utf8) }) { return exact }
        let alike = columns(like: key)
        return alike.count == 1 ? alike[0] : nil
    }

    /// The columns that a key names when letter case and white space around are left aside.
    private func columns(like key: some StringProtocol) -> [Int] {
        let wanted = CSVHeader.folded(Array(key.utf8))
        return folded.indices.filter { folded[$0] == wanted }
    }

    /// Checks that each field which no line may lack can be read from some column.
    ///
    /// These are time, type and visitor. Which lines need platform, slot and variant depends on their type: a file of
    /// purchases alone may have no such columns.
    func check(against schema: EventSchema) throws(LogError.HeaderFault) {
        for path in EventField.allCases.flatMap({ schema[$0].paths }) {
            for case .key(let name)? in SourcePath.spellings(of: path).map(\.first)
            where names.count(where: { $0.elementsEqual(name.utf8) }) > 1 {
                throw .repeatedColumn(name)
            }
        }
        for field in EventField.allCases {
            let names = schema[field].paths.flatMap { SourcePath.spellings(of: $0) }.compactMap { spelling in
                if case .key(let name)? = spelling.first { name } else { nil }
            }
            guard names.allSatisfy({ column(of: $0) == nil }),
                let name = names.first(where: { columns(like: $0).count > 1 })
            else { continue }
            throw .ambiguousColumn(name, columns(like: name).map { String(decoding: self.names[$0], as: UTF8.self) })
        }
        for field in [EventField.time, .type, .visitor] {
            guard !schema[field].hasConstant else { continue }
            let paths = schema[field].paths
            let isPresent = paths.contains { path in
                SourcePath.spellings(of: path).contains { spelling in
                    if case .key(let name)? = spelling.first { column(of: name) != nil } else { false }
                }
            }
            guard isPresent else {
                throw .missingColumn(
                    paths, header: names.map { String(decoding: $0, as: UTF8.self) },
                    separator: names.count == 1 || separator == CSVFormat.comma ? nil : separator)
            }
        }
    }

    private static func folded(_ name: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        let start = name.firstIndex { !isBlank($0) } ?? name.count
        let end = (name.lastIndex { !isBlank($0) } ?? start - 1) + 1
        return name[start..<end].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}

extension LogError.HeaderFault: Error {}
