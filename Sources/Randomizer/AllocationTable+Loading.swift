extension AllocationTable {
    /// Loads a table from a state directory, an `allocations` directory, one table's directory, or a bare CSV file.
    ///
    /// A directory's table is verified by its manifest: format, length, hash, rows, date. A bare CSV has nothing to be
    /// verified with, but keeps all rules of the format: one date, plain shares that sum to 1 in each group, no arm
    /// twice, a group `*` in every experiment; rows may be in any order, and columns that serving does not need are
    /// skipped. Safe beside a night that publishes: the table is the old one or the new one.
    public init(path: String) throws(TableError) {
        let files = try TableFiles.read(path: path)
        try self.init(csv: files.table, file: files.tablePath, manifest: files.manifest, files.manifestPath)
    }

    /// Loads a table from the bytes of its CSV. `file` is its name in errors.
    public init(csv: [UInt8], file: String = "allocation.csv") throws(TableError) {
        try self.init(csv: csv, file: file, manifest: nil, "")
    }

    private init(csv: [UInt8], file: String, manifest: Manifest?, _ manifestPath: String) throws(TableError) {
        let builder = try TableBuilder(csv: csv, file: file)
        if let manifest, manifest.rows != builder.rowCount {
            throw TableError(
                .unverified, file: manifestPath, "rows is \(manifest.rows) where the table has \(builder.rowCount)",
                remedy: "publish the table again")
        }
        let storage = try builder.build(manifest)
        if let manifest, manifest.date != storage.date {
            throw TableError(
                .unverified, file: manifestPath, "date is \(manifest.date) where the table's rows say \(storage.date)",
                remedy: "publish the table again")
        }
        self.init(storage: storage)
    }
}
