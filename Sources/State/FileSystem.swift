import CSystem
import CLibrary

/// A file or directory that could not be read, written or moved.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    package var path: String
    /// What was tried, as a verb: "open", "write".
    package var operation: String
    /// The errno.
    package var code: Int32
    /// What is wrong where the system has no word for it; nil where `code` says it.
    package var problem: String?

    package init(path: String, operation: String, code: Int32, problem: String? = nil) {
        self.path = path
        self.operation = operation
        self.code = code
        self.problem = problem
    }

    package var description: String {
        "\(path): cannot \(operation): \(problem ?? String(cString: strerror(code)))\(remedy)"
    }

    /// Whether there is no such file.
    package var isMissing: Bool { code == ENOENT }

    /// Whether the path is at fault, or what is there: nothing, a directory, a device, or what may not be read. Everything else, such as
    /// an I/O error, too many open files or no memory, says nothing about them and may be gone at the next try.
    package var isOfPath: Bool {
        [ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, EFBIG, EINVAL].contains(code)
    }

    private var remedy: String {
        switch code {
        case ENOENT: "; check the path"
        case EACCES, EPERM, EROFS: "; check the owner and permissions"
        case ENOSPC, EDQUOT: "; make room on the file system and run again"
        case EISDIR: "; a file is expected here: move the directory away"
        case ENOTDIR, EEXIST: "; a directory is expected here: move the file away"
        default: "; look at what is at this path and at its file system"
        }
    }
}

/// A file by device and number there.
package struct FileIdentity: Hashable, Sendable {
    var device: UInt64
    var number: UInt64
}

