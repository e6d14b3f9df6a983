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

    /// The descriptor of one that the program was started with: given on purpose, whatever it is.
    var givenDescriptor: Int32? {
        guard case .path(let path) = self else { return 0 }
        if path == "/dev/stdin" { return 0 }
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
            let number = path.dropFirst(folder.count)
            if number.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(number) { return number }
        }
        return nil
    }

    /// Whether it can be read once only, as what comes through a pipe.
    package var isGivenDescriptor: Bool { givenDescriptor != nil }
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
    /// A pipe or a device in place of a file is refused without waiting for who writes to it: a night would wait without end.
    /// Standard input and descriptors that the program was given (`/dev/fd/N`) may be what they like.
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
        let opened: Int32
        if let given = file.givenDescriptor {
            opened = given == 0 ? 0 : uninterrupted { dup(given) }
        } else {
            // Without waiting for who writes to a pipe; a file is read the same.
            let path = file.name
            opened = uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        }
        guard opened >= 0 else {
            // What a socket in place of a file answers.
            let problem = errno == ENXIO ? LogError.Problem.notAFile("a socket") : .system(.open, code: errno)
            throw LogError(file: name, problem: problem)
        }
        var status = stat()
        var problem: LogError.Problem?
        if uninterrupted({ fstat(opened, &status) }) != 0 {
            problem = .system(.open, code: errno)
        } else if !file.isGivenDescriptor, let kind = ReadableFile.kind(of: status) {
            problem = .notAFile(kind)
        }
        if let problem {
            if opened > 2 { close(opened) }
            throw LogError(file: name, problem: problem)
        }
        descriptor = opened
        size = Int64(status.st_size)
        // A descriptor that was given may be a file that somebody has read from already, and some files of the system have no size
        // before they are read: both are taken as streams. The latter can be opened again.
        let isFile = status.st_mode & S_IFMT == S_IFREG && !file.isGivenDescriptor
        isRegular = isFile && size > 0
        copy = isFile ? nil : spool?.newCopy(of: file)
    }

    /// What something is that is neither a file nor, which reading says, a directory.
    private static func kind(of status: stat) -> String? {
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFDIR: nil
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    deinit {
        if descriptor > 2 { close(descriptor) }
    }

    /// Reads what comes next, at least one byte; 0 at the end.
    func read(into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) -> Int {
        let count = uninterrupted { CLibrary.read(descriptor, memory.baseAddress, memory.count) }
        guard count >= 0 else { throw LogError(file: name, problem: .system(.read, code: errno)) }
        copy?.append(UnsafeRawBufferPointer(start: memory.baseAddress, count: count))
        return count
    }

    /// Fills `memory` with the bytes at `offset`, whatever was read before.
    func read(at offset: Int64, into memory: UnsafeMutableBufferPointer<UInt8>) throws(LogError) {
        var done = 0
        while done < memory.count {
            let count = uninterrupted {
                pread(
                    descriptor, memory.baseAddress.map { $0 + done }, memory.count - done, off_t(offset) + off_t(done))
            }
            guard count >= 0 else { throw LogError(file: name, problem: .system(.read, code: errno)) }
            guard count > 0 else { throw LogError(file: name, problem: .shrank(offset: offset + Int64(done))) }
            done += count
        }
    }
}
