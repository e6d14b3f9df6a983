import CLibrary

/// A log file that cannot be read.
package struct LogError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Operation: String, Sendable {
        case open, read
    }

    /// What is wrong with the first line of comma-separated values.
    package enum HeaderFault: Equatable, Sendable {
        /// None of the columns that a needed field could be read from is there.
        case missingColumn([String], header: [String], separator: UInt8? = nil)
        /// Columns that a field could be read from, which differ by case and blanks alone, and none is named exactly so.
        case ambiguousColumn(String, [String])
        /// A column that a field is read from stands there twice.
        case repeatedColumn(String)
        /// Its quotes are not those of RFC 4180.
        case notCSV
        case notUTF8
        /// The file has no line.
        case empty
        case tooLong(limit: Int)
    }

    /// Offsets count the bytes of the file as it lies on the disk, from 0.
    package enum Problem: Equatable, Sendable {
        /// A system call failed, with its errno.
        case system(Operation, code: Int32)
        /// The file became shorter while it was read.
        case shrank(offset: Int64)
        /// It was read twice and was not the same.
        case changed
        /// It is a pipe, and what came through it could not be kept to be read again.
        case notKept(code: Int32)
        /// An archive that ends before its end.
        case truncated(Compression, offset: Int64)
        /// An archive whose content or checksum is wrong, in the words of its library.
        case corrupt(Compression, offset: Int64, detail: String)
        /// An archive with something after its end.
        case trailingBytes(Compression, offset: Int64)
        /// An archive that asks for more memory than is given to one.
        case windowTooLarge(Compression, offset: Int64)
        case header(HeaderFault, line: Int64)
        /// From this byte on lines end in carriage returns, and there is no line feed for longer than a line may be.
        case carriageReturns(offset: Int64)
        /// It is neither a file nor a pipe that was given on purpose, but this.
        case notAFile(String)
        /// Nothing stands in it.
        case empty
        /// It is a file of another kind.
        case otherKind(FileKind)
        /// Blocks of lines split by visitor that end within one.
        case cutBlock(offset: Int64)
        /// Something else between blocks of lines split by visitor.
        case noBlock(offset: Int64)
    }

    package var file: String
    package var problem: Problem

    package init(file: String, problem: Problem) {
        self.file = file
        self.problem = problem
    }

    /// Whether the content of the file is at fault, so that reading it again helps nobody; an archive that ends early may still be
    /// written.
    package var isOfFormat: Bool {
        switch problem {
        case .corrupt, .trailingBytes, .windowTooLarge,
            .header, .empty, .carriageReturns, .otherKind, .noBlock:
            true
        case .system, .shrank, .changed, .notKept, .truncated, .notAFile, .cutBlock: false
        }
    }

    package var description: String {
        switch problem {
        case .notAFile(let kind):
            return
                "\(file): it is \(kind), where a file is expected; write - for standard input, or give a pipe as /dev/fd/N"
        case .empty:
            return "\(file): nothing is in it; give a file with some lines"
        case .otherKind(let kind):
            return "\(file): it is \(kind.rawValue), and no log that is read here; \(kind.remedy)"
        case .system(let operation, let code):
            return
                "\(file): cannot \(operation.rawValue): \(String(cString: strerror(code))); check the path and its permissions"
        case .shrank(let offset):
            return
                "\(file): the file ended early, at byte \(offset), while it was read; run again when nobody writes to it"
        case .changed:
            return "\(file): the log changed while it was read; run again when nobody writes to it"
        case .notKept(let code):
            return
                "\(file): it must be read more than once (for the days of a conversion window, or in passes because the visitors "
                + "do not fit in memory), and its copy failed (\(String(cString: strerror(code)))); "
                + "give files, or a TMPDIR with room"
        case .truncated(let compression, let offset):
            return
                "\(file): the \(compression.rawValue) archive ends early, at byte \(offset); wait until it is written, "
                + "or fetch it again"
        case .corrupt(let compression, let offset, let detail):
            return
                "\(file): the \(compression.rawValue) archive is damaged near byte \(offset) (\(detail)); fetch it again"
        case .trailingBytes(let compression, let offset):
            return
                "\(file): the \(compression.rawValue) archive has ended, but at byte \(offset) something else follows; "
                + "fetch it again, or cut the file there"
        case .windowTooLarge(let compression, let offset):
            return
                "\(file): the \(compression.rawValue) archive needs a window of more than 128 MiB at byte \(offset); "
                + "compress it with --long=27 or less"
        case .cutBlock(let offset):
            return "\(file): the blocks of `sluice split` end within the one at byte \(offset); split the log again"
        case .noBlock(let offset):
            return "\(file): what stands at byte \(offset) is no block of `sluice split`, or of another configuration; "
                + "split the log again with this one"
        case .carriageReturns(let offset):
            return
                "\(file): near byte \(offset) lines end in carriage returns, and no line feed follows for longer than a line may be; "
                + "write line feeds in their place: tr '\\r' '\\n'"
        case .header(let fault, let line):
            return "\(file):\(line): \(fault.description)"
        }
    }
}

extension LogError.HeaderFault: CustomStringConvertible {
    /// The sentence that follows "FILE:LINE: ".
    package var description: String {
        switch self {
        case .missingColumn(let names, let header, let separator):
            "no column \(names.map { "'\($0)'" }.joined(separator: " or ")) among "
                + header.joined(separator: LogError.HeaderFault.visible(separator ?? CSVFormat.comma))
                + (separator.map { " (the separator is the \(CSVFormat.name(of: $0)))" } ?? "")
                + (header.count == 1
                    ? " (no comma, semicolon, tab or bar parts it; another separator: events.csv)" : "")
                + "; add it to the header, or name the column that holds it under 'fields'"
        case .ambiguousColumn(let name, let columns):
            "the columns \(columns.map { "'\($0)'" }.joined(separator: " and ")) are both '\(name)' but for case and blanks; "
                + "name the one that is meant under 'fields'"
        case .repeatedColumn(let name):
            "the column '\(name)' stands in the header twice; name them apart, or give the names under 'events.csv.header'"
        case .notCSV:
            "a double quote in the header that is not around a whole name; quote the name and write the quote twice; "
                + "where quotes are characters like others, write events.csv: { quote: null }"
        case .notUTF8:
            "the header is not UTF-8; convert the file"
        case .empty:
            "the file is empty; its first line must name the columns"
        case .tooLong(let limit):
            "the header does not end within \(limit) bytes; check that the file is CSV and its quotes are closed"
        }
    }

    /// What stands between names in a message: terminals are given no tabs.
    private static func visible(_ separator: UInt8) -> String {
        separator < 0x21 ? ", " : String(Character(Unicode.Scalar(separator)))
    }
}
