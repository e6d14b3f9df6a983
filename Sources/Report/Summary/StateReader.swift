import Allocation
import CSV
import Domain
import Learning
import Randomizer
package import State

/// Reads the history of a state directory: what is damaged becomes a fault of the history, never an error.
package struct StateReader {
    package let state: StateDirectory

    package init(_ state: StateDirectory) {
        self.state = state
    }

    /// Reads the last `days` calendar days; nil when the directory holds neither table nor statistics.
    ///
    /// They end with the newest table, or with statistics of the day after it; later ones are named and left out, since one
    /// misdated folder would hide everything else. Without any table they end with the newest statistics.
    ///
    /// O(bytes of the files); only the newest table's segments are kept.
    ///
    /// - Parameter progress: called with how many days are done, and of how many.
    /// - Throws: `FileError` when the directories themselves cannot be listed.
    package func read(days: Int, progress: (Int, Int) -> Void = { _, _ in }) throws(FileError) -> StateHistory? {
        let tables = Set(try state.allocationDates())
        let statistics = Set(try state.statisticsDates())
        let end = tables.max()?.advanced(by: 1) ?? statistics.max()
        let dates = tables.union(statistics).filter { date in end.map { date <= $0 } ?? false }
        guard let last = dates.max() else { return nil }
        let start = last.advanced(by: 1 - max(1, days))
        let first = dates.filter { $0 >= start }.min() ?? last

        var history = StateHistory(days: [], current: try state.currentDate(), faults: [], segments: [:])
        history.hasEarlierTables = tables.contains { $0 < first }
        // Without a journal that can be read nothing is known of what was taken back; the nights say so.
        var served: [ServingHistory.Entry] = []
        do throws(StateError) {
            served = try ServingJournal(state).history.entries
        } catch {
            if case .file(let failure) = error, !failure.isOfPath { throw failure }
        }
        for (before, after) in zip(served, served.dropFirst()) where after.table < before.table {
            history.takenBack[before.table] = after.table
        }
        history.beyond = statistics.filter { $0 > last }.sorted()
        let count = last.dayNumber - first.dayNumber + 1
        for offset in 0..<count {
            let date = first.advanced(by: offset)
            var day = StateHistory.Day(date: date)
            if tables.contains(date) { day.table = try read(.table, date, &history, table) }
            if statistics.contains(date) {
                day.counts = try read(.statistics, date, &history, counts)
                day.quality = try read(.quality, date, &history, quality)
            }
            history.days.append(day)
            progress(offset + 1, count)
        }
        return history
    }

    private func read<Value>(
        _ subject: StateHistory.Fault.Subject, _ date: CalendarDate, _ history: inout StateHistory,
        _ body: (CalendarDate, inout StateHistory) throws(Problem) -> Value
    ) throws(FileError) -> Value? {
        do throws(Problem) {
            return try body(date, &history)
        } catch {
            if let failure = error.failure { throw failure }
            // Relative to the state directory: a page does not depend on where that lies.
            let problem = error.text.replacing(state.path + "/", with: "")
            history.faults.append(StateHistory.Fault(date: date, subject: subject, problem: problem))
            return nil
        }
    }

    /// What any of the readers found wrong, in words.
    private struct Problem: Error {
        var text: String
        /// What the system could not read: that says nothing about the state, and stops the report.
        var failure: FileError?

        init(text: String) { self.text = text }

        init(_ error: any Error) {
            text = "\(error)"
            if let error = error as? FileError, !error.isOfPath { failure = error }
            if let error = error as? TableError, error.code == .unreadable {
                let failed = FileError(path: error.file, operation: "read", code: error.systemError)
                if !failed.isOfPath { failure = failed }
            }
        }
    }

    private func table(_ date: CalendarDate, _ history: inout StateHistory) throws(Problem) -> StateHistory.Table {
        let directory = state.allocation(on: date)
        do {
            // By the loader that serves: manifest, checksum and every rule of the format.
            _ = try AllocationTable(path: directory)
            let file = directory + "/" + AllocationFormat.tableFile
            let manifestFile = directory + "/" + AllocationFormat.manifestFile
            let manifestBytes = try FileSystem.read(manifestFile)
            let manifest = try Manifest(json: manifestBytes, file: manifestFile)
            var facts: [SlotKey: ExperimentFacts] = [:]
            for var experiment in try ExperimentFacts.read(manifestBytes, file: manifestFile) {
                experiment.groups.removeAll { $0.segment != .everyone }
                facts[experiment.key] = experiment
            }
            let rows = try AllocationFile.rows(try FileSystem.read(file), file: file)
            let groups = Dictionary(grouping: rows) { $0.key.slotKey }
            history.segments = groups.mapValues { $0.filter { $0.key.segment != .everyone } }
            return StateHistory.Table(
                manifest: manifest, rows: groups.mapValues { $0.filter { $0.key.segment == .everyone } }, facts: facts)
        } catch {
            throw Problem(error)
        }
    }

    private func counts(
        _ date: CalendarDate, _ history: inout StateHistory
    ) throws(Problem) -> [SlotKey: [Name: ArmCounts]] {
        let file = state.statistics(on: date) + "/statistics.csv"
        do {
            var counts: [SlotKey: [Name: ArmCounts]] = [:]
            for row in try StatisticsFile.rows(try FileSystem.read(file)) {
                try counts[row.key.slotKey, default: [:]][row.key.variant, default: ArmCounts()].add(row.counts)
            }
            return counts
        } catch let error as CSVError {
            throw Problem(text: "\(file):\(error.line): \(error)")
        } catch let error as CountOverflow {
            throw Problem(text: "\(file): \(error)")
        } catch let error as FileError where error.isMissing {
            guard try isWithoutEvents(date) else { throw Problem(error) }
            return [:]
        } catch {
            throw Problem(error)
        }
    }

    /// Whether a day's `quality.json` counts nobody: such a day leaves no statistics.
    private func isWithoutEvents(_ date: CalendarDate) throws(Problem) -> Bool {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileSystem.read(state.statistics(on: date) + "/quality.json")
        } catch {
            guard error.isMissing else { throw Problem(error) }
            return false
        }
        return (try? JSONFile.value(Quality.self, bytes)).map { $0.units == 0 } ?? false
    }

    private func quality(_ date: CalendarDate, _ history: inout StateHistory) throws(Problem) -> Quality {
        let file = state.statistics(on: date) + "/quality.json"
        do {
            return try JSONFile.value(Quality.self, try FileSystem.read(file))
        } catch let error as DecodingError {
            throw Problem(text: "\(file): \(StateReader.reason(error)); run the night of \(date) again")
        } catch {
            throw Problem(error)
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "" : " at \(path)"
        }
        switch error {
        case .keyNotFound(let key, let context): return "no key '\(key.stringValue)'\(place(context))"
        case .typeMismatch(_, let context): return "another type than expected\(place(context))"
        case .valueNotFound(_, let context): return "no value\(place(context))"
        case .dataCorrupted(let context): return "not the JSON expected\(place(context))"
        @unknown default: return "not the JSON expected"
        }
    }
}
