import CLibrary

/// A state directory that stands in for another one: runs on it write nothing to that.
///
/// Folders of days and tables are links to the ones they stand for, and are replaced as a whole by runs, never written into. The journal
/// is a copy. It goes with the instance.
package final class StateCopy {
    package let state: StateDirectory

    /// - Throws: `FileError` where the state cannot be read, or no temporary directory made.
    package init(of original: StateDirectory) throws(FileError) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/sluice-dry-run.XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { template -> String? in
            guard let start = template.baseAddress, let made = mkdtemp(start) else { return nil }
            return String(cString: made)
        }
        guard let made else { throw FileError(path: base, operation: "make a temporary directory in", code: errno) }
        state = StateDirectory(path: made)
        do throws(FileError) {
            try fill(from: original)
        } catch {
            try? FileSystem.remove(made)
            throw error
        }
    }

    deinit {
        try? FileSystem.remove(state.path)
    }

    private func fill(from original: StateDirectory) throws(FileError) {
        guard try FileSystem.isDirectory(original.path) else { return }
        for part in ["statistics", "allocations", "runs"] {
            let directory = "\(original.path)/\(part)"
            guard (try? FileSystem.isDirectory(directory)) == true, let whole = StateCopy.absolute(directory) else {
                continue
            }
            try FileSystem.createDirectory("\(state.path)/\(part)")
            for name in try FileSystem.list(directory) where name.hasPrefix("date=") || part == "runs" {
                guard !name.hasPrefix(".") else { continue }
                try FileSystem.createSymbolicLink("\(state.path)/\(part)/\(name)", to: "\(whole)/\(name)")
            }
        }
        let journal = original.allocations + "/served.csv"
        if try FileSystem.exists(journal) {
            try FileSystem.write(try FileSystem.read(journal), to: state.allocations + "/served.csv")
        }
        if let current = try original.currentDate() { try state.setCurrent(current) }
    }

    private static func absolute(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
