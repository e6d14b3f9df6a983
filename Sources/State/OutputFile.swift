import CLibrary
import Essentials

/// A file that is named on the command line to be written, and looked at before the work that fills it.
///
/// A file is replaced whole or not at all, since somebody may be reading it, behind whatever links lead to it. What is no
/// file, such as a pipe, a terminal or another device, is written to as it is; so is the file that standard output goes to.
package struct OutputFile: Sendable {
    /// Without links, when it is replaced.
    private let path: String
    private let isReplaced: Bool

    /// - Parameter inputs: files that the command reads, which are not replaced by what it writes.
    /// - Throws: `FileError` when it cannot be written, and where the file is an input or one of a state's own.
    package init(_ path: String, besides inputs: [String] = []) throws(FileError) {
        for input in inputs {
            guard let own = try FileSystem.identity(of: path), try FileSystem.identity(of: input) == own else {
                continue
            }
            throw FileError(
                path: path, operation: "write", code: EEXIST,
                problem: "it is the \(input) that is read; name another file")
        }
        if try OutputFile.isWrittenTo(path) {
            guard try !FileSystem.isDirectory(path) else {
                throw FileError(path: path, operation: "write", code: EISDIR)
            }
            guard FileSystem.isWritable(path) else { throw FileError(path: path, operation: "write", code: EACCES) }
            self.path = path
            isReplaced = false
        } else {
            self.path = try OutputFile.target(of: path)
            isReplaced = true
            if let state = try OutputFile.state(around: self.path) {
                throw FileError(
                    path: path, operation: "write", code: EPERM,
                    problem:
                        "it lies among the files of the state \(state), which are written by nights alone; name another place"
                )
            }
            try Temporaries.removeLeftovers(of: FileSystem.name(of: self.path), in: FileSystem.parent(of: self.path))
            defer { discard() }
            do throws(FileError) {
                try FileSystem.write([], to: temporary)
            } catch {
                // Who named the file knows nothing of the one beside it.
                throw FileError(path: path, operation: "write", code: error.code, problem: error.problem)
            }
        }
    }

    /// - Throws: `FileError`; a file is then as it was.
    package func write(_ bytes: [UInt8]) throws(FileError) {
        guard isReplaced else { return try FileSystem.append(bytes, to: path) }
        // After the move there is none.
        defer { discard() }
        try FileSystem.write(bytes, to: temporary)
        try replace()
    }

    /// Begins to write part by part: the file stays as it was until ``replace()``. The writer's bytes must be synchronized first,
    /// unless whoever reads the file notices that some are missing.
    package func begin() throws(FileError) -> FileWriter {
        try FileWriter(isReplaced ? temporary : path, appending: !isReplaced)
    }

    /// Puts what was written since ``begin()`` in place of the file.
    package func replace() throws(FileError) {
        try move()
        try synchronizeDirectory()
    }

    /// The first half of ``replace()``: readers see the new file, and a machine that loses its power may forget it until the second.
    package func move() throws(FileError) {
        if isReplaced { try FileSystem.rename(temporary, to: path) }
    }

    /// The second half of ``replace()``.
    package func synchronizeDirectory() throws(FileError) {
        if isReplaced { try FileSystem.synchronize(directory: FileSystem.parent(of: path)) }
    }

    /// Removes what was begun and not put in place.
    package func abandon() {
        if isReplaced { discard() }
    }

    /// Beside the file, since nothing can be moved in one step between file systems; of each process its own.
    var temporary: String {
        FileSystem.parent(of: path) + "/" + Temporaries.name(for: FileSystem.name(of: path))
    }

    private func discard() { try? FileSystem.remove(temporary) }

    /// Whether something is there that is not replaced: no file, or the one that standard output goes to.
    private static func isWrittenTo(_ path: String) throws(FileError) -> Bool {
        guard try FileSystem.exists(path) else { return false }
        guard try FileSystem.isRegularFile(path) else { return true }
        return try isStandardOutput(path)
    }

    private static func isStandardOutput(_ path: String) throws(FileError) -> Bool {
        guard let own = try FileSystem.identity(of: path) else { return false }
        // Without standard output nothing is it.
        return (try? FileSystem.identity(of: "/dev/stdout")) == own
    }

    /// The state directory of whose own files a path would be one; nil: it is none of a state's.
    private static func state(around path: String) throws(FileError) -> String? {
        guard let resolved = realpath(FileSystem.parent(of: path), nil) else { return nil }
        defer { free(resolved) }
        var folder = String(cString: resolved)
        if ["current", ".lock"].contains(FileSystem.name(of: path)), try FileSystem.exists(folder + "/.lock") {
            return folder
        }
        while folder != "/", !folder.isEmpty {
            let parent = FileSystem.parent(of: folder)
            if ["statistics", "allocations", "runs"].contains(FileSystem.name(of: folder)),
                try FileSystem.exists(parent + "/.lock")
            {
                return parent
            }
            folder = parent
        }
        return nil
    }

    /// Follows links to the path that they lead to, whether there is something or not.
    private static func target(of path: String) throws(FileError) -> String {
        var target = path
        // As many as Linux follows.
        for _ in 0..<40 {
            guard let next = try FileSystem.symbolicLink(target) else { return target }
            target = next.hasPrefix("/") ? next : FileSystem.parent(of: target) + "/" + next
        }
        throw FileError(path: path, operation: "open", code: ELOOP)
    }
}
