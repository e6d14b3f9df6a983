import CLibrary

/// An open file or directory, closed when it goes out of scope.
struct FileDescriptor: ~Copyable {
    private let number: Int32
    /// The path that led here, for errors.
    let path: String

    /// Opens a path for reading.
    init(path: String) throws(TableError) {
        self.path = path
        number = systemOpen(path)
        guard number >= 0 else { throw FileDescriptor.error(path) }
    }

    /// Opens a name in a directory for reading. The directory is the one opened, wherever its path leads by now.
    init(_ name: String, in directory: borrowing FileDescriptor) throws(TableError) {
        path = directory.path.hasSuffix("/") ? directory.path + name : directory.path + "/" + name
        let parent = directory.number
        // Without waiting for somebody who writes to a pipe.
        number = uninterrupted { openat(parent, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard number >= 0 else { throw FileDescriptor.error(path) }
    }

    /// Opens a name in a directory; nil when there is none.
    static func open(
        _ name: String, in directory: borrowing FileDescriptor
    ) throws(TableError) -> FileDescriptor? {
        do throws(TableError) {
            return try FileDescriptor(name, in: directory)
        } catch {
            guard error.code == .missing else { throw error }
            return nil
        }
    }

    /// Whether the directory is what its parent has under a name, whatever path led here.
    func isNamed(_ name: String) throws(TableError) -> Bool {
        let own = try status()
        guard
            let named = try FileDescriptor.look(
                "\(path)/../\(name)", { [number] in fstatat(number, "../" + name, &$0, 0) })
        else {
            return false
        }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Looks at what has a name; nil when nothing has it.
    private static func look(_ path: String, _ call: (inout stat) -> Int32) throws(TableError) -> stat? {
        var status = stat()
        if uninterrupted({ call(&status) }) == 0 { return status }
        guard errno == ENOENT || errno == ENOTDIR else { throw error(path) }
        return nil
    }

    /// The symbolic link of a name in the directory; nil when there is none.
    func link(_ name: String) throws(TableError) -> LinkVersion? {
        try FileDescriptor.look("\(path)/\(name)") { [number] in fstatat(number, name, &$0, AT_SYMLINK_NOFOLLOW) }
            .flatMap { LinkVersion($0) }
    }

    /// The symbolic link that a path itself is; nil when it is none.
    static func link(path: String) throws(TableError) -> LinkVersion? {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let name = String(path)
        return try look(name) { lstat(name, &$0) }.flatMap { LinkVersion($0) }
    }

    deinit {
        if number >= 0 { close(number) }
    }

    func isDirectory() throws(TableError) -> Bool {
        try status().st_mode & S_IFMT == S_IFDIR
    }

    func byteCount() throws(TableError) -> Int {
        Int(try status().st_size)
    }

    /// Reads to the end of the file. Throws for more bytes than a limit, and for what is no file: reading a pipe or a device may never end.
    func readAll(limit: Int) throws(TableError) -> [UInt8] {
        let status = try status()
        guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
            throw TableError(
                .unreadable, file: path, "a pipe, a socket or a device, where a file is expected",
                remedy: "move it away",
                systemError: EINVAL)
        }
        let expected = Int(status.st_size)
        guard expected <= limit else { throw tooLarge(limit) }
        // One byte more than the file has shows its end without another buffer.
        var result = try read(atMost: max(expected, 0) + 1)
        while true {
            let chunk = try read(atMost: 1 << 20)
            guard !chunk.isEmpty else { return result }
            result.append(contentsOf: chunk)
            guard result.count <= limit else { throw tooLarge(limit) }
        }
    }

    /// Reads until `count` bytes have come or the file ends.
    private func read(atMost count: Int) throws(TableError) -> [UInt8] {
        var failure: Int32 = 0
        let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            while filled < count {
                let taken = CLibrary.read(number, base + filled, count - filled)
                if taken > 0 {
                    filled += taken
                } else if taken == 0 {
                    return
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw FileDescriptor.error(path, failure) }
        return result
    }

    private func status() throws(TableError) -> stat {
        var status = stat()
        guard uninterrupted({ fstat(number, &status) }) == 0 else { throw FileDescriptor.error(path) }
        return status
    }

    private func tooLarge(_ limit: Int) -> TableError {
        TableError(
            .malformed, file: path, "over \(limit >> 20) MiB", remedy: "split the table by platform into several")
    }

    private static func error(_ path: String, _ number: Int32 = errno) -> TableError {
        TableError(
            number == ENOENT ? .missing : .unreadable, file: path, String(cString: strerror(number)),
            remedy: number == ENOENT
                ? "check the path, or publish a table there first" : "check the path and its permissions",
            systemError: number)
    }
}

/// The C library's `open`, which a method of the same name would hide.
private func systemOpen(_ path: String) -> Int32 {
    uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
}

extension LinkVersion {
    /// The version of a symbolic link; nil of anything else.
    fileprivate init?(_ status: stat) {
        guard status.st_mode & S_IFMT == S_IFLNK else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        self.init(time: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec), number: UInt64(status.st_ino))
    }
}
