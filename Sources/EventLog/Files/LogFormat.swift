/// How a log file is compressed.
package enum Compression: String, Sendable, CaseIterable {
    /// RFC 1952: members one after another, then perhaps zeros.
    case gzip
    /// RFC 8878: frames one after another, some of them perhaps to be skipped.
    case zstandard = "Zstandard"

    /// The number of first bytes by which a compressed file is recognised.
    static let magicLength = 4

    /// The compression by the first bytes of a file; nil for none.
    init?(magic head: UnsafeBufferPointer<UInt8>) {
        if head.starts(with: Compression.gzipMagic) {
            self = .gzip
        } else if head.starts(with: Compression.frameMagic) || Compression.beginsSkippableFrame(head) {
            self = .zstandard
        } else {
            return nil
        }
    }

    /// The compression of a file so short that it ends within the bytes by which it would be recognised.
    ///
    /// Such a file is an archive cut short when its name says so, or when its bytes are no text anyway.
    init?(cutMagic head: UnsafeBufferPointer<UInt8>, name: FormatName) {
        if Compression.gzipMagic.starts(with: head), name.compression == .gzip || head.count > 0 {
            self = .gzip
        } else if Compression.beginsZstandardMagic(head), name.compression == .zstandard {
            self = .zstandard
        } else if Compression.frameMagic.starts(with: head), head.count > 1 {
            self = .zstandard
        } else {
            return nil
        }
    }

    /// Whether the bytes, fewer than the magic number has, are its first ones.
    static func beginsZstandardMagic(_ head: UnsafeBufferPointer<UInt8>) -> Bool {
        if frameMagic.starts(with: head) { return true }
        guard let first = head.first else { return true }
        return first & 0xF0 == 0x50 && skippableMagicTail.starts(with: head.dropFirst())
    }

    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]
    private static let frameMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    /// Of a skippable frame, after a first byte from 50 to 5F.
    private static let skippableMagicTail: [UInt8] = [0x2A, 0x4D, 0x18]

    private static func beginsSkippableFrame(_ head: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = head.first else { return false }
        return first & 0xF0 == 0x50 && head.dropFirst().starts(with: skippableMagicTail)
    }
}

/// What a file's name says of its format: `events.csv.gz` is CSV within gzip.
struct FormatName: Equatable {
    enum Layout: Equatable {
        case jsonLines, csv
    }

    private(set) var compression: Compression?
    private(set) var layout: Layout?

    init(_ file: LogFile) {
        guard case .path(let path) = file else { return }
        var name = path.lowercased()[...]
        if name.hasSuffix(".gz") {
            compression = .gzip
            name = name.dropLast(3)
        } else if name.hasSuffix(".zst") {
            compression = .zstandard
            name = name.dropLast(4)
        }
        if [".csv", ".tsv", ".psv", ".tab"].contains(where: { name.hasSuffix($0) }) {
            layout = .csv
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            layout = .jsonLines
        }
    }
}

/// What a text file may begin with to say that it is UTF-8; no part of its first line. Where such files were put together it
/// stands at the beginning of other lines too.
enum ByteOrderMark {
    static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    @inline(__always)
    static func begins(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        count >= 3 && start[0] == 0xEF && start[1] == 0xBB && start[2] == 0xBF
    }
}
