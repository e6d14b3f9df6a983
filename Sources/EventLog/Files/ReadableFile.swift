import CLibrary

/// A file of the log.
package enum LogFile: Hashable, Sendable {
    case path(String)
    case standardInput

    package var name: String {
        switch self {
        case .path(let path): path
        case .standardInput: "standard input"
        }
    }
}

/// A log file that has been opened: its descriptor, closed with it.
final class ReadableFile: Sendable {
    let name: String
    /// Whether it has a size and can be read at any offset.
    let isRegular: Bool
    /// In bytes, when it was opened; of a pipe without meaning.
    let size: Int64
    private let descriptor: Int32
    /// Where what is read of a stream is kept.
    private let copy: StreamCopy?

    /// Opens a file; a stream that `spool` has a copy of is read from that.
    ///
    /// - Parameter name: what it is called, where that is not its own name.
    init(_ file: LogFile, name: String? = nil, spool: StreamSpool? = nil) throws(LogError) {
        let name = name ?? file.name
        self.name = name
        if let copy = spool?.existingCopy(of: file) {
            // The stream itself is at its end, and opening a pipe again would wait for another writer.
            descriptor = try copy.reopened(name: name)
            (size, isRegular, self.copy) = (0, false, nil)
            return
        }
        switch file {
        case .standardInput: descriptor = 0
        case .path(let path): descriptor = open(path, O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw LogError(file: name, problem: .system(.open, code: errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            if descriptor > 2 { close(descriptor) }
            throw LogError(file: name, problem: .system(.open, code: code))
        }
        size = Int64(status.st_size)
        // Standard input may be a file that somebody has read from already, and some files of the system have no size
        // before they are read: both are taken as streams. The latter can be opened again.
        let isFile = status.st_mode & S_IFMT == S_IFREG && file != .standardInput
        isRegular = isFile && size > 0
        copy = isFile ? nil : spool?.newCopy(of: file)
    }

    deinit {
        if descriptor > 2 { close(descriptor) }
    }

    /// Reads what comes next, at least one byte; 0 at the end.
    func read(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        while true {
            let count = CLibrary.read(descriptor, memory.baseAddress, memory.count)
            if count >= 0 {
                copy?.append(UnsafeRawBufferPointer(start: memory.baseAddress, count: count))
                return count
            }
            if errno != EINTR { throw LogError(file: name, problem: .system(.read, code: errno)) }
        }
    }

    /// Fills `memory` with the bytes at `offset`, whatever was read before.
    func read(at offset: Int64, into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) {
        var done = 0
        while done < memory.count {
            let count = pread(
                descriptor, memory.baseAddress.map { $0 + done }, memory.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw LogError(file: name, problem: .system(.read, code: errno))
            }
            guard count > 0 else { throw LogError(file: name, problem: .shrank(offset: offset + Int64(done))) }
            done += count
        }
    }
}
