/// A decoder of one archive, from the first member or frame to the last.
protocol Decompressor: AnyObject {
    /// Writes the next bytes of the content, as many as there is room for, and takes what it needs from `input`.
    ///
    /// - Returns: the number of bytes written; less than there was room for only at the end of a whole archive.
    /// - Throws: ``LogError`` for an archive that ends early, is damaged, or is followed by something else.
    func decompress(
        _ input: FileInput, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(LogError) -> Int
}

/// The content of a log file, decompressed where need be.
final class ByteStream {
    private let input: FileInput
    private let decompressor: (any Decompressor)?

    /// Looks at the first bytes of the file; what they say counts, the name only where they are too few.
    init(_ file: ReadableFile, name: FormatName) throws(LogError) {
        input = FileInput(file)
        try input.look(Compression.magicLength)
        let head = UnsafeBufferPointer(input.available)
        switch Compression(magic: head) {
        case .gzip: decompressor = GzipDecompressor()
        case .zstandard: decompressor = try ZstandardDecompressor(file.name)
        case nil:
            if head.count < Compression.magicLength, let cut = Compression(cutMagic: head, name: name) {
                throw LogError(file: file.name, problem: .truncated(cut, offset: Int64(head.count)))
            }
            decompressor = nil
        }
    }

    var isCompressed: Bool { decompressor != nil }

    /// How much of the file has been taken, in bytes as it lies on the disk.
    var fileOffset: Int64 { input.offset }

    /// Reads the next bytes, at least one; 0 at the end.
    func read(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        guard let decompressor else { return try input.read(into: memory) }
        return try decompressor.decompress(input, into: memory)
    }
}
