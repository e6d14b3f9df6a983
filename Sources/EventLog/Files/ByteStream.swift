import CLibrary

/// The content of a log file, decompressed where need be, its line ends line feeds.
///
/// Its beginning is looked at when it is opened: a file of another kind is refused by name, and one whose lines end in carriage
/// returns alone is read as if they were line feeds.
final class ByteStream {
    /// How far a line feed is looked for where there are carriage returns.
    private static let lineEndLength = 1 << 16

    /// How the file is compressed; nil: not at all.
    let compression: Compression?
    private let input: FileInput
    private let decompressor: (any Decompressor)?
    /// The beginning of what a compressed file holds, decompressed to be looked at, and how much of it has been read since.
    private var beginning: [UInt8] = []
    private var taken = 0
    /// Whether lines end in carriage returns alone.
    private(set) var hasCarriageReturns = false

    /// Looks at the first bytes of the file; what they say counts, the name only where they are too few.
    ///
    /// - Throws: ``LogError``, also for a file of another kind.
    ///
    /// - Parameter isWholeText: whether it begins as a text file does: blocks of lines split by visitor, and pieces from within a
    ///   file, do not.
    init(_ file: ReadableFile, name: FormatName, isWholeText: Bool = true) throws(LogError) {
        input = FileInput(file)
        try input.look(Compression.magicLength)
        let head = UnsafeBufferPointer(input.available)
        compression = Compression(magic: head)
        switch compression {
        case .gzip: decompressor = GzipDecompressor()
        case .zstandard: decompressor = try ZstandardDecompressor(file.name)
        case nil:
            if head.count < Compression.magicLength, let cut = Compression(cutMagic: head, name: name) {
                throw LogError(file: file.name, problem: .truncated(cut, offset: Int64(head.count)))
            }
            decompressor = nil
        }
        guard isWholeText else { return }
        var look = FileKind.headLength
        while true {
            let isAll = try fillBeginning(look)
            let (kind, hasLineFeed, returns) = withBeginning(look) { bytes in
                (
                    FileKind(head: bytes, isWithin: isCompressed), bytes.contains(0x0A),
                    bytes.firstIndex(of: 0x0D).map { bytes.count - $0 } ?? 0
                )
            }
            if let kind { throw LogError(file: file.name, problem: .otherKind(kind)) }
            if hasLineFeed { return }
            if isAll || look == ByteStream.lineEndLength {
                // Of a return that is the last byte seen the line feed may follow.
                hasCarriageReturns = returns > (isAll ? 0 : 1)
                return
            }
            look = ByteStream.lineEndLength
        }
    }

    /// Sees to it that the first bytes of the content can be looked at; whether they are all of it.
    private func fillBeginning(_ count: Int) throws(LogError) -> Bool {
        guard let decompressor else {
            try input.look(count)
            return input.available.count < count
        }
        let filled = beginning.count
        let more = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count - filled)
        defer { more.deallocate() }
        let read = try decompressor.decompress(input, into: more)
        beginning.append(contentsOf: more[0..<read])
        return filled + read < count
    }

    private func withBeginning<Value>(_ count: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        guard isCompressed else { return body(UnsafeBufferPointer(rebasing: input.available.prefix(count))) }
        return beginning.withUnsafeBufferPointer(body)
    }

    var isCompressed: Bool { decompressor != nil }

    /// How much of the file has been taken, in bytes as it lies on the disk.
    var fileOffset: Int64 { input.offset }

    /// Reads the next bytes, at least one; 0 at the end.
    func read(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        let count = try readAsWritten(into: memory)
        if hasCarriageReturns {
            for index in 0..<count where memory[index] == 0x0D { memory[index] = 0x0A }
        }
        return count
    }

    private func readAsWritten(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        guard let decompressor else { return try input.read(into: memory) }
        guard taken < beginning.count else { return try decompressor.decompress(input, into: memory) }
        let count = min(memory.count, beginning.count - taken)
        beginning.withUnsafeBufferPointer { bytes in
            if let source = bytes.baseAddress, let target = memory.baseAddress { memcpy(target, source + taken, count) }
        }
        taken += count
        if taken == beginning.count { (beginning, taken) = ([], 0) }
        return count
    }
}
