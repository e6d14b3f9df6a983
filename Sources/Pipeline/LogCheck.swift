import Configuration
package import Domain
package import EventLog
package import State
import Statistics
import Synchronization

/// What a look at the newest day's logs finds, without anything being written.
package struct LogCheck: Sendable {
    /// A file, and how it is written.
    package struct File: Sendable {
        package var name: String
        package var form: LogForm
    }

    /// Bytes of files that are read at most, but for the last block; files that are opened; days that are looked back.
    package static let mostBytes: Int64 = 64 << 20
    package static let mostFiles = 200
    package static let mostDays = 62

    package var date: CalendarDate
    package var found: FoundLogs
    package var files: [File] = []
    /// Of files that cannot be read, or are no logs.
    package var faults: [LogError] = []
    /// Files whose lines were read.
    package var filesRead = 0
    /// Whether the last of them was read in part.
    package var isCutOff = false
    /// What a night would say of what was read; nil when nothing could be.
    package var quality: Quality?
    /// What a night would say, in its words.
    package var events: [RunEvent] = []
    /// A night with these lines would stop.
    package var failure: RunFailure?
    /// The days that most events are of, where none is of the day; at most three.
    package var otherDays: [(date: CalendarDate, events: Int)] = []
}

extension NightlyRun {
    /// Looks at the logs of a day, or of the newest day that has some: finds them, tells their kinds, and reads some of them as a
    /// night does. Nothing is written. At most ``LogCheck/mostBytes`` are read.
    ///
    /// - Parameter date: nil: the newest of the last ``LogCheck/mostDays`` days.
    /// - Returns: nil when no file matches on any of these days.
    package func checkLogs(of date: CalendarDate?) throws(RunFailure) -> LogCheck? {
        guard var check = try newestLogs(date) else { return nil }
        let files = check.found.files.filter { !$0.isGivenDescriptor }
        var reader = LogReader(
            schema: configuration.events.schema, day: DayClock(timeZone: configuration.timeZone).day(check.date))
        prepare(&reader)
        var readable: [LogFile] = []
        for file in files.prefix(LogCheck.mostFiles) {
            do throws(LogError) {
                check.files.append(LogCheck.File(name: file.name, form: try LogForm(file, as: reader)))
                readable.append(file)
            } catch {
                check.faults.append(error)
            }
        }
        let chosen = try chosen(from: readable)
        if !dependsOnDate, date == nil,
            let newest = days(in: chosen, reader).first(where: { $0.date <= options.today })
        {
            check.date = newest.date
        }
        check.filesRead = chosen.count
        guard !chosen.isEmpty else { return check }
        do throws(RunFailure) {
            try read(chosen, into: &check)
        } catch {
            guard case .log(let fault) = error else { throw error }
            check.faults.append(fault)
        }
        if check.quality?.visitors == 0 { check.otherDays = Array(days(in: chosen, reader).prefix(3)) }
        return check
    }

    private var dependsOnDate: Bool { configuration.events.paths.contains { PathTemplate($0).dependsOnDate } }

    private func newestLogs(_ date: CalendarDate?) throws(RunFailure) -> LogCheck? {
        func files(of date: CalendarDate) throws(RunFailure) -> LogCheck? {
            let found = try matchedFiles(of: date)
            return found.files.contains { !$0.isGivenDescriptor } ? LogCheck(date: date, found: found) : nil
        }
        if let date { return LogCheck(date: date, found: try matchedFiles(of: date)) }
        let days = dependsOnDate ? LogCheck.mostDays : 1
        for back in 0..<days {
            guard let newest = try files(of: options.today.advanced(by: -back)) else { continue }
            // Late events of the day before may lie in the folders of the newest: where more patterns match, the day is itself.
            func matches(_ check: LogCheck) -> Int { check.found.patterns.count { $0.files > 0 } }
            guard dependsOnDate, let before = try files(of: newest.date.advanced(by: -1)) else { return newest }
            return matches(before) > matches(newest) ? before : newest
        }
        return nil
    }

    /// Files to read: the first of each folder, then others, as long as they are not too much; one at least.
    private func chosen(from files: [LogFile]) throws(RunFailure) -> [LogFile] {
        var folders: Set<String> = []
        var (first, others): ([LogFile], [LogFile]) = ([], [])
        for file in files {
            if folders.insert(FileSystem.parent(of: file.name)).inserted {
                first.append(file)
            } else {
                others.append(file)
            }
        }
        var chosen: Set<LogFile> = []
        var bytes: Int64 = 0
        for file in first + others {
            bytes += try self.files { () throws(FileError) in try FileSystem.size(of: file.name) }
            if bytes > LogCheck.mostBytes, !chosen.isEmpty { break }
            chosen.insert(file)
        }
        return files.filter { chosen.contains($0) }
    }

    /// The days that events are of, those with most first; of several with as many the newest.
    private func days(in files: [LogFile], _ reader: LogReader) -> [(date: CalendarDate, events: Int)] {
        let sink = DaysSink(DayClock(timeZone: configuration.timeZone))
        var reader = reader
        let day = reader.day
        reader.day = LogDay(range: .min / 4 ..< .max / 4, localTime: day.localTime)
        limit(&reader)
        // What is wrong with a file is said when it is read again.
        _ = try? reader.read(files, into: [sink])
        return sink.days
    }

    private func read(_ files: [LogFile], into check: inout LogCheck) throws(RunFailure) {
        let clock = DayClock(timeZone: configuration.timeZone)
        let log = DayLog(files: files, day: clock.day(check.date), policy: try policy(on: check.date))
        var job = job(for: log, reading: [log], served: try journal().history)
        let isCutOff = limit(&job.reader)
        let (statistics, tally) = try counted(on: check.date, by: job) { () throws(DailyJob.Failure) in
            try job.run(log.files)
        }
        check.isCutOff = isCutOff()
        var outcome = NightOutcome(date: check.date)
        let silent = NightlyRun(
            configuration: configuration, configurationBytes: configurationBytes, state: state, options: options,
            report: { _ in })
        let quality = try silent.quality(
            statistics, tally, extent: nil, of: check.date, from: check.found, into: &outcome)
        check.quality = quality
        check.events = RunEvent.remarks(onFilesOf: check.date, check.found, quality)
        do throws(RunFailure) {
            try refuseTooManyRejected(tally, of: check.date)
        } catch {
            check.failure = error
        }
    }

    /// Lets a reader stop when it has read enough; returns whether it has.
    @discardableResult
    private func limit(_ reader: inout LogReader) -> () -> Bool {
        let counter = ByteCounter()
        reader.progress = { counter.add($0) }
        reader.isAbandoned = { counter.count > LogCheck.mostBytes }
        return { counter.count > LogCheck.mostBytes }
    }
}

private final class ByteCounter: Sendable {
    private let bytes = Mutex(Int64(0))

    var count: Int64 { bytes.withLock { $0 } }

    func add(_ more: Int64) { bytes.withLock { $0 += more } }
}

/// Counts events by day.
private final class DaysSink: EventSink {
    private let clock: DayClock
    private let counts = Mutex<[CalendarDate: Int]>([:])

    init(_ clock: DayClock) {
        self.clock = clock
    }

    var days: [(date: CalendarDate, events: Int)] {
        counts.withLock { counts in
            counts.map { (date: $0.key, events: $0.value) }.sorted { ($0.events, $0.date) > ($1.events, $1.date) }
        }
    }

    func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
        counts.withLock { counts in
            for event in events { counts[clock.date(of: event.time / 1_000_000), default: 0] += 1 }
        }
    }
}
