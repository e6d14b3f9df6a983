import CLibrary

/// The keys that the first lines of a log have, for "did you mean".
package enum KeySurvey {
    /// How many files of a day are looked at.
    package static let mostFiles = 4
    /// How much of a file is looked at, in bytes, and how many keys are told at most.
    static let limit = 1 << 18
    private static let mostKeys = 4096
    /// Objects inside one another whose keys are told.
    private static let depth = 4

    /// The names of the columns of a file, or the keys of its first objects, those inside others as paths; in the order in which they
    /// come. None for what is no regular file, or cannot be read.
    ///
    /// - Parameters:
    ///   - csv: how separated values are written.
    ///   - each: the keys that lead from an object to the list of its events.
    package static func keys(
        of file: LogFile, schema: EventSchema, csv: CSVFormat = CSVFormat(), each: [String]? = nil
    ) -> [String] {
        guard case .path(let path) = file else { return [] }
        var status = stat()
        // Opening a pipe a second time would wait for somebody who writes.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        do {
            let bytes = try ByteStream(ReadableFile(file), name: FormatName(file))
            let rules = ReadingRules(
                schema: schema, blockSize: limit, maximumLineLength: LogReader.maximumLineLength, csv: csv, each: each,
                spool: nil)
            let head = try FormatDetector(
                bytes, file: path, name: FormatName(file), rules: rules, step: limit, least: limit)
            return keys(of: head)
        } catch {
            return []
        }
    }

    /// The same of the beginning of a log, of which so much has been read.
    static func keys(of head: borrowing FormatDetector) -> [String] {
        switch head.layout {
        case .csv(let header): header.names.map { String(decoding: $0, as: UTF8.self) }
        case .jsonLines, .documents: keys(of: Array(head.rest.prefix(limit)))
        }
    }

    /// The keys of whole lines.
    private static func keys(of text: [UInt8]) -> [String] {
        var found: [String] = []
        var known: Set<String> = []
        for line in text.split(separator: 0x0A) {
            var scanner = Scanner(text: Array(line))
            scanner.object(prefix: "", depth: 1) { key in
                if known.count < mostKeys, known.insert(key).inserted { found.append(key) }
            }
        }
        return found
    }

    /// A walk over a line for its keys alone. What is no JSON ends it.
    private struct Scanner {
        let text: [UInt8]
        private var position = 0

        init(text: [UInt8]) {
            self.text = text
        }

        mutating func object(prefix: String, depth: Int, _ take: (String) -> Void) {
            guard skip(to: "{") else { return }
            while position < text.count {
                guard let key = key() else { return }
                take(prefix + key)
                guard skip(to: ":") else { return }
                skipBlanks()
                if position < text.count, text[position] == UInt8(ascii: "{"), depth < KeySurvey.depth {
                    object(prefix: prefix + key + ".", depth: depth + 1, take)
                } else {
                    skipValue()
                }
                skipBlanks()
                guard position < text.count else { return }
                position += 1
                if text[position - 1] != UInt8(ascii: ",") { return }
            }
        }

        /// A key, its escapes as they are written.
        private mutating func key() -> String? {
            skipBlanks()
            let start = position + 1
            guard position < text.count, text[position] == UInt8(ascii: "\"") else { return nil }
            skipString()
            guard position <= text.count, position > start else { return nil }
            return String(decoding: text[start..<position - 1], as: UTF8.self)
        }

        /// Passes a value up to the comma or bracket behind it.
        private mutating func skipValue() {
            var depth = 0
            while position < text.count {
                switch text[position] {
                case UInt8(ascii: "\""):
                    skipString()
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return }
                    depth -= 1
                case UInt8(ascii: ",") where depth == 0: return
                default: break
                }
                position += 1
            }
        }

        private mutating func skipString() {
            position += 1
            while position < text.count, text[position] != UInt8(ascii: "\"") {
                position += text[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            position = min(position + 1, text.count + 1)
        }

        private mutating func skip(to byte: Unicode.Scalar) -> Bool {
            skipBlanks()
            guard position < text.count, text[position] == UInt8(ascii: byte) else { return false }
            position += 1
            return true
        }

        private mutating func skipBlanks() {
            while position < text.count, text[position] <= 0x20 { position += 1 }
        }
    }
}
