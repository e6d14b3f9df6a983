import CLibrary

/// Names of files that are written beside the place they will be moved to, of each process its own.
///
/// A process that is killed leaves its file behind. Whoever writes the same place next takes it away: the name says whose it is.
enum Temporaries {
    private static let ending = ".new"

    /// The name of this process's file for a place of a name.
    static func name(for name: String) -> String { prefix(name) + "\(getpid())" + ending }

    private static func prefix(_ name: String) -> String { ".\(name)." }

    /// Removes what processes that are no more left for a place. A folder that may not be listed keeps what it has.
    static func removeLeftovers(of name: String, in folder: String) throws(FileError) {
        let names: [String]
        do throws(FileError) {
            names = try FileSystem.list(folder)
        } catch {
            guard error.code == EACCES else { throw error }
            return
        }
        // Versions before wrote files without a dot.
        for start in [prefix(name), String(prefix(name).dropFirst())] {
            for found in names where found.hasPrefix(start) && found.hasSuffix(ending) {
                guard let process = pid_t(found.dropFirst(start.utf8.count).dropLast(ending.utf8.count)), process > 0,
                    process != getpid(), kill(process, 0) != 0, errno == ESRCH
                else { continue }
                try FileSystem.remove(folder + "/" + found)
            }
        }
    }
}
