import CLibrary
import CSV
package import Domain
import Randomizer

/// The journal of what served: `allocations/served.csv`, a line whenever `current` moves, or the table that it leads to is
/// written anew with other bytes.
///
///     since,date,xxh64
///     2026-11-20T01:30:04Z,2026-11-20,8a3f…
///     2026-11-21T01:31:10Z,2026-11-21,02bd…
///
/// A line is on the disk before anybody can see the table that it tells of. So a crash leaves one of two things: a last line
/// that is torn, or one whose table is not the one that `current` leads to. Either way the table of before went on serving.
/// ``mend(_:)`` takes a torn line out, and corrects the other by a line with the same `since`, which takes its place.
/// Lines that were written are never changed.
package struct ServingJournal: Sendable {
    /// What a crash left, and was set right.
    package enum Mending: Equatable, Sendable {
        /// The text of the line.
        case tornLine(String)
        /// The journal said that one table serves, and `current` leads to the other.
        case correctedLine(recorded: ServingHistory.Entry, serving: ServingHistory.Entry)
    }

    private static let columns = ["since", "date", "xxh64"]

    package let path: String
    /// The lines, oldest first.
    package private(set) var entries: [ServingHistory.Entry] = []
    /// Bytes of the whole lines, and the text of what follows them.
    private var wholeBytes = 0
    private var tornLine: String?

    /// Reads the journal of a state directory; one that is missing has no lines.
    package init(_ state: StateDirectory) throws(StateError) {
        try self.init(path: state.allocations + "/served.csv", mayBeMissing: true)
    }

    /// Reads a journal that was copied elsewhere.
    package init(path: String) throws(StateError) {
        try self.init(path: path, mayBeMissing: false)
    }

    private init(path: String, mayBeMissing: Bool) throws(StateError) {
        self.path = path
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileSystem.read(path)
        } catch {
            guard mayBeMissing, error.isMissing else { throw .file(error) }
            return
        }
        wholeBytes = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if wholeBytes < bytes.count { tornLine = String(decoding: bytes[wholeBytes...], as: UTF8.self) }
        guard wholeBytes > 0 else { return }
        do throws(InputFileError) {
            var table = try InputTable(Array(bytes[..<wholeBytes]), file: path, columns: ServingJournal.columns)
            while try table.next() { entries.append(try ServingJournal.entry(of: table)) }
        } catch {
            throw .journal(error)
        }
    }

    private static func entry(of table: InputTable) throws(InputFileError) -> ServingHistory.Entry {
        guard let since = RFC3339.seconds(table.text(0)) else {
            throw table.fault(0, expected: "an instant like 2026-11-20T01:30:00Z")
        }
        guard let date = CalendarDate(table.text(1)) else { throw table.fault(1, expected: "a date like 2026-11-20") }
        let digest = table.text(2)
        guard digest.utf8.count == 16, digest.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw table.fault(2, expected: "16 hexadecimal digits")
        }
        return ServingHistory.Entry(since: since, table: date, digest: digest.lowercased())
    }

    /// Which table served when.
    package var history: ServingHistory { ServingHistory(entries) }

    /// Notes that a table serves from an instant on, in seconds since the epoch, unless that is what the last line says.
    /// On return the line is on the disk. Only for who holds the lock, after ``mend(_:)``.
    package mutating func record(_ table: CalendarDate, digest: String, at instant: Int64) throws(FileError) {
        if let last = entries.last, last.table == table, last.digest == digest { return }
        try append(ServingHistory.Entry(since: instant, table: table, digest: digest))
    }

    /// Sets right what a crash left. Only for who holds the lock.
    package mutating func mend(_ state: StateDirectory) throws(FileError) -> [Mending] {
        var mendings: [Mending] = []
        if let torn = tornLine {
            try FileSystem.truncate(path, to: wholeBytes)
            tornLine = nil
            mendings.append(.tornLine(torn))
        }
        guard let last = entries.last, let current = try state.currentDate(),
            let digest = try ServingJournal.digest(ofTableIn: state.allocation(on: current)),
            last.table != current || last.digest != digest
        else { return mendings }
        let entry = ServingHistory.Entry(since: last.since, table: current, digest: digest)
        try append(entry)
        mendings.append(.correctedLine(recorded: last, serving: entry))
        return mendings
    }

    /// The digest of a table; nil for one that is not as its manifest says, which nobody serves.
    private static func digest(ofTableIn directory: String) throws(FileError) -> String? {
        do throws(FileError) {
            let table = try FileSystem.read(directory + "/" + AllocationFormat.tableFile)
            let file = directory + "/" + AllocationFormat.manifestFile
            let bytes = try FileSystem.read(file)
            let manifest = try? Manifest(json: bytes, file: file)
            let hash = XXH64.hash(table)
            return manifest?.xxh64 == hash ? XXH64.hexadecimal(hash) : nil
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    private mutating func append(_ entry: ServingHistory.Entry) throws(FileError) {
        var writer = CSVWriter()
        if wholeBytes == 0 { writer.write(ServingJournal.columns) }
        writer.write([RFC3339.text(entry.since), entry.table.description, entry.digest])
        try FileSystem.createDirectory(FileSystem.parent(of: path))
        let isNew = wholeBytes == 0
        let file = try FileWriter(path, appending: !isNew)
        try file.append(writer.bytes)
        try file.synchronize()
        if isNew { try FileSystem.synchronize(directory: FileSystem.parent(of: path)) }
        wholeBytes += writer.bytes.count
        entries.append(entry)
    }
}
