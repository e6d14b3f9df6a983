import CZstandard

/// A kind of file that is no log, by its first bytes: what it is, and what makes a log of it.
package enum FileKind: String, Sendable, CaseIterable {
    case zip = "a zip archive"
    case bzip2 = "compressed with bzip2"
    case xz = "compressed with xz"
    case lzip = "compressed with lzip"
    case lz4 = "compressed with lz4"
    case compress = "compressed with compress (.Z)"
    case snappy = "compressed with Snappy"
    case sevenZip = "a 7-Zip archive"
    case tar = "a tar archive"
    case compressedTwice = "compressed twice"
    case zstandardDictionary = "a dictionary of Zstandard"
    case frameWithDictionary = "compressed with Zstandard and a dictionary, which is not in the file"
    case parquet = "Parquet"
    case orc = "ORC"
    case arrow = "Arrow or Feather"
    case avro = "Avro"
    case sqlite = "a database of SQLite"
    case utf16 = "text in UTF-16"
    case utf32 = "text in UTF-32"
    case pdf = "PDF"
    case markup = "HTML or XML, perhaps the page of an error that was saved in place of the log"

    /// How many bytes of a content are looked at.
    static let headLength = 512

    /// The kind by the first bytes of a file, or of what a compressed file holds; nil for what may be a log.
    ///
    /// - Parameter isWithin: whether they are the content of a compressed file.
    init?(head: UnsafeBufferPointer<UInt8>, isWithin: Bool) {
        func begins(_ bytes: [UInt8]) -> Bool { head.starts(with: bytes) }
        if isWithin, Compression(magic: head) != nil {
            self = .compressedTwice
        } else if let kind = FileKind.magics.first(where: { begins($0.magic) })?.kind {
            self = kind
        } else if let kind = FileKind.words.first(where: { begins($0.magic) && !FileKind.isText(head, after: $0.magic) }
        )?.kind {
            self = kind
        } else if head.count >= 4, begins(Array("BZh".utf8)), (0x31...0x39).contains(head[3]) {
            self = .bzip2
        } else if head.count >= 262, head[257..<262].elementsEqual("ustar".utf8) {
            self = .tar
        } else if let kind = FileKind.wideText(head) {
            self = kind
        } else if FileKind.isMarkup(head) {
            self = .markup
        } else {
            return nil
        }
    }

    private static let magics: [(magic: [UInt8], kind: FileKind)] = [
        ([0x50, 0x4B, 0x03, 0x04], .zip), ([0x50, 0x4B, 0x05, 0x06], .zip),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz), ([0x4C, 0x5A, 0x49, 0x50, 0x01], .lzip),
        ([0x04, 0x22, 0x4D, 0x18], .lz4), ([0x1F, 0x9D], .compress), ([0x1F, 0xA0], .compress),
        ([0xFF, 0x06, 0x00, 0x00, 0x73, 0x4E, 0x61, 0x50, 0x70, 0x59], .snappy),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip), ([0x37, 0xA4, 0x30, 0xEC], .zstandardDictionary),
        ([0x4F, 0x62, 0x6A, 0x01], .avro),
        (Array("SQLite format 3\0".utf8), .sqlite), (Array("%PDF-".utf8), .pdf),
        ([0xFF, 0xFE, 0x00, 0x00], .utf32), ([0x00, 0x00, 0xFE, 0xFF], .utf32), ([0xFF, 0xFE], .utf16),
        ([0xFE, 0xFF], .utf16),
    ]

    /// Words that a column's name could begin with, too: no text follows them.
    private static let words: [(magic: [UInt8], kind: FileKind)] = [
        (Array("PAR1".utf8), .parquet), (Array("PARE".utf8), .parquet), (Array("ORC".utf8), .orc),
        (Array("ARROW1".utf8), .arrow), (Array("FEA1".utf8), .arrow),
    ]

    private static func isText(_ head: UnsafeBufferPointer<UInt8>, after magic: [UInt8]) -> Bool {
        head.count == magic.count || (0x20...0x7E).contains(head[magic.count])
            || [0x09, 0x0A, 0x0D].contains(head[magic.count])
    }

    private static func isMarkup(_ head: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = head.firstIndex(where: { $0 > 0x20 && $0 < 0x80 }) else { return false }
        let text = String(decoding: head[first...].prefix(16), as: UTF8.self).lowercased()
        return ["<!doctype", "<html", "<head", "<?xml", "<error"].contains { text.hasPrefix($0) }
    }

    /// Text of two or four bytes a character without a mark: nearly all that a log holds is ASCII, whose other bytes are zero.
    private static func wideText(_ head: UnsafeBufferPointer<UInt8>) -> FileKind? {
        guard head.count >= 8 else { return nil }
        let zeros = head.prefix(8).map { $0 == 0 }
        if zeros == [false, true, false, true, false, true, false, true] { return .utf16 }
        if zeros == [true, false, true, false, true, false, true, false] { return .utf16 }
        if zeros == [false, true, true, true, false, true, true, true] { return .utf32 }
        if zeros == [true, true, true, false, true, true, true, false] { return .utf32 }
        return nil
    }

    /// What to do, after "FILE: it is …; ".
    package var remedy: String {
        switch self {
        case .zip, .sevenZip: "unpack it, and give the files within"
        case .bzip2: "compress it with gzip or zstd instead: bunzip2 -c FILE | zstd -o FILE.zst"
        case .xz: "compress it with gzip or zstd instead: xz -dc FILE | zstd -o FILE.zst"
        case .lzip, .lz4, .compress, .snappy: "decompress it, or compress it with gzip or zstd instead"
        case .tar: "unpack it, and give the files within: tar -xf FILE"
        case .compressedTwice: "decompress it once"
        case .zstandardDictionary: "give the logs, compressed without a dictionary"
        case .frameWithDictionary: "decompress it with its dictionary: zstd -d -D DICTIONARY FILE"
        case .parquet, .orc, .arrow, .avro, .sqlite:
            "export it as JSON lines or CSV; with DuckDB: COPY (FROM 'FILE') TO 'events.jsonl'"
        case .utf16: "convert it: iconv -f UTF-16 -t UTF-8 FILE"
        case .utf32: "convert it: iconv -f UTF-32 -t UTF-8 FILE"
        case .pdf, .markup: "fetch the log again"
        }
    }

    /// Whether a frame of Zstandard says that it needs a dictionary.
    static func needsDictionary(_ head: UnsafeBufferPointer<UInt8>) -> Bool {
        ZSTD_getDictID_fromFrame(head.baseAddress, head.count) != 0
    }
}
