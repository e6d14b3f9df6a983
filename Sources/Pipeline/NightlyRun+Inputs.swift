import Allocation
import BotFilter
import CSV
import Configuration
import Dispatch
import Domain
import EventLog
import Learning
import Randomizer
import State
import Synchronization

/// The statistics that a table is learned from.
struct History {
    /// The days that were read and have rows, oldest first.
    var dates: [CalendarDate] = []
    /// The digest of each day's file.
    var digests: [CalendarDate: String] = [:]
    var rows: [SlotKey: [DailyRow]] = [:]
    /// The arms of experiments that are not declared.
    var otherArms: [SlotKey: Set<Name>] = [:]
}

/// What allocation reads beside statistics.
struct AllocationInputs {
    var blacklist: Blacklist
    var blacklistDigest: String?
    /// By path as configured.
    var priors: [String: PriorCounts] = [:]
    /// The digests of all priors files, in byte order of their paths.
    var priorsDigest: String?
}

extension NightlyRun {
    /// Reads the days up to `last` of which some experiment counts, oldest first. Verdicts look at all of them, whatever the
    /// window; rows of arms that are declared no longer count as arms that were tried.
    func history(through last: CalendarDate) throws(RunFailure) -> History {
        var history = History()
        var since: [SlotKey: CalendarDate] = [:]
        var first: CalendarDate?
        for experiment in configuration.experiments {
            let begin = experiment.learning.since ?? CalendarDate(dayNumber: .min)
            since[experiment.experiment.key] = begin
            first = min(first ?? begin, begin)
        }
        let dates = try files { () throws(FileError) in try state.statisticsDates() }
        // The night's own day is looked at even where it counts for nothing yet: it had data all the same.
        let wanted = dates.filter { date in date <= last && (date == last || first.map { $0 <= date } ?? true) }
        for start in stride(from: 0, to: wanted.count, by: NightlyRun.filesAtOnce) {
            let batch = Array(wanted[start..<min(wanted.count, start + NightlyRun.filesAtOnce)])
            for (date, file) in zip(batch, try statisticsFiles(of: batch)) {
                guard let (fileDigest, rows) = file, !rows.isEmpty else { continue }
                history.dates.append(date)
                history.digests[date] = fileDigest
                // Files are sorted: the rows of one experiment stand together.
                var start = rows.startIndex
                while start < rows.endIndex {
                    let key = rows[start].key.slotKey
                    let end = rows[start...].firstIndex { $0.key.slotKey != key } ?? rows.endIndex
                    if let begin = since[key] {
                        if begin <= date { history.rows[key, default: []].append(contentsOf: rows[start..<end]) }
                    } else {
                        history.otherArms[key, default: []].formUnion(rows[start..<end].map(\.key.variant))
                    }
                    start = end
                }
            }
        }
        return history
    }

    /// Files of statistics that are held in memory beside their rows at a time.
    private static var filesAtOnce: Int { 32 }

    /// The digests and rows of some days' statistics, read by all workers; of several that cannot be read the earliest is told.
    private func statisticsFiles(
        of dates: [CalendarDate]
    ) throws(RunFailure) -> [(digest: String, rows: [DailyRow])?] {
        typealias File = (digest: String, rows: [DailyRow])?
        let results = Mutex([Result<File, RunFailure>?](repeating: nil, count: dates.count))
        let width = max(1, min(options.workers, dates.count))
        DispatchQueue.concurrentPerform(iterations: width) { worker in
            for index in stride(from: worker, to: dates.count, by: width) {
                let result = Result { () throws(RunFailure) -> File in
                    try statisticsFile(of: dates[index]).map { (digest($0.bytes), $0.rows) }
                }
                results.withLock { $0[index] = result }
            }
        }
        var files: [File] = []
        for result in results.withLock({ $0 }) { if let result { files.append(try result.get()) } }
        return files
    }

