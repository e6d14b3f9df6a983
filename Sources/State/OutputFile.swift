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
        if FileSystem.exists(path), !FileSystem.isRegularFile(path) || OutputFile.isStandardOutput(path) {
            guard !FileSystem.isDirectory(path) else { throw FileError(path: path, operation: "write", code: EISDIR) }
            guard FileSystem.isWritable(path) else { throw FileError(path: path, operation: "write", code: EACCES) }
            self.path = path
            isReplaced = false
        } else {
            self.path = try OutputFile.target(of: path)
            isReplaced = true
            defer { discard() }
            try FileSystem.write([], to: temporary)
        }
    }

    /// - Throws: `FileError`; a file is then as it was.
    package func write(_ bytes: [UInt8]) throws(FileError) {
        guard isReplaced else { return try FileSystem.append(bytes, to: path) }
        // After the move there is none.
        defer { discard() }
        try FileSystem.write(bytes, to: temporary)
        try FileSystem.rename(temporary, to: path)
    }

    /// Begins to write part by part: the file stays as it was until ``replace()``. The writer's bytes must be synchronized first.
    package func begin() throws(FileError) -> FileWriter {
        try FileWriter(isReplaced ? temporary : path, appending: !isReplaced)
    }

    /// Puts what was written since ``begin()`` in place of the file.
    package func replace() throws(FileError) {
        if isReplaced { try FileSystem.rename(temporary, to: path) }
    }

    /// Removes what was begun and not put in place.
    package func abandon() {
        if isReplaced { discard() }
    }

    /// Beside the file, since nothing can be moved in one step between file systems; of each process its own.
    private var temporary: String { "\(path).\(ProcessInfo.processInfo.processIdentifier).new" }

    private func discard() { try? FileSystem.remove(temporary) }

    private static func isStandardOutput(_ path: String) -> Bool {
        FileSystem.identity(of: path).map { $0 == FileSystem.identity(of: "/dev/stdout") } ?? false
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
