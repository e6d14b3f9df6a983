import Allocation
import CSV
package import Domain
import Essentials
package import Learning
import Randomizer
package import State

/// What a state directory holds of past days: the statistics of a range of dates, and the tables that served.
package struct StateEvidence: Sendable {
    /// What stops the reading.
    package enum Failure: Error, CustomStringConvertible {
        case state(StateError)
        case statistics(InputFileError)
        case shares(ServedSharesError)
        case overflow(CalendarDate)

        package var description: String {
            switch self {
            case .state(let error): error.description
            case .statistics(let error):
                "\(error); the file was changed or damaged since it was written: run its day again, or leave the day out "
                    + "with --skip-damaged"
            case .shares(let error): "\(error); --skip-damaged leaves the visitors of that table out"
            case .overflow(let date): "\(date): \(CountOverflow())"
            }
        }
    }

    package struct Options: Sendable {
        /// Nil: all.
        package var dates: ClosedRange<CalendarDate>?
        /// Whether to leave out days whose conversions may still come.
        package var onlyMature = false
        /// Whether what is damaged is left out, and counted, instead of stopping everything.
        package var skipsDamaged = false

        package init() {}
    }

    private let state: StateDirectory
    private var options: Options
    private let served: ServedShares
    private let tableDates: [CalendarDate]
    /// Rows of every date that has statistics, those outside of the range too: settings learn from them.
    private var rows: [SlotKey: [DailyRow]] = [:]
    private var damagedDays: Set<CalendarDate> = []
    private var youngDays: Set<CalendarDate> = []
    /// Days of the range on which over 1 % of the units saw several variants.
    package private(set) var mixedDays: [CalendarDate] = []

    /// Reads all statistics of the directory.
    package init(_ state: StateDirectory, options: Options) throws(Failure) {
        self.state = state
        self.options = options
        do throws(StateError) {
            served = ServedShares(state, history: try ServingJournal(state).history)
        } catch {
            throw .state(error)
        }
        tableDates = try StateEvidence.files { () throws(FileError) in try state.allocationDates() }
        for date in try StateEvidence.files({ () throws(FileError) in try state.statisticsDates() }) { try read(date) }
    }

    /// Takes the statistics as they were read; of the directory only tables are read, when they are asked for.
    package init(_ state: StateDirectory, rows: [SlotKey: [DailyRow]], options: Options) throws(Failure) {
        self.state = state
        self.options = options
        self.rows = rows
        do throws(StateError) {
            served = ServedShares(state, history: try ServingJournal(state).history)
        } catch {
            throw .state(error)
        }
        tableDates = try StateEvidence.files { () throws(FileError) in try state.allocationDates() }
    }

    /// The same with other options; tables that were read stay known.
    package func limited(_ options: Options) -> StateEvidence {
        var limited = self
        limited.options = options
        return limited
    }

    private static func files<Value>(_ body: () throws(FileError) -> Value) throws(Failure) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw .state(.file(error))
        }
    }

    /// What was wrong with tables that were asked for so far, those that are left out too.
    package var faults: [ServedSharesError] { served.faults }

    /// The experiments that have statistics or tables, in byte order.
    package var experiments: [SlotKey] { rows.keys.sorted() }

    private mutating func read(_ date: CalendarDate) throws(Failure) {
        let path = state.statistics(on: date) + "/statistics.csv"
        guard try StateEvidence.files({ () throws(FileError) in try FileSystem.exists(path) }) else { return }
        let bytes = try StateEvidence.files { () throws(FileError) in try FileSystem.read(path) }
        do throws(CSVError) {
            let read = try StatisticsFile.rows(bytes)
            if let index = read.firstIndex(where: { $0.date != date }) {
                throw CSVError(
                    line: index + 2,
                    problem: .value(column: "date", text: "\(read[index].date)", expected: "\(date), the folder's"))
            }
            for row in read { rows[row.key.slotKey, default: []].append(row) }
        } catch {
            guard options.skipsDamaged else { throw .statistics(InputFileError(file: path, error)) }
            if isInRange(date) { damagedDays.insert(date) }
            return
        }
        guard isInRange(date) else { return }
        // Without a quality file nothing is known against the day.
        struct Quality: Decodable {
            var mature: Bool?
            var units: Int64?
            var mixedUnits: Int64?
        }
        let file = state.statistics(on: date) + "/quality.json"
        guard try StateEvidence.files({ () throws(FileError) in try FileSystem.exists(file) }) else { return }
        let qualityBytes = try StateEvidence.files { () throws(FileError) in try FileSystem.read(file) }
        guard let quality = try? JSONFile.value(Quality.self, qualityBytes) else { return }
        if quality.mature == false { youngDays.insert(date) }
        if let units = quality.units, let mixed = quality.mixedUnits, Double(mixed) > 0.01 * Double(units) {
            mixedDays.append(date)
        }
    }

    private func isInRange(_ date: CalendarDate) -> Bool { options.dates?.contains(date) ?? true }

    /// An experiment's visitors of the range, joined with the tables that served them.
    package func log(
        of slot: SlotKey, reward: Reward, handover: DailyJoin.HandoverChoice
    ) throws(Failure) -> (log: LoggedExperiment, archive: TableArchive) {
        var omissions = LoggedExperiment.Omissions()
        var own = (rows[slot] ?? []).filter { isInRange($0.date) }
        if options.onlyMature {
            let young = youngDays.intersection(own.map(\.date))
            omissions.youngDays = young.count
            own.removeAll { young.contains($0.date) }
        }
        var tables: [ServedTable] = []
        var damaged: Set<CalendarDate> = []
        for date in needed(by: own) {
            do throws(ServedSharesError) {
                tables.append(try table(date, slot))
            } catch {
                guard options.skipsDamaged else { throw .shares(error) }
                damaged.insert(date)
            }
        }
        if !damaged.isEmpty {
            let lost = own.filter { damaged.contains($0.table ?? inForce($0.date) ?? $0.date) }
            omissions.damagedDays = Set(lost.map(\.date)).count
            own.removeAll { damaged.contains($0.table ?? inForce($0.date) ?? $0.date) }
        }
        omissions.damagedDays += damagedDays.count
        let archive = TableArchive(tables)
        do throws(CountOverflow) {
            let join = DailyJoin(key: slot, archive: archive, reward: reward)
            return (try join.joined(own, handover: handover, omissions: omissions), archive)
        } catch {
            throw .overflow(own.last?.date ?? CalendarDate(dayNumber: 0))
        }
    }

    /// The dates of the tables that rows may have been served by.
    private func needed(by rows: [DailyRow]) -> [CalendarDate] {
        var dates: Set<CalendarDate> = []
        let archived = Set(tableDates)
        for row in rows {
            if let table = row.table {
                if archived.contains(table) { dates.insert(table) }
            } else {
                for date in [inForce(row.date), inForce(row.date.advanced(by: -1))] {
                    date.map { _ = dates.insert($0) }
                }
            }
        }
        return dates.sorted()
    }

    private func inForce(_ date: CalendarDate) -> CalendarDate? { tableDates.last { $0 <= date } }

    private func table(_ date: CalendarDate, _ slot: SlotKey) throws(ServedSharesError) -> ServedTable {
        let groups = try served.groups(table: date, slot: slot)
        return ServedTable(
            date: date,
            groups: groups.mapValues { group in
                group.arms.map { arm in
                    let standing: LoggedExperiment.Standing =
                        switch arm.status {
                        case .active, .new: .competing
                        case .control: .control
                        case .blacklisted, .scheduled, .ended, .stopped: .out
                        }
                    return ServedTable.Arm(variant: arm.variant, traffic: arm.traffic, standing: standing)
                }
            })
    }

    /// A table of the archive; nil when there is none of this date.
    package func archivedTable(_ date: CalendarDate, _ slot: SlotKey) throws(Failure) -> ServedTable? {
        guard tableDates.contains(date) else { return nil }
        do throws(ServedSharesError) {
            return try table(date, slot)
        } catch {
            throw .shares(error)
        }
    }

    /// The reward by which the newest table in the range that tells was made; nil when none does.
    package func reward(of slot: SlotKey) throws(Failure) -> Reward? {
        let last = options.dates?.upperBound
        for date in tableDates.reversed() where last.map({ date <= $0 }) ?? true {
            let path = state.allocation(on: date) + "/" + AllocationFormat.manifestFile
            guard try StateEvidence.files({ () throws(FileError) in try FileSystem.exists(path) }) else { continue }
            let bytes = try StateEvidence.files { () throws(FileError) in try FileSystem.read(path) }
            do throws(TableError) {
                let facts = try ExperimentFacts.read(bytes, file: path)
                if let own = facts.first(where: { $0.key == slot }) { return own.reward }
            } catch {
                guard options.skipsDamaged else { throw .shares(.damaged(table: date, problem: "\(error)")) }
            }
        }
        return nil
    }

    /// The date of the table that serves now; nil when none does.
    package func currentDate() throws(Failure) -> CalendarDate? {
        try StateEvidence.files { () throws(FileError) in try state.currentDate() }
    }

    /// The rows that a table of a date could be learned from: those of the days before it.
    package func history(of slot: SlotKey, before table: CalendarDate) -> [DailyRow] {
        (rows[slot] ?? []).filter { $0.date < table }
    }
}
