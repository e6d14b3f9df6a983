import CLibrary
import State

/// A temporary file without a name, in `TMPDIR` or `/var/tmp`, gone when this is: what does not fit in memory.
///
/// Written by one thread at a time, then read by any.
final class SpillFile: Sendable {
    private let descriptor: Int32
    private let folder: String

    init() throws(BudgetError) {
        folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var path = Array("\(folder)/sluice-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw .file(FileError(path: folder, operation: "make a temporary file", code: errno))
        }
        unlink(path)
    }

    deinit { close(descriptor) }

    /// Writes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(BudgetError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .file(FileError(path: folder, operation: "write a temporary file", code: errno))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(BudgetError) {
        var done = 0
        while done < bytes.count {
            let count = pread(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .file(FileError(path: folder, operation: "read a temporary file", code: count < 0 ? errno : EIO))
            }
            done += count
        }
    }
}

/// Collects bytes and writes them in large parts.
final class SpillWriter {
    private let file: SpillFile
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 18

    init(_ file: SpillFile) {
        self.file = file
        buffer.reserveCapacity(SpillWriter.capacity)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(BudgetError) {
        if buffer.count + bytes.count > SpillWriter.capacity { try flush() }
        guard bytes.count < SpillWriter.capacity else { return try file.append(bytes) }
        buffer.append(contentsOf: bytes)
    }

    func flush() throws(BudgetError) {
        let result: Result<Void, BudgetError> = buffer.withUnsafeBytes { bytes in
            do throws(BudgetError) { return .success(try file.append(bytes)) } catch { return .failure(error) }
        }
        try result.get()
        buffer.removeAll(keepingCapacity: true)
    }
}

/// A part of a temporary file that is read from its start, in large parts.
final class SpillReader {
    private let file: SpillFile
    private var offset: Int
    private let end: Int
    private var buffer: UnsafeMutableRawPointer
    private var capacity: Int
    private var filled = 0..<0

    init(_ file: SpillFile, range: Range<Int>, capacity: Int) {
        self.file = file
        (offset, end) = (range.lowerBound, range.upperBound)
        self.capacity = max(64, min(capacity, range.count))
        buffer = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The next bytes, of which `count` are readable; nil at the end. Valid until the next call.
    func look(_ count: Int) throws(BudgetError) -> UnsafeRawPointer? {
        if filled.count < count {
            guard filled.count + end - offset >= count else { return nil }
            if count > capacity {
                let other = UnsafeMutableRawPointer.allocate(byteCount: 2 * count, alignment: 16)
                other.copyMemory(from: buffer + filled.lowerBound, byteCount: filled.count)
                buffer.deallocate()
                (buffer, capacity) = (other, 2 * count)
            } else {
                memmove(buffer, buffer + filled.lowerBound, filled.count)
            }
            let more = min(capacity - filled.count, end - offset)
            try file.read(UnsafeMutableRawBufferPointer(start: buffer + filled.count, count: more), at: offset)
            offset += more
            filled = 0..<(filled.count + more)
        }
        return UnsafeRawPointer(buffer + filled.lowerBound)
    }

    func take(_ count: Int) { filled = (filled.lowerBound + count)..<filled.upperBound }
}
