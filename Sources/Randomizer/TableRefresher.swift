import CSV

/// Looks for a table to serve, and decides what may take the place of what.
///
/// - A table whose files do not agree with its manifest is refused: it is corrupt, or a network file system does not show
///   all of it yet. The next look may find it whole.
/// - A table of another pipeline than the first one's is refused.
/// - A table of an earlier day than the one in service is refused, unless the link that leads to it was made after the
///   link that led to the one in service. `sluice rollback` makes such a link; a network file system that shows an old
///   state of a directory, or a copy that puts old files in place, does not.
/// - The same day's table with other content is accepted: the day was run again.
///
/// Not for two threads at once.
struct TableRefresher {
    private struct Serving {
        var digest: UInt64
        var date: String
        var link: LinkVersion?
    }

    let path: String
    private var pipeline: String?
    private var serving: Serving?
    /// A manifest whose table is whole, but breaks the rules of the format: it need not be read again.
    private var broken: (digest: UInt64, error: TableError)?

    private static let attempts = 3

    /// `pipeline` is the only one whose tables are accepted; nil: that of the first table.
    init(path: String, pipeline: String?) {
        self.path = path
        self.pipeline = pipeline
    }

    /// Loads the table that lies at the path; nil when it is in service already.
    ///
    /// A publisher may take files away while they are read, so that the path is followed again at once.
    mutating func load() throws(TableError) -> TableStorage? {
        var attempt = 1
        while true {
            do throws(TableError) {
                return try loadOnce()
            } catch {
                guard attempt < Self.attempts, error.code == .missing else { throw error }
                attempt += 1
            }
        }
    }

    private mutating func loadOnce() throws(TableError) -> TableStorage? {
        let link = try FileDescriptor.link(path: path)
        let place = try FileDescriptor(path: path)
        guard try place.isDirectory() else {
            throw TableError(
                .unverified, file: path, "a bare CSV, which nothing verifies",
                remedy: "give the state directory, or the directory that has the table and its manifest")
        }
        let directory = try TableDirectory(in: place, link: link)
        let manifest = try directory.manifest()
        if serving?.digest == manifest.digest {
            serving?.link = directory.link
            return nil
        }
        try check(manifest, directory.link)
        if let broken, broken.digest == manifest.digest { throw broken.error }
        let files = try directory.files(manifest)
        let storage: TableStorage
        do throws(TableError) {
            storage = try AllocationTable.storage(files)
        } catch {
            broken = (manifest.digest, error)
            throw error
        }
        serving = Serving(digest: manifest.digest, date: storage.date, link: directory.link)
        pipeline = pipeline ?? manifest.manifest.pipeline
        return storage
    }

    private func check(_ file: ManifestFile, _ link: LinkVersion?) throws(TableError) {
        let manifest = file.manifest
        if let pipeline = pipeline, manifest.pipeline != pipeline {
            throw TableError(
                .otherPipeline, file: file.path,
                "the table is of pipeline '\(Quotation.bounded(manifest.pipeline ?? ""))', expected '\(pipeline)'",
                remedy: "publish each pipeline's tables into a state directory of its own")
        }
        guard let serving, manifest.date < serving.date else { return }
        if let link, let old = serving.link, link.isNewer(than: old) { return }
        throw TableError(
            .older, file: file.path, "the table is of \(manifest.date), older than that of \(serving.date) in service",
            remedy: "to serve it all the same, run 'sluice rollback', or make the link to it anew")
    }
}
