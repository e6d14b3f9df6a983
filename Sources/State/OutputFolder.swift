import CLibrary
import Essentials

/// Files that are written together into a folder: each is an ``OutputFile``, written beside its place and through to the disk, and
/// moved only when all are there. Who is killed before that leaves the old files as they were.
///
/// They are moved in one step, where that can be: a folder with them and with what else was in the old one changes places with it.
/// Otherwise, where the folder holds other folders, say, one is moved right after the other.
package final class OutputFolder {
    private let path: String
    private var files: [(name: String, file: OutputFile)] = []
    private var writers: [FileWriter] = []
    /// Whether the folder is this one's, and nothing has been moved into it.
    private var isNew: Bool
    /// Files that the command reads.
    private let inputs: [String]

    /// Makes the folder where it is missing; it goes again when nothing comes to be written into it.
    ///
    /// - Parameter names: files that will be written, looked at before the work that fills them. They are moved in this order, and
    ///   others after them in the order in which they are begun.
    /// - Parameter inputs: files that the command reads, which are not replaced by what it writes.
    /// - Throws: `FileError` when one cannot be written.
    package init(_ path: String, names: [String] = [], besides inputs: [String] = []) throws(FileError) {
        self.path = path
        self.inputs = inputs
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
        let file = try OutputFile("\(path)/\(name)", besides: inputs)
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

    /// Waits until all bytes are on the disk, then moves all files into place. All that were named must have been begun.
    package func commit() throws(FileError) {
        for writer in writers { try writer.synchronize() }
        if try !moveTogether() {
            for (_, file) in files { try file.move() }
            for (_, file) in files { try file.synchronizeDirectory() }
        }
        isNew = false
        (files, writers) = ([], [])
        try FileSystem.synchronize(directory: path)
    }

    /// Moves several files in one step; false when that cannot be here, and nothing has changed.
    private func moveTogether() throws(FileError) -> Bool {
        let (name, parent) = (FileSystem.name(of: path), FileSystem.parent(of: path))
        guard files.count > 1, !["", ".", ".."].contains(name), try FileSystem.isReplaceableDirectory(path),
            files.allSatisfy({ FileSystem.parent(of: $0.file.temporary) == path })
        else { return false }
        try Temporaries.removeLeftovers(of: name, in: parent)
        let next = parent + "/" + Temporaries.name(for: name)
        var isMoved = false
        defer { if !isMoved { try? FileSystem.remove(next) } }
        guard try FileSystem.createDirectory(next, withModeOf: path) else { return false }
        let own = Set(files.flatMap { [$0.name, FileSystem.name(of: $0.file.temporary)] })
        for other in try FileSystem.list(path) where !own.contains(other) {
            guard try FileSystem.linkWherePossible(next + "/" + other, to: path + "/" + other) else { return false }
        }
        for (name, file) in files {
            guard try FileSystem.linkWherePossible(next + "/" + name, to: file.temporary) else { return false }
        }
        try FileSystem.synchronize(directory: next)
        guard try FileSystem.exchange(next, path) else { return false }
        isMoved = true
        try FileSystem.synchronize(directory: parent)
        // It is the old one now.
        try FileSystem.remove(next)
        return true
    }
}
