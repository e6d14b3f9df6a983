import CLibrary

/// The bytes of one table, as they lie on disk: of a `TableDirectory`, or of a bare CSV, which nothing verifies.
struct TableFiles {
    var tablePath: String
    var table: [UInt8]
    /// Nil for a bare CSV.
    var manifest: ManifestFile?

    private static let attempts = 5
    private static let pauseInMicroseconds: UInt32 = 10_000

    /// Reads the table that a path leads to, and verifies its length and hash where it has a manifest.
    ///
    /// When a file has gone from under the descriptor, or does not match, the path is followed again.
    static func read(path: String) throws(TableError) -> TableFiles {
        var attempt = 1
        while true {
            do throws(TableError) {
                let place = try FileDescriptor(path: path)
                guard try place.isDirectory() else {
                    return TableFiles(
                        tablePath: path, table: try place.readAll(limit: AllocationFormat.largestTable), manifest: nil)
                }
                let directory = try TableDirectory(in: place, link: nil)
                return try directory.files(try directory.manifest())
            } catch {
                guard attempt < attempts, error.code == .missing || error.code == .unverified else { throw error }
                attempt += 1
                usleep(pauseInMicroseconds)
            }
        }
    }
}