/// Files as the job needs them: read whole, written through to the disk, listed in byte order.
///
/// That nothing is at a path, and that it could not be looked at, are two things: the second is always an error.
package enum FileSystem {
    /// The most bytes that a file which is read whole may have.
    package static let largest: Int64 = 4 << 30

    /// Reads a file. A pipe or a device is refused, for reading one may never end; but for a pipe that is one of the program's own
    /// descriptors, such as `/dev/stdin`.
    ///
    /// - Parameter limit: the most bytes that it may have.
    package static func read(_ path: String, limit: Int64 = largest) throws(FileError) -> [UInt8] {
        // Without waiting for somebody who writes to a pipe; a file is read the same.
        let descriptor = uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard uninterrupted({ fstat(descriptor, &status) }) == 0 else {
            throw FileError(path: path, operation: "examine", code: errno)
        }
        try refuseOthers(status, path)
        let tooLarge = FileError(path: path, operation: "read", code: EFBIG, problem: "over \(limit >> 20) MiB")
        guard status.st_size <= limit else { throw tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size) + 1)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = uninterrupted {
                chunk.withUnsafeMutableBytes { CLibrary.read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return bytes }
            if count < 0 {
                guard errno == EAGAIN, status.st_mode & S_IFMT == S_IFIFO else {
                    throw FileError(path: path, operation: "read", code: errno)
                }
                var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&wait, 1, -1)
                continue
            }
            bytes.append(contentsOf: chunk[0..<count])
            guard bytes.count <= limit else { throw tooLarge }
        }
    }

    /// Throws for what is neither a file nor a pipe that the program was given; a directory is left to the reading.
    private static func refuseOthers(_ status: stat, _ path: String) throws(FileError) {
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFREG, kind != S_IFDIR else { return }
        let isOwn = path.hasPrefix("/dev/") || path.hasPrefix("/proc/self/fd/")
        if isOwn, kind == S_IFIFO || kind == S_IFSOCK { return }
        let name = kind == S_IFIFO ? "a pipe" : kind == S_IFSOCK ? "a socket" : "a device"
        throw FileError(path: path, operation: "read", code: EINVAL, problem: "it is \(name), where a file is expected")
    }

    /// Creates or replaces a file and waits until its bytes are on the disk.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let writer = try FileWriter(path)
        try writer.append(bytes)
        try writer.synchronize()
    }

    /// Writes to the end of what is there: a file, a pipe, a terminal or another device.
    package static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        try FileWriter(path, appending: true).append(bytes)
    }

    /// Creates a directory and those above it where they are missing.
    package static func createDirectory(_ path: String) throws(FileError) {
        if try isDirectory(path) { return }
        let parent = parent(of: path)
        if parent != path && parent != "" { try createDirectory(parent) }
        guard uninterrupted({ mkdir(path, 0o755) }) == 0 else {
            let code = errno
            if code == EEXIST, try isDirectory(path) { return }
            throw FileError(path: path, operation: "create the directory", code: code)
        }
    }

    /// What a path leads to, its links followed; nil when there is nothing.
    private static func status(of path: String) throws(FileError) -> stat? {
        var status = stat()
        if uninterrupted({ stat(path, &status) }) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError(path: path, operation: "examine", code: errno)
    }

    private static func isOf(_ kind: mode_t, _ path: String) throws(FileError) -> Bool {
        try status(of: path).map { $0.st_mode & S_IFMT == kind } ?? false
    }

    package static func isDirectory(_ path: String) throws(FileError) -> Bool { try isOf(S_IFDIR, path) }

    /// Throws for a named pipe: opening it would wait for somebody who reads.
    package static func refusePipe(_ path: String) throws(FileError) {
        guard try isOf(S_IFIFO, path) else { return }
        throw FileError(path: path, operation: "write", code: EINVAL, problem: "this is a pipe; give a file")
    }

    /// Whether a path, its links followed, names a file that is no directory, pipe or device.
    package static func isRegularFile(_ path: String) throws(FileError) -> Bool { try isOf(S_IFREG, path) }

    package static func isWritable(_ path: String) -> Bool {
        uninterrupted { access(path, W_OK) } == 0
    }

    /// The bytes of a file; 0 when it has none or is not there.
    package static func size(of path: String) throws(FileError) -> Int64 {
        try status(of: path).map { Int64($0.st_size) } ?? 0
    }

    /// What tells a file from all others on the machine, whatever its path; nil when nothing is there.
    package static func identity(of path: String) throws(FileError) -> FileIdentity? {
        try status(of: path).map { FileIdentity(device: UInt64($0.st_dev), number: UInt64($0.st_ino)) }
    }

    /// Whether something is at a path, its links followed. That it cannot be told is an error, never "no".
    package static func exists(_ path: String) throws(FileError) -> Bool { try status(of: path) != nil }

    /// The names in a directory, in byte order; none when it does not exist.
    package static func list(_ path: String) throws(FileError) -> [String] {
        var opened = opendir(path)
        while opened == nil, errno == EINTR { opened = opendir(path) }
        guard let directory = opened else {
            if errno == ENOENT { return [] }
            throw FileError(path: path, operation: "list", code: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                guard errno == 0 else { throw FileError(path: path, operation: "list", code: errno) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Renames; what `target` named is replaced if the system can do that in one step.
    package static func rename(_ source: String, to target: String) throws(FileError) {
        guard uninterrupted({ CLibrary.rename(source, target) }) == 0 else {
            throw FileError(path: target, operation: "move into place", code: errno)
        }
    }

    /// Swaps what two paths name in one step; false when the file system cannot.
    package static func exchange(_ first: String, _ second: String) throws(FileError) -> Bool {
        if uninterrupted({ csystem_exchange(first, second) }) == 0 { return true }
        if errno == ENOSYS || errno == EINVAL || errno == ENOTSUP { return false }
        throw FileError(path: second, operation: "replace", code: errno)
    }

    /// Cuts a file off after its first bytes, and waits until that is on the disk.
    package static func truncate(_ path: String, to count: Int) throws(FileError) {
        let descriptor = uninterrupted { open(path, O_WRONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
        defer { close(descriptor) }
        guard uninterrupted({ ftruncate(descriptor, off_t(count)) }) == 0, uninterrupted({ fsync(descriptor) }) == 0
        else {
            throw FileError(path: path, operation: "cut short", code: errno)
        }
    }

    /// Makes the names in a directory durable.
    package static func synchronize(directory: String) throws(FileError) {
        let descriptor = uninterrupted { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileError(path: directory, operation: "open", code: errno) }
        defer { close(descriptor) }
        // Some network file systems have no fsync for directories.
        guard uninterrupted({ fsync(descriptor) }) == 0 || errno == EINVAL else {
            throw FileError(path: directory, operation: "write to the disk", code: errno)
        }
    }

    /// Removes a file, or a directory with the files in it.
    package static func remove(_ path: String) throws(FileError) {
        if try isOwnDirectory(path) {
            for name in try list(path) { try remove(path + "/" + name) }
            guard uninterrupted({ rmdir(path) }) == 0 || errno == ENOENT else {
                throw FileError(path: path, operation: "remove", code: errno)
            }
        } else {
            guard uninterrupted({ unlink(path) }) == 0 || errno == ENOENT else {
                throw FileError(path: path, operation: "remove", code: errno)
            }
        }
    }

    /// Whether a path itself is a directory, and no link to one.
    static func isOwnDirectory(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        if uninterrupted({ lstat(path, &status) }) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw FileError(path: path, operation: "examine", code: errno)
    }

    /// What a symbolic link names; nil when there is none, or something else is there.
    package static func symbolicLink(_ path: String) throws(FileError) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = uninterrupted {
            buffer.withUnsafeMutableBytes { raw in
                readlink(path, raw.bindMemory(to: CChar.self).baseAddress.unsafelyUnwrapped, raw.count)
            }
        }
        guard count >= 0 else {
            if errno == ENOENT || errno == ENOTDIR || errno == EINVAL { return nil }
            throw FileError(path: path, operation: "follow", code: errno)
        }
        return String(decoding: buffer[0..<count], as: UTF8.self)
    }

    package static func createSymbolicLink(_ path: String, to target: String) throws(FileError) {
        guard uninterrupted({ symlink(target, path) }) == 0 else {
            throw FileError(path: path, operation: "link", code: errno)
        }
    }

    /// Gives a file a second name; false when the name is taken.
    package static func createHardLink(_ path: String, to file: String) throws(FileError) -> Bool {
        if uninterrupted({ link(file, path) }) == 0 { return true }
        guard errno == EEXIST else { throw FileError(path: path, operation: "create", code: errno) }
        return false
    }

    /// Gives a file a second name; false where that cannot be: it is a directory, of a file system without links, or another's.
    static func linkWherePossible(_ path: String, to file: String) throws(FileError) -> Bool {
        do throws(FileError) {
            return try createHardLink(path, to: file)
        } catch {
            guard [EPERM, EACCES, EXDEV, EMLINK, ENOSYS, ENOTSUP].contains(error.code) else { throw error }
            return false
        }
    }

    /// Whether a path itself is a directory of this user, which another may stand in for.
    static func isReplaceableDirectory(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        guard uninterrupted({ lstat(path, &status) }) == 0 else {
            throw FileError(path: path, operation: "examine", code: errno)
        }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
    }

    /// Makes a directory with the permissions and the group of another; false where that is not allowed.
    static func createDirectory(_ path: String, withModeOf other: String) throws(FileError) -> Bool {
        guard let status = try status(of: other) else { return false }
        guard uninterrupted({ mkdir(path, 0o700) }) == 0 else {
            if [EPERM, EACCES, EROFS].contains(errno) { return false }
            throw FileError(path: path, operation: "create the directory", code: errno)
        }
        return uninterrupted({ chown(path, uid_t.max, status.st_gid) }) == 0
            && uninterrupted({ chmod(path, status.st_mode & 0o7777) }) == 0
    }

    /// The last part of a path.
    package static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
