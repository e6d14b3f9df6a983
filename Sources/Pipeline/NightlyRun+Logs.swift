import BotFilter
import CLibrary
import Configuration
package import Domain
package import EventLog
import State
import Statistics
import Synchronization

extension NightlyRun {
    /// The files that the configuration's paths match for a day; a file is read once, however many paths lead to it, and a log
    /// once, however many files have it.
    func foundLogs(of date: CalendarDate) throws(RunFailure) -> FoundLogs {
        var found = try matchedFiles(of: date)
        var logs = RepeatedLogs()
        var leftOut: Set<LogFile> = []
        for file in found.files {
            guard let (other, isShorter) = try logs.earlier(thanEqualTo: file) else { continue }
            let (kept, copy) = isShorter ? (file, other) : (other, file)
            leftOut.insert(copy)
            found.repeated.append(FoundLogs.Repeated(file: copy.name, sameAs: kept.name))
        }
        found.files.removeAll { leftOut.contains($0) }
        return found
    }

    /// The files of ``foundLogs(of:)``.
    package func logFiles(of date: CalendarDate) throws(RunFailure) -> [LogFile] { try foundLogs(of: date).files }

    /// The files that the configuration's paths, or those given in their place, match for a day, in byte order, not looked into.
    func matchedFiles(of date: CalendarDate) throws(RunFailure) -> FoundLogs {
        var found = FoundLogs()
        var known: Set<FileIdentity> = []
        for template in options.paths ?? configuration.events.paths {
            if template == "-" {
                if !found.files.contains(.standardInput) { found.files.append(.standardInput) }
                found.patterns.append(FoundLogs.Pattern(text: template, files: 1))
                continue
            }
            let isOfDayAlone = !PathTemplate(template).dependsOnDate || PathTemplate(template).isOfDayAlone
            for pattern in PathTemplate(template).paths(for: date) {
                let matches = try self.files { () throws(FileError) in try FileSystem.glob(pattern) }
                // A file that was named, and not looked for.
                if options.paths != nil, matches.paths.isEmpty, pattern == template,
                    !pattern.contains(where: { "*?[".contains($0) })
                {
                    throw .file(FileError(path: pattern, operation: "open", code: ENOENT))
                }
                for path in matches.paths {
                    let identity = try self.files { () throws(FileError) in try FileSystem.identity(of: path) }
                    if identity.map({ known.insert($0).inserted }) ?? true { found.files.append(.path(path)) }
                }
                found.patterns.append(
                    FoundLogs.Pattern(text: pattern, files: matches.paths.count, isOfDayAlone: isOfDayAlone))
                found.repeatedFolders += matches.repeatedFolders.filter { !found.repeatedFolders.contains($0) }
            }
        }
        found.files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return found
    }

    /// The job that reads these logs; `log`, the night's own, is one of them.
    func job(for log: DayLog, reading logs: [DayLog], served history: ServingHistory) -> DailyJob {
        var reader = LogReader(schema: configuration.events.schema, day: log.day)
        reader.inputName = options.inputName
        let progress = options.progress
        let total = logs.reduce(Int64(0)) { $1.files.reduce($0) { $0 + ((try? FileSystem.size(of: $1.name)) ?? 0) } }
        let done = Mutex(Int64(0))
        reader.progress = { bytes in
            let soFar = done.withLock { done in
                done += bytes
                return done
            }
            progress?(soFar, total)
        }
        prepare(&reader)
        var job = DailyJob(
            experiments: configuration.experiments.map(\.experiment), policy: log.policy,
            mixedUnits: configuration.statistics.onMixed, reader: reader, workers: options.workers)
        job.revenueCap = configuration.statistics.revenueCap
        job.audits = options.audits
        job.servingHistory = history
        job.memory = ProcessMemory.forVisitors(of: options.memory, workers: options.workers)
        return job
    }

    /// Tells a reader how the log's files are written.
    func prepare(_ reader: inout LogReader) {
        reader.csv = configuration.events.csv
        reader.each = configuration.events.each
    }

    /// Counts events; what stops the job becomes the run's failure.
    func counted<Value>(
        on date: CalendarDate, by job: DailyJob, _ body: () throws(DailyJob.Failure) -> Value
    ) throws(RunFailure) -> Value {
        do throws(DailyJob.Failure) {
            return try body()
        } catch {
            switch error {
            case .log(let error): throw .log(error)
            case .overflow: throw .overflow(date: date)
            case .memory: throw .memory(date: date, bytes: options.memory)
            case .refused(let day, let tally):
                throw .tooManyRejected(
                    date: date.advanced(by: day), tally: tally, allowed: configuration.events.maxRejected)
            }
        }
    }

    /// Stops the run when more lines of a day's log are bad than allowed.
    func refuseTooManyRejected(_ tally: LogTally, of date: CalendarDate) throws(RunFailure) {
        let lines = tally.lines - tally.ignoredLines(.blankLine)
        guard Double(tally.rejectedLines) <= configuration.events.maxRejected * Double(lines) else {
            throw .tooManyRejected(date: date, tally: tally, allowed: configuration.events.maxRejected)
        }
    }

    /// The paths of the bot filter's lists for a day.
    func denyLists(on date: CalendarDate) -> [String] {
        (configuration.bots.denyLists + configuration.bots.denyNetworks).flatMap { PathTemplate($0).paths(for: date) }
    }

    /// The bot filter with the lists of a day.
    func policy(on date: CalendarDate) throws(RunFailure) -> BotPolicy {
        var visitors = VisitorDenyList()
        for path in configuration.bots.denyLists.flatMap({ PathTemplate($0).paths(for: date) }) {
            visitors.add(try readInput(path))
        }
        var networks = NetworkDenyList()
        for path in configuration.bots.denyNetworks.flatMap({ PathTemplate($0).paths(for: date) }) {
            let bytes = try readInput(path)
            do throws(BotFilterError) {
                try networks.add(bytes, file: path)
            } catch {
                throw .denyList(error)
            }
        }
        return BotPolicy(
            configuration.bots, denyList: visitors.count > 0 ? visitors : nil,
            denyNetworks: networks.count > 0 ? networks : nil)
    }
}
