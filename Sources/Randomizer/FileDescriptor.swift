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
        number = openat(directory.number, name, O_RDONLY | O_CLOEXEC)
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
    func isNamed(_ name: String) -> Bool {
        var own = stat()
        var named = stat()
        return fstat(number, &own) == 0 && fstatat(number, "../" + name, &named, 0) == 0
            && own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// The symbolic link of a name in the directory; nil when there is none.
    func link(_ name: String) -> LinkVersion? {
        var status = stat()
        guard fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return LinkVersion(status)
    }

    /// The symbolic link that a path itself is; nil when it is none.
    static func link(path: String) -> LinkVersion? {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        var status = stat()
        guard lstat(String(path), &status) == 0 else { return nil }
        return LinkVersion(status)
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

    /// Reads to the end of the file. Throws for more than 4 GiB, the most that a table may hold.
    func readAll() throws(TableError) -> [UInt8] {
        let expected = Int(try status().st_size)
        // One byte more than the file has shows its end without another buffer.
        var result = try read(atMost: max(expected, 0) + 1)
        while true {
            let chunk = try read(atMost: 1 << 20)
            guard !chunk.isEmpty else { return result }
            result.append(contentsOf: chunk)
            guard result.count < UInt32.max else { throw tooLarge }
        }
    }

    /// Reads until `count` bytes have come or the file ends.
    private func read(atMost count: Int) throws(TableError) -> [UInt8] {
        guard count <= Int(UInt32.max) else { throw tooLarge }
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
        guard fstat(number, &status) == 0 else { throw FileDescriptor.error(path) }
        return status
    }

    private var tooLarge: TableError {
        TableError(.malformed, file: path, "over 4 GiB", remedy: "split the table by platform into several")
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
    open(path, O_RDONLY | O_CLOEXEC)
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
