import CLibrary

/// The directory of one table, found and opened; its files are yet to be read.
///
/// A path may lead to any of
///
///     state/                     current -> allocations/date=2026-11-21
///     state/allocations/         where `current` stands beside it
///     date=2026-11-21/           allocation.csv  manifest.json
///
/// Earlier versions had `current` in `allocations`, as `current -> date=2026-11-21`. There it counts as long as the state
/// directory has none.
///
/// A night may publish while a table is read. The directory is therefore opened once, and both files in it by that
/// descriptor: they belong together even when `current` moves on, or the directory is exchanged for another.
struct TableDirectory: ~Copyable {
    private let directory: FileDescriptor

    private static let attempts = 5

    /// The link that led here; nil when none did.
    let link: LinkVersion?

    /// Finds the directory that an opened one leads to: by `current` in it, beside it or in its `allocations`, or itself.
    init(in place: consuming FileDescriptor, link: LinkVersion?) throws(TableError) {
        let beside = try place.isNamed("allocations") ? ["../current"] : []
        for name in beside + ["current", "allocations/current"] {
            var current = try place.link(name)
            for attempt in 1...Self.attempts {
                guard let directory = try FileDescriptor.open(name, in: place) else { break }
                // A link that moved while it was followed is followed again: taken for the one before, it would lead to a table that
                // looks outdated. Where it never rests, it is taken for older than it is.
                let after = try place.link(name)
                guard after == current || attempt == Self.attempts else {
                    current = after
                    continue
                }
                self.directory = directory
                self.link = current
                return
            }
            // A link that leads nowhere is the one that counts all the same: another would lead to a table of earlier.
            if current != nil { break }
        }
        directory = place
        self.link = link
    }

    var path: String { directory.path }

    /// Reads the manifest.
    func manifest() throws(TableError) -> ManifestFile {
        guard let file = try FileDescriptor.open(AllocationFormat.manifestFile, in: directory) else {
            throw try hasTable() ? incomplete(missing: AllocationFormat.manifestFile) : noTable()
        }
        let bytes = try file.readAll(limit: AllocationFormat.largestManifest)
        return ManifestFile(
            manifest: try Manifest(json: bytes, file: file.path), digest: XXH64.hash(bytes), path: file.path)
    }

    /// Reads the table, and verifies its length and hash by its manifest.
    func files(_ manifest: ManifestFile) throws(TableError) -> TableFiles {
        guard let file = try FileDescriptor.open(AllocationFormat.tableFile, in: directory) else {
            throw incomplete(missing: AllocationFormat.tableFile)
        }
        let expected = manifest.manifest
        let remedy = "publish the table again, or roll back to an earlier one"
        guard expected.bytes <= AllocationFormat.largestTable else {
            throw TableError(
                .malformed, file: file.path, "over \(AllocationFormat.largestTable >> 20) MiB by its manifest",
                remedy: "split the table by platform into several")
        }
        // A table that is not all there yet is not read at all.
        var count = try file.byteCount()
        var table: [UInt8] = []
        if count == expected.bytes {
            table = try file.readAll(limit: AllocationFormat.largestTable)
            count = table.count
        }
        guard count == expected.bytes else {
            throw TableError(
                .unverified, file: file.path, "\(count) bytes where the manifest says \(expected.bytes)",
                remedy: remedy)
        }
        let hash = XXH64.hash(table)
        guard hash == expected.xxh64 else {
            throw TableError(
                .unverified, file: file.path,
                "xxh64 is \(XXH64.hexadecimal(hash)) where the manifest says \(XXH64.hexadecimal(expected.xxh64))",
                remedy: remedy)
        }
        return TableFiles(tablePath: file.path, table: table, manifest: manifest)
    }

    private func hasTable() throws(TableError) -> Bool {
        try FileDescriptor.open(AllocationFormat.tableFile, in: directory) != nil
    }

    private func noTable() -> TableError {
        TableError(
            .missing, file: path, "no allocation table here",
            remedy: "give a state directory, its allocations, one table's directory or a CSV, or publish a table first")
    }

    private func incomplete(missing name: String) -> TableError {
        TableError(
            .missing, file: path, "no \(name) beside the table's other file",
            remedy: name == AllocationFormat.manifestFile
                ? "publish the table again, or load \(AllocationFormat.tableFile) itself without verifying it"
                : "publish the table again, or roll back to an earlier one")
    }
}

/// A manifest as read.
struct ManifestFile {
    var manifest: Manifest
    /// XXH64 of its bytes, to know it again.
    var digest: UInt64
    var path: String
}

/// A symbolic link as it was once made: it is never changed, only replaced by another of its name.
struct LinkVersion: Equatable, Sendable {
    /// Nanoseconds since 1970.
    var time: Int64
    var number: UInt64

    /// Whether this link was made after another. Of one tick of the clock, the one that is seen later is.
    func isNewer(than other: LinkVersion) -> Bool {
        time > other.time || time == other.time && number != other.number
    }
}
