/// How a log file is written, as its first bytes tell.
package struct LogForm: Equatable, Sendable, CustomStringConvertible {
    package enum Layout: Equatable, Sendable {
        case jsonLines
        /// JSON whose events do not stand each in a line.
        case documents
        case separated(by: UInt8, columns: [String])
    }

    package var compression: Compression?
    package var layout: Layout
    /// Whether lines end in carriage returns alone.
    package var hasCarriageReturns: Bool

    /// Looks at the beginning of a file as a reader would.
    ///
    /// - Throws: ``LogError`` for a file that cannot be read, or is no log.
    package init(_ file: LogFile, as reader: LogReader) throws(LogError) {
        let name = FormatName(file)
        let bytes = try ByteStream(try ReadableFile(file), name: name)
        let rules = ReadingRules(
            schema: reader.schema, blockSize: reader.blockSize, maximumLineLength: reader.maximumLineLength,
            csv: reader.csv, each: reader.each, spool: nil)
        let head = try FormatDetector(bytes, file: file.name, name: name, rules: rules, step: 4096)
        compression = bytes.compression
        hasCarriageReturns = bytes.hasCarriageReturns
        switch head.layout {
        case .jsonLines: layout = .jsonLines
        case .documents: layout = .documents
        case .csv(let header):
            layout = .separated(
                by: header.separator, columns: header.names.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    package var description: String {
        let form =
            switch layout {
            case .jsonLines: "JSON lines"
            case .documents: "JSON that is not one object a line"
            case .separated(let separator, let columns):
                "values separated by \(CSVFormat.name(of: separator)), \(columns.count) columns"
            }
        return form + (compression.map { " in \($0.rawValue)" } ?? "")
            + (hasCarriageReturns ? ", lines ended by carriage returns" : "")
    }
}
