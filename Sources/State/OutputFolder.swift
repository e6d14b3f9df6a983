import CLibrary
import Essentials

/// Files that are written together into a folder: each into a temporary file beside its place and through to the disk, and moved
/// only when all are there. Who is killed before that leaves the old files as they were.
package final class OutputFolder {
    private let path: String
    private var names: [String] = []

    /// Makes the folder where it is missing.
    package init(_ path: String) throws(FileError) {
        self.path = path
        try FileSystem.createDirectory(path)
    }

    deinit {
        for name in names { try? FileSystem.remove(temporary(name)) }
    }

    /// Writes a whole file.
    package func write(_ bytes: [UInt8], to name: String) throws(FileError) {
        let writer = try begin(name)
        try writer.append(bytes)
        try writer.synchronize()
    }

    /// Begins a file that is written part by part; whoever does so synchronizes it at the end.
    package func begin(_ name: String) throws(FileError) -> FileWriter {
        guard try !FileSystem.isDirectory("\(path)/\(name)") else {
            throw FileError(path: "\(path)/\(name)", operation: "write", code: EISDIR)
        }
        try Temporaries.removeLeftovers(of: name, in: path)
        names.append(name)
        return try FileWriter(temporary(name))
    }

    /// Moves all files into place.
    package func commit() throws(FileError) {
        for name in names { try FileSystem.rename(temporary(name), to: "\(path)/\(name)") }
        names = []
        try FileSystem.synchronize(directory: path)
    }

    private func temporary(_ name: String) -> String {
        "\(path)/\(Temporaries.name(for: name))"
    }
}
