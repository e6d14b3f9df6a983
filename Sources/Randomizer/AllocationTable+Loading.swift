extension AllocationTable {
    /// Loads a table from a state directory, an `allocations` directory, one table's directory, or a bare CSV file.
    ///
    /// A directory's table is verified by its manifest: format, length, hash, rows, date. A bare CSV has nothing to be
    /// verified with, but keeps all rules of the format: one date, plain shares that sum to 1 in each group, no arm
    /// twice, a group `*` in every experiment; rows may be in any order, and columns that serving does not need are
    /// skipped. Safe beside a night that publishes: the table is the old one or the new one.
    public init(path: String) throws(TableError) {
        self.init(storage: try AllocationTable.storage(try TableFiles.read(path: path)))
    }

    /// Loads a table from the bytes of its CSV. `file` is its name in errors.
    public init(csv: [UInt8], file: String = "allocation.csv") throws(TableError) {
        self.init(storage: try AllocationTable.storage(TableFiles(tablePath: file, table: csv, manifest: nil)))
    }

    static func storage(_ files: consuming TableFiles) throws(TableError) -> TableStorage {
        let described = files.manifest
        // Only a manifest tells a table in which nothing may be shown from one that was cut short.
        let builder = try TableBuilder(
            csv: files.table, file: files.tablePath, mayBeEmpty: described?.manifest.rows == 0)
        if let described, described.manifest.rows != builder.rowCount {
            throw unverified(described, "rows is \(described.manifest.rows) where the table has \(builder.rowCount)")
        }
        let storage = try builder.build(described?.manifest)
        if let described, described.manifest.date != storage.date {
            throw unverified(
                described, "date is \(described.manifest.date) where the table's rows say \(storage.date)")
        }
        return storage
    }

    private static func unverified(_ manifest: ManifestFile, _ problem: String) -> TableError {
        TableError(.unverified, file: manifest.path, problem, remedy: "publish the table again")
    }
}
