package import Domain
package import Allocation
import Randomizer
import Synchronization

/// Which share each arm had of the visitors that a table served, by the archived tables `allocations/date=…`.
///
/// A table is read when it is first asked for, and kept. Shares are those by which visitors were sent: where a table was
/// written anew after it had served, they are gone, and asking for them is an error rather than a wrong number.
package final class ServedShares: Sendable {
    /// An arm of a group.
    package struct Arm: Equatable, Sendable {
        package var variant: Name
        /// In millionths of the group's visitors.
        package var traffic: Int
        package var status: ArmStatus
    }

    /// The rows of a table that serve a segment's visitors.
    package struct Group: Equatable, Sendable {
        /// The segment that the rows are of: the visitors' own, or `*`.
        package var segment: Name
        /// In byte order of their variants.
        package var arms: [Arm]

        /// An arm's share in millionths; nil for one that the table does not have.
        package func share(_ variant: Name) -> Int? { arms.first { $0.variant == variant }?.traffic }
    }

    private typealias Table = [SlotKey: [Name: Group]]

    private let state: StateDirectory
    /// By table, the digests that the journal has of it.
    private let digests: [CalendarDate: Set<String>]
    private let tables = Mutex<[CalendarDate: Result<Table, ServedSharesError>]>([:])

    /// - Parameter history: what served, by the journal.
    package init(_ state: StateDirectory, history: ServingHistory) {
        self.state = state
        digests = Dictionary(grouping: history.entries, by: \.table).mapValues { Set($0.map(\.digest)) }
    }

    /// The rows by which a table serves a segment: its own, or everyone's; nil when it leaves the experiment out.
    package func group(
        table date: CalendarDate, slot: SlotKey, segment: Name
    ) throws(ServedSharesError) -> Group? {
        let groups = try table(date)[slot]
        return groups?[segment] ?? groups?[.everyone]
    }

    /// All row groups of an experiment in a table, by segment; none when the table leaves it out.
    package func groups(table date: CalendarDate, slot: SlotKey) throws(ServedSharesError) -> [Name: Group] {
        try table(date)[slot] ?? [:]
    }

    /// An arm's share in millionths, by the rows that serve its segment; nil for one that the table does not have.
    package func share(table date: CalendarDate, _ key: ArmKey) throws(ServedSharesError) -> Int? {
        try group(table: date, slot: key.slotKey, segment: key.segment)?.share(key.variant)
    }

    /// What was wrong with tables that were asked for, by their dates.
    package var faults: [ServedSharesError] {
        tables.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { _, result in
            if case .failure(let error) = result { error } else { nil }
        }
    }

    private func table(_ date: CalendarDate) throws(ServedSharesError) -> Table {
        if let known = tables.withLock({ $0[date] }) { return try known.get() }
        let result = Result { () throws(ServedSharesError) in try read(date) }
        tables.withLock { $0[date] = result }
        return try result.get()
    }

    private func read(_ date: CalendarDate) throws(ServedSharesError) -> Table {
        let directory = state.allocation(on: date)
        let path = directory + "/" + AllocationFormat.tableFile
        let bytes: [UInt8]
        let rows: [AllocationRow]
        do {
            // By the loader that serves, so that no damaged table passes.
            _ = try AllocationTable(path: directory)
            bytes = try FileSystem.read(path)
            rows = try AllocationFile.rows(bytes, file: path)
        } catch let error as FileError where !error.isOfPath {
            throw .unreadable(error)
        } catch let error as TableError where error.code == .unreadable {
            let fault = FileError(path: error.file, operation: "read", code: error.systemError)
            throw fault.isOfPath ? .damaged(table: date, problem: "\(error)") : .unreadable(fault)
        } catch {
            let isThere: Bool
            do throws(FileError) {
                isThere = try FileSystem.exists(directory)
            } catch {
                throw .unreadable(error)
            }
            throw isThere ? .damaged(table: date, problem: "\(error)") : .missing(table: date, path: directory)
        }
        let digest = XXH64.hexadecimal(XXH64.hash(bytes))
        if let served = digests[date], served != [digest] { throw .replaced(table: date, path: path) }
        var table: Table = [:]
        for row in rows {
            let arm = Arm(variant: row.key.variant, traffic: row.traffic, status: row.status)
            table[row.key.slotKey, default: [:]][
                row.key.segment, default: Group(segment: row.key.segment, arms: [])
            ].arms.append(arm)
        }
        return table.mapValues { groups in
            groups.mapValues { Group(segment: $0.segment, arms: $0.arms.sorted { $0.variant < $1.variant }) }
        }
    }
}

/// Why the shares of a table cannot be known.
package enum ServedSharesError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing(table: CalendarDate, path: String)
    case damaged(table: CalendarDate, problem: String)
    /// The table is not, or not only, the one that served.
    case replaced(table: CalendarDate, path: String)
    /// The system could not read the table: that says nothing about it, and the next try may.
    case unreadable(FileError)

    package var description: String {
        switch self {
        case .missing(let table, let path):
            "\(path): the table of \(table) is not there any more; put its folder back from a backup"
        case .damaged(let table, let problem):
            "the table of \(table) is damaged: \(problem); restore it from a backup, which keeps the shares that served"
        case .unreadable(let error): error.description
        case .replaced(let table, let path):
            "\(path): the table of \(table) was written anew after it had served, so that the shares of before are gone; "
                + "nothing can be done, and only these visitors are left out of the check"
        }
    }
}
