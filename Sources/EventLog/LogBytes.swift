/// The bytes of a file from its start, decompressed where its first bytes say so: for files that hold no events.
package final class LogBytes {
    private let stream: ByteStream

    /// Opens a file. What comes through a pipe is kept in `spool`, and read from there when it is opened again.
    package init(_ file: LogFile, spool: StreamSpool? = nil) throws(LogError) {
        stream = try ByteStream(ReadableFile(file, spool: spool), name: FormatName(file))
    }

    /// Reads the next bytes, at least one; 0 at the end.
    package func read(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        try stream.read(into: memory)
    }
}
