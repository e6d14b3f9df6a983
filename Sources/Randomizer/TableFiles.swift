#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of one table, as they lie on disk.
///
/// A path may lead to any of
///
///     state/                     allocations/current -> date=2026-11-21
///     allocations/               current -> date=2026-11-21
///     date=2026-11-21/           allocation.csv  manifest.json
///     allocation.csv             by itself: nothing to verify it with
///
/// A night may publish while a table is read. The directory is therefore opened once, and both files in it by that
/// descriptor: they belong together even when `current` moves on, or the directory is exchanged for another. When a file
/// has gone from under the descriptor, or does not match, the path is followed again.
struct TableFiles {
    var tablePath: String
    var table: [UInt8]
    /// Nil for a bare CSV.
    var manifest: Manifest?
    var manifestPath: String

    private static let attempts = 5
    private static let pauseInMicroseconds: UInt32 = 10_000

    /// Reads the table that a path leads to, and verifies its length and hash where it has a manifest.
    static func read(path: String) throws(TableError) -> TableFiles {
        var attempt = 1
        while true {
            do throws(TableError) {
                return try TableFiles(path: path)
            } catch {
                guard attempt < attempts, error.code == .missing || error.code == .unverified else { throw error }
                attempt += 1
                usleep(pauseInMicroseconds)
            }
        }
    }

    private init(path: String) throws(TableError) {
        let place = try FileDescriptor(path: path)
        guard try place.isDirectory() else {
            self.init(tablePath: path, table: try place.readAll(), manifest: nil, manifestPath: "")
            return
        }
        for name in ["current", "allocations/current"] {
            if let current = try TableFiles.open(name, in: place) {
                try self.init(tableDirectory: current)
                return
            }
        }
        try self.init(tableDirectory: place)
    }

    private init(tableDirectory directory: borrowing FileDescriptor) throws(TableError) {
        let tableFile = try TableFiles.open(AllocationFormat.tableFile, in: directory)
        let manifestFile = try TableFiles.open(AllocationFormat.manifestFile, in: directory)
        guard let tableFile else {
            if manifestFile == nil { throw TableFiles.noTable(directory.path) }
            throw TableFiles.incomplete(directory.path, missing: AllocationFormat.tableFile)
        }
        guard let manifestFile else {
            throw TableFiles.incomplete(directory.path, missing: AllocationFormat.manifestFile)
        }
        let manifest = try Manifest(json: try manifestFile.readAll(), file: manifestFile.path)
        let table = try tableFile.readAll()
        try TableFiles.verify(table, against: manifest, file: tableFile.path)
        self.init(tablePath: tableFile.path, table: table, manifest: manifest, manifestPath: manifestFile.path)
    }

    private init(tablePath: String, table: [UInt8], manifest: Manifest?, manifestPath: String) {
        self.tablePath = tablePath
        self.table = table
        self.manifest = manifest
        self.manifestPath = manifestPath
    }

    /// Opens a name in a directory; nil when there is none.
    private static func open(
        _ name: String, in directory: borrowing FileDescriptor
    ) throws(TableError) -> FileDescriptor? {
        do throws(TableError) {
            return try FileDescriptor(name, in: directory)
        } catch {
            guard error.code == .missing else { throw error }
            return nil
        }
    }

    private static func verify(_ table: [UInt8], against manifest: Manifest, file: String) throws(TableError) {
        let remedy = "publish the table again, or roll back to an earlier one"
        guard table.count == manifest.bytes else {
            throw TableError(
                .unverified, file: file, "\(table.count) bytes where the manifest says \(manifest.bytes)",
                remedy: remedy)
        }
        let hash = XXH64.hash(table)
        guard hash == manifest.xxh64 else {
            throw TableError(
                .unverified, file: file,
                "xxh64 is \(XXH64.hexadecimal(hash)) where the manifest says \(XXH64.hexadecimal(manifest.xxh64))",
                remedy: remedy)
        }
    }

    private static func noTable(_ path: String) -> TableError {
        TableError(
            .missing, file: path, "no allocation table here",
            remedy: "give a state directory, its allocations, one table's directory or a CSV, or publish a table first")
    }

    private static func incomplete(_ path: String, missing name: String) -> TableError {
        TableError(
            .missing, file: path, "no \(name) beside the table's other file",
            remedy: name == AllocationFormat.manifestFile
                ? "publish the table again, or load \(AllocationFormat.tableFile) itself without verifying it"
                : "publish the table again, or roll back to an earlier one")
    }
}
