import Allocation
import CSV
package import Domain
import Randomizer

/// The directory that holds all a pipeline has learned and published.
///
///     state/
///       statistics/date=2026-11-20/statistics.csv  quality.json  [bots.csv]
///       allocations/date=2026-11-21/allocation.csv  manifest.json
///       allocations/served.csv
///       current -> allocations/date=2026-11-21
///       runs/2026-11-20T01-30-00Z.json
///       .lock
///
/// `current` stands outside of `allocations`, so that a glob over the tables reads each once. Earlier versions had it in there,
/// where it is still read as long as there is none at the top; the next move of `current` takes it away.
package struct StateDirectory: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var statistics: String { path + "/statistics" }
    package var allocations: String { path + "/allocations" }
    package var current: String { path + "/current" }
    /// Where earlier versions kept `current`.
    package var earlierCurrent: String { allocations + "/current" }

    package func statistics(on date: CalendarDate) -> String { "\(statistics)/date=\(date)" }
    package func allocation(on date: CalendarDate) -> String { "\(allocations)/date=\(date)" }

    /// The dates that have statistics, oldest first.
    package func statisticsDates() throws(FileError) -> [CalendarDate] { try dates(in: statistics) }

    /// The dates that have a table, oldest first.
    package func allocationDates() throws(FileError) -> [CalendarDate] { try dates(in: allocations) }

    private func dates(in directory: String) throws(FileError) -> [CalendarDate] {
        try FileSystem.list(directory).compactMap { name in
            name.hasPrefix("date=") ? CalendarDate(name.dropFirst(5)) : nil
        }.sorted()
    }

    /// The date of the table that is served; nil when none is.
    package func currentDate() throws(FileError) -> CalendarDate? {
        let target: Substring
        if let link = try FileSystem.symbolicLink(current) {
            guard link.hasPrefix("allocations/") else { return nil }
            target = link.dropFirst("allocations/".count)
        } else if let link = try FileSystem.symbolicLink(earlierCurrent) {
            target = link[...]
        } else {
            return nil
        }
        guard target.hasPrefix("date="), let date = CalendarDate(target.dropFirst(5)),
            try FileSystem.isDirectory(allocation(on: date))
        else { return nil }
        return date
    }

    /// Points `current` at the table of a date, in one step. The link of an earlier version is removed once the new one is on
    /// the disk: a crash in between leaves both, of which the new one counts, and the next call removes the other.
    package func setCurrent(_ date: CalendarDate) throws(FileError) {
        let target = "allocations/date=\(date)"
        if try FileSystem.symbolicLink(current) != target {
            let temporary = path + "/.current.tmp"
            try FileSystem.remove(temporary)
            try FileSystem.createSymbolicLink(temporary, to: target)
            try FileSystem.rename(temporary, to: current)
            try FileSystem.synchronize(directory: path)
        }
        if try FileSystem.symbolicLink(earlierCurrent) != nil {
            try FileSystem.remove(earlierCurrent)
            try FileSystem.synchronize(directory: allocations)
        }
    }

    /// Removes what a run that was killed left unfinished. Only for who holds the lock.
    package func removeLeftovers() throws(FileError) {
        // Records of runs are no results: a place that has none, or cannot be listed, stops no run.
        let records = (try? FileSystem.isDirectory(path + "/runs")) == true ? [path + "/runs"] : []
        for directory in [path, statistics, allocations] + records {
            for name in try FileSystem.list(directory) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
                try FileSystem.remove(directory + "/" + name)
            }
        }
    }

    /// Puts a directory with these files in place of `directory`, in one step: whoever looks sees the old or the new one.
    ///
    /// Nothing is written when the files are there already, byte for byte.
    /// - Returns: whether anything was written.
    @discardableResult
    package func publish(_ files: [(name: String, bytes: [UInt8])], as directory: String) throws(FileError) -> Bool {
        if try holds(files, directory) { return false }
        let parent = FileSystem.parent(of: directory)
        let temporary = parent + "/.\(FileSystem.name(of: directory)).tmp"
        try FileSystem.createDirectory(parent)
        try FileSystem.remove(temporary)
        try FileSystem.createDirectory(temporary)
        let writers = try files.map { file throws(FileError) in
            let writer = try FileWriter(temporary + "/" + file.name)
            try writer.append(file.bytes)
            return writer
        }
        for writer in writers { try writer.synchronize() }
        try FileSystem.synchronize(directory: temporary)
        if try !FileSystem.exists(directory) {
            try FileSystem.rename(temporary, to: directory)
        } else if try FileSystem.exchange(temporary, directory) {
            try FileSystem.synchronize(directory: parent)
            try FileSystem.remove(temporary)
        } else {
            // File systems that cannot exchange (NFS): file by file, the manifest last. A reader in between finds a
            // checksum that does not match, and keeps what it has.
            for file in files { try FileSystem.rename(temporary + "/" + file.name, to: directory + "/" + file.name) }
            let names = Set(files.map(\.name))
            for name in try FileSystem.list(directory) where !names.contains(name) {
                try FileSystem.remove(directory + "/" + name)
            }
            try FileSystem.remove(temporary)
        }
        try FileSystem.synchronize(directory: parent)
        return true
    }

    /// Removes a folder of a date, or a record: first from where anybody looks, in one step, then from the disk. What a crash leaves in
    /// between goes with ``removeLeftovers()``. Only for who holds the lock.
    package func discard(_ path: String) throws(FileError) {
        let parent = FileSystem.parent(of: path)
        let temporary = "\(parent)/.\(FileSystem.name(of: path)).tmp"
        try FileSystem.remove(temporary)
        try FileSystem.rename(path, to: temporary)
        try FileSystem.synchronize(directory: parent)
        try FileSystem.remove(temporary)
    }

    private func holds(_ files: [(name: String, bytes: [UInt8])], _ directory: String) throws(FileError) -> Bool {
        guard try FileSystem.list(directory) == files.map(\.name).sorted() else { return false }
        for file in files where try FileSystem.read(directory + "/" + file.name) != file.bytes { return false }
        return true
    }
}
