import Foundation

/// A file that is written piece by piece.
struct GrowingFile {
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var written = 0

    init(_ path: String) throws {
        try Data().write(to: URL(fileURLWithPath: path))
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    /// Bytes appended so far.
    var count: Int { written + buffer.count }

    mutating func append(_ text: String) throws {
        buffer += text.utf8
        guard buffer.count > 1 << 22 else { return }
        try flush()
    }

    mutating func close() throws {
        try flush()
        try handle.close()
    }

    private mutating func flush() throws {
        try handle.write(contentsOf: buffer)
        written += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
