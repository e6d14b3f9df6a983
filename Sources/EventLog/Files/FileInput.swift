import CLibrary

/// A file read from its start to its end through a buffer, whose first bytes can be looked at before they are taken.
///
///     buffer:  ░░░░░░░░░|███████████████|
///               taken    available        filled from the file when nothing, or too little, is available
final class FileInput {
    private static let capacity = 1 << 17

    let file: ReadableFile
    /// The offset in the file of the first byte that has not been taken.
    private(set) var offset: Int64 = 0
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var filled: Range<Int> = 0..<0

    init(_ file: ReadableFile) {
        self.file = file
        buffer = .allocate(capacity: FileInput.capacity)
    }

    deinit {
        buffer.deallocate()
    }

    /// What has been read and not yet taken. Valid until the next call.
    var available: UnsafeMutableBufferPointer<UInt8> { UnsafeMutableBufferPointer(rebasing: buffer[filled]) }

    /// Reads until `count` bytes are available, at most a few; fewer are when the file ends.
    func look(_ count: Int) throws(LogError) {
        while filled.count < count {
            if filled.lowerBound > 0 {
                if let start = buffer.baseAddress { memmove(start, start + filled.lowerBound, filled.count) }
                filled = 0..<filled.count
            }
            let read = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled.upperBound...]))
            if read == 0 { return }
            filled = 0..<filled.upperBound + read
        }
    }

    /// Marks the first `count` available bytes as taken.
    func take(_ count: Int) {
        filled = filled.lowerBound + count..<filled.upperBound
        offset += Int64(count)
    }

    /// Reads past the buffer, in place: what is available, or else what comes next; 0 at the end.
    func read(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        guard filled.isEmpty else {
            let count = min(filled.count, memory.count)
            if let target = memory.baseAddress, let source = available.baseAddress { memcpy(target, source, count) }
            take(count)
            return count
        }
        let count = try file.read(into: memory)
        offset += Int64(count)
        return count
    }
}
