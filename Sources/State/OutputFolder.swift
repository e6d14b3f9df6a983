import CLibrary
import Essentials

/// Files that are written together into a folder: each is an ``OutputFile``, written beside its place and through to the disk, and
/// moved only when all are there. Who is killed before that leaves the old files as they were.
package final class OutputFolder {
    private let path: String
    private var files: [(name: String, file: OutputFile)] = []
    private var writers: [FileWriter] = []
    /// Whether the folder is this one's, and nothing has been moved into it.
    private var isNew: Bool

    /// Makes the folder where it is missing; it goes again when nothing comes to be written into it.
    ///
    /// - Parameter names: files that will be written, looked at before the work that fills them. They are moved in this order, and
    ///   others after them in the order in which they are begun.
    /// - Throws: `FileError` when one cannot be written.
    package init(_ path: String, names: [String] = []) throws(FileError) {
        self.path = path
        isNew = try !FileSystem.isDirectory(path)
        try FileSystem.createDirectory(path)
        for name in names { _ = try file(name) }
    }

    deinit {
        for (_, file) in files { file.abandon() }
        if isNew { rmdir(path) }
    }

    private func file(_ name: String) throws(FileError) -> OutputFile {
        if let known = files.first(where: { $0.name == name }) { return known.file }
        let file = try OutputFile("\(path)/\(name)")
        files.append((name, file))
        return file
    }

    /// Writes a whole file.
    package func write(_ bytes: [UInt8], to name: String) throws(FileError) {
        try begin(name).append(bytes)
    }

    /// Begins a file that is written part by part.
    package func begin(_ name: String) throws(FileError) -> FileWriter {
        let writer = try file(name).begin()
        writers.append(writer)
        return writer
    }

    /// Waits until all bytes are on the disk, then moves all files into place, one right after the other. All that were named must
    /// have been begun.
    package func commit() throws(FileError) {
        for writer in writers { try writer.synchronize() }
        isNew = false
        for (_, file) in files { try file.move() }
        for (_, file) in files { try file.synchronizeDirectory() }
        (files, writers) = ([], [])
        try FileSystem.synchronize(directory: path)
    }
}
