import CSystem
import CLibrary

/// A file or directory that could not be read, written or moved.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    package var path: String
    /// What was tried, as a verb: "open", "write".
    package var operation: String
    /// The errno.
    package var code: Int32

    package init(path: String, operation: String, code: Int32) {
        self.path = path
        self.operation = operation
        self.code = code
    }

    package var description: String {
        "\(path): cannot \(operation): \(String(cString: strerror(code)))\(remedy)"
    }

    /// Whether there is no such file.
    package var isMissing: Bool { code == ENOENT }

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
package enum FileSystem {
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
        defer { close(descriptor) }
        var status = stat()
        let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 1)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { CLibrary.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(path: path, operation: "read", code: errno)
            }
            bytes.append(contentsOf: chunk[0..<count])
        }
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
        if isDirectory(path) { return }
        let parent = parent(of: path)
        if parent != path && parent != "" { try createDirectory(parent) }
        guard mkdir(path, 0o755) == 0 || (errno == EEXIST && isDirectory(path)) else {
            throw FileError(path: path, operation: "create the directory", code: errno)
        }
    }

    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a path, its links followed, names a file that is no directory, pipe or device.
    package static func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    package static func isWritable(_ path: String) -> Bool {
        access(path, W_OK) == 0
    }

    /// The bytes of a file; 0 when it has none or cannot be looked at.
    package static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// What tells a file from all others on the machine, whatever its path; nil when it cannot be looked at.
    package static func identity(of path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// The names in a directory, in byte order; none when it does not exist.
    package static func list(_ path: String) throws(FileError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw FileError(path: path, operation: "list", code: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Renames; what `target` named is replaced if the system can do that in one step.
    package static func rename(_ source: String, to target: String) throws(FileError) {
        guard CLibrary.rename(source, target) == 0 else {
            throw FileError(path: target, operation: "move into place", code: errno)
        }
    }

    /// Swaps what two paths name in one step; false when the file system cannot.
    package static func exchange(_ first: String, _ second: String) throws(FileError) -> Bool {
        if csystem_exchange(first, second) == 0 { return true }
        if errno == ENOSYS || errno == EINVAL || errno == ENOTSUP { return false }
        throw FileError(path: second, operation: "replace", code: errno)
    }

    /// Cuts a file off after its first bytes, and waits until that is on the disk.
    package static func truncate(_ path: String, to count: Int) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(count)) == 0, fsync(descriptor) == 0 else {
            throw FileError(path: path, operation: "cut short", code: errno)
        }
    }

    /// Makes the names in a directory durable.
    package static func synchronize(directory: String) throws(FileError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: directory, operation: "open", code: errno) }
        defer { close(descriptor) }
        // Some network file systems have no fsync for directories.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw FileError(path: directory, operation: "write to the disk", code: errno)
        }
    }

    /// Removes a file, or a directory with the files in it.
    package static func remove(_ path: String) throws(FileError) {
        if isDirectory(path), !isSymbolicLink(path) {
            for name in try list(path) { try remove(path + "/" + name) }
            guard rmdir(path) == 0 || errno == ENOENT else {
                throw FileError(path: path, operation: "remove", code: errno)
            }
        } else {
            guard unlink(path) == 0 || errno == ENOENT else {
                throw FileError(path: path, operation: "remove", code: errno)
            }
        }
    }

    private static func isSymbolicLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// What a symbolic link names; nil when there is none, or something else is there.
    package static func symbolicLink(_ path: String) throws(FileError) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { raw in
            readlink(path, raw.bindMemory(to: CChar.self).baseAddress.unsafelyUnwrapped, raw.count)
        }
        guard count >= 0 else {
            if errno == ENOENT || errno == ENOTDIR || errno == EINVAL { return nil }
            throw FileError(path: path, operation: "follow", code: errno)
        }
        return String(decoding: buffer[0..<count], as: UTF8.self)
    }

    package static func createSymbolicLink(_ path: String, to target: String) throws(FileError) {
        guard symlink(target, path) == 0 else { throw FileError(path: path, operation: "link", code: errno) }
    }

    /// Gives a file a second name; false when the name is taken.
    package static func createHardLink(_ path: String, to file: String) throws(FileError) -> Bool {
        if link(file, path) == 0 { return true }
        guard errno == EEXIST else { throw FileError(path: path, operation: "create", code: errno) }
        return false
    }

    /// The last part of a path.
    package static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The paths a pattern of the shell (`*`, `?`, `[…]`) matches, in byte order; a path without pattern if it exists.
    package static func glob(_ pattern: String) throws(FileError) -> [String] {
        var matches = glob_t()
        defer { globfree(&matches) }
        // A directory that does not exist holds no match; one that cannot be listed is an error, not a night without logs.
        let stops: @convention(c) (UnsafePointer<CChar>?, Int32) -> Int32 = { _, code in
            code == ENOENT || code == ENOTDIR ? 0 : 1
        }
        let status = CLibrary.glob(pattern, 0, stops, &matches)
        if status == GLOB_NOMATCH { return [] }
        guard status == 0 else { throw FileError(path: pattern, operation: "list", code: errno == 0 ? EIO : errno) }
        let paths = (0..<Int(matches.gl_pathc)).compactMap { index in
            matches.gl_pathv[index].map { String(cString: $0) }
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
