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

    /// - Throws: `FileError` when it cannot be written.
    package init(_ path: String) throws(FileError) {
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
