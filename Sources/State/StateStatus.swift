package import Allocation
package import Domain
import Randomizer

/// What a state directory is like now: the table in force, the last run, and the days that nights have counted.
package struct StateStatus: Sendable {
    /// The table that serves, verified.
    package struct Table: Sendable {
        package var date: CalendarDate
        /// In seconds since the epoch; nil where the journal does not know.
        package var since: Int64?
        package var pipeline: String?
        package var rows: [AllocationRow]
    }

    /// So many days back from the newest it is looked for missing ones.
    package static let days = 30
    /// The exit code of a run that found the lock taken: it says nothing of how nights go.
    private static let lockTaken: Int32 = 75

    /// Nil: there is none, or it cannot be used.
    package private(set) var table: Table?
    /// Why there is no table; nil where there is one.
    package private(set) var tableProblem: String?
    /// The newest run that worked on the state.
    package private(set) var lastRun: RecordedRun?
    /// When the newest run began that ended with exit code 0, in seconds since the epoch.
    package private(set) var lastSuccess: Int64?
    package private(set) var newestDay: CalendarDate?
    /// The zone of the newest day that says it, by its IANA name.
    package private(set) var timeZone: String?
    /// Of the last ``days``, those without a folder, ascending.
    package private(set) var daysMissing: [CalendarDate] = []
    /// Of the last ``days``, those on which nothing was found to count, ascending.
    package private(set) var daysWithoutData: [CalendarDate] = []
    /// Days that were held, and by what, whose nights were neither run again nor accepted since, ascending.
    package private(set) var daysHeld: [(day: CalendarDate, by: [String])] = []
    /// Of the last ``days``, those whose statistics are gone, though their `quality.json` counts units, ascending.
    package private(set) var daysLost: [CalendarDate] = []
    /// The paths of records of runs that cannot be read, oldest first.
    package private(set) var recordsUnreadable: [String] = []
    /// Why it is not known since when the table serves; nil where the journal can be read.
    package private(set) var journalProblem: String?

    /// Looks; writes nothing and takes no lock.
    ///
    /// - Throws: `FileError` where a directory cannot be listed.
    package init(_ state: StateDirectory) throws(FileError) {
        try readTable(state)
        try readDays(state)
        let records = RunRecords(state)
        let read = try records.read()
        lastRun = read.runs.last { $0.exitCode != StateStatus.lockTaken }
        daysHeld = records.heldDays(read).sorted { $0.key < $1.key }.map { (day: $0.key, by: $0.value) }
        lastSuccess = read.runs.last { $0.exitCode == 0 }?.start
        recordsUnreadable = read.unreadable
    }

    private mutating func readTable(_ state: StateDirectory) throws(FileError) {
        guard let date = try state.currentDate() else {
            tableProblem = "\(state.current) leads to no table"
            return
        }
        let directory = state.allocation(on: date)
        let path = directory + "/" + AllocationFormat.tableFile
        do {
            let loaded = try AllocationTable(path: directory)
            let rows = try AllocationFile.rows(try FileSystem.read(path), file: path)
            table = Table(date: date, since: nil, pipeline: loaded.pipeline, rows: rows)
        } catch {
            tableProblem = "\(error)"
        }
        do {
            let last = try ServingJournal(state).entries.last
            table?.since = last?.table == date ? last?.since : nil
        } catch {
            journalProblem = "\(error)"
        }
    }

    private mutating func readDays(_ state: StateDirectory) throws(FileError) {
        struct Part: Decodable {
            var timezone: String?
            var units: Int64?
        }
        let dates = try state.statisticsDates()
        guard let first = dates.first, let last = dates.last else { return }
        newestDay = last
        let known = Set(dates)
        var day = max(first, last.advanced(by: 1 - StateStatus.days))
        while day <= last {
            if !known.contains(day) {
                daysMissing.append(day)
            } else {
                let bytes = try? FileSystem.read(state.statistics(on: day) + "/quality.json")
                let part = bytes.flatMap { try? JSONFile.value(Part.self, $0) }
                if part?.units == 0 { daysWithoutData.append(day) }
                if part?.units ?? 0 > 0, !(try FileSystem.exists(state.statistics(on: day) + "/statistics.csv")) {
                    daysLost.append(day)
                }
                timeZone = part?.timezone ?? timeZone
            }
            day = day.advanced(by: 1)
        }
    }
}