    func allocationInputs() throws(RunFailure) -> AllocationInputs {
        var inputs = AllocationInputs(blacklist: Blacklist())
        if let path = configuration.blacklist {
            let bytes = try readInput(path)
            inputs.blacklist = try parsed { () throws(InputFileError) in try Blacklist(bytes, file: path) }
            inputs.blacklistDigest = digest(bytes)
        }
        let paths = Set(configuration.experiments.compactMap(\.learning.priors)).sorted()
        var digests: [String] = []
        for path in paths {
            let bytes = try readInput(path)
            inputs.priors[path] = try parsed { () throws(InputFileError) in try PriorCounts(bytes, file: path) }
            digests.append(digest(bytes))
        }
        inputs.priorsDigest = digests.isEmpty ? nil : digests.joined(separator: " ")
        return inputs
    }

    /// The journal of which table served when.
    func journal() throws(RunFailure) -> ServingJournal {
        do throws(StateError) {
            guard let path = options.journal else { return try ServingJournal(state) }
            return try ServingJournal(path: path)
        } catch {
            throw .journal(error)
        }
    }

    /// The digest of a file: XXH64 with seed 0 in hexadecimal.
    func digest(_ bytes: [UInt8]) -> String {
        XXH64.hexadecimal(XXH64.hash(bytes))
    }

    /// A file that the configuration names.
    func readInput(_ path: String) throws(RunFailure) -> [UInt8] {
        do throws(FileError) {
            return try FileSystem.read(path)
        } catch {
            throw .input(error)
        }
    }

    /// The same; nil where there is none.
    func readInputIfThere(_ path: String) throws(RunFailure) -> [UInt8]? {
        do throws(RunFailure) {
            return try readInput(path)
        } catch {
            guard case .input(let fault) = error, fault.isMissing else { throw error }
            return nil
        }
    }

    func readFile(_ path: String) throws(RunFailure) -> [UInt8] {
        try files { () throws(FileError) in try FileSystem.read(path) }
    }

    /// The bytes of a file; nil where there is none.
    func readIfThere(_ path: String) throws(RunFailure) -> [UInt8]? {
        do throws(FileError) {
            return try FileSystem.read(path)
        } catch {
            guard error.isMissing else { throw .file(error) }
            return nil
        }
    }

    /// The bytes and rows of a day's statistics; nil for a day without events, which leaves none.
    ///
    /// - Throws: also when the day's `quality.json` counts units, so that the statistics must have been lost.
    func statisticsFile(of date: CalendarDate) throws(RunFailure) -> (bytes: [UInt8], rows: [DailyRow])? {
        struct Part: Decodable {
            var units: Int64?
        }
        let directory = state.statistics(on: date)
        let path = directory + "/statistics.csv"
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileSystem.read(path)
        } catch {
            guard error.isMissing else { throw .file(error) }
            let quality = try readIfThere(directory + "/quality.json")
            let part = quality.flatMap { try? JSONFile.value(Part.self, $0) }
            guard part?.units ?? 0 == 0 else { throw .statisticsLost(path) }
            return nil
        }
        return (bytes, try statisticsRows(bytes, path, of: date))
    }

    /// The rows of a day's statistics as this job wrote them.
    private func statisticsRows(_ bytes: [UInt8], _ path: String, of date: CalendarDate) throws(RunFailure)
        -> [DailyRow]
    {
        do throws(CSVError) {
            let rows = try StatisticsFile.rows(bytes)
            if let index = rows.firstIndex(where: { $0.date != date }) {
                throw CSVError(
                    line: index + 2,
                    problem: .value(column: "date", text: "\(rows[index].date)", expected: "\(date), the partition's"))
            }
            return rows
        } catch {
            throw .state(InputFileError(file: path, error))
        }
    }

    /// The rows of the table of a date; none when there is no such table.
    func readTable(of date: CalendarDate) throws(RunFailure) -> [AllocationRow] {
        let path = state.allocation(on: date) + "/allocation.csv"
        guard try files({ () throws(FileError) in try FileSystem.exists(path) }) else { return [] }
        let bytes = try readFile(path)
        do throws(InputFileError) {
            return try AllocationFile.rows(bytes, file: path)
        } catch {
            throw .state(error)
        }
    }

    private func parsed<Value>(_ body: () throws(InputFileError) -> Value) throws(RunFailure) -> Value {
        do throws(InputFileError) {
            return try body()
        } catch {
            throw .inputFile(error)
        }
    }
}
