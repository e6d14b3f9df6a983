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
            found.repeated.append(Quality.RepeatedFile(file: copy.name, sameAs: kept.name))
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
            for var pattern in patterns(of: template, on: date) {
                let path = pattern.text
                if path == "-" {
                    if !found.files.contains(.standardInput) { found.files.append(.standardInput) }
                    pattern.files = 1
                    found.patterns.append(pattern)
                    continue
                }
                let matches = try self.files { () throws(FileError) in try FileSystem.glob(path) }
                // A file that was named, and not looked for.
                if options.paths != nil, matches.paths.isEmpty, path == template,
                    !path.contains(where: { "*?[".contains($0) })
                {
                    throw .file(FileError(path: path, operation: "open", code: ENOENT))
                }
                for path in matches.paths {
                    let identity = try self.files { () throws(FileError) in try FileSystem.identity(of: path) }
                    if identity.map({ known.insert($0).inserted }) ?? true { found.files.append(.path(path)) }
                }
                pattern.files = matches.paths.count
                found.patterns.append(pattern)
                found.repeatedFolders += matches.repeatedFolders.filter { !found.repeatedFolders.contains($0) }
            }
        }
        found.files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return found
    }

    /// A path of the configuration with a day's dates and all alternatives written out, before anybody looks for files.
    private func patterns(of template: String, on date: CalendarDate) -> [FoundLogs.Pattern] {
        if template == "-" { return [FoundLogs.Pattern(text: template, files: 0)] }
        let path = PathTemplate(template)
        return path.paths(for: date).map {
            FoundLogs.Pattern(text: $0, files: 0, isOfDayAlone: !path.dependsOnDate || path.isOfDayAlone)
        }
    }

    /// What was found of a day on all machines, told of the configuration's paths where they match a file: whoever splits a file that
    /// comes through a pipe knows no path.
    ///
    /// - Parameter files: the names of all files that were read.
    func found(_ date: CalendarDate, byParts all: [FoundLogs], files: [String]) -> FoundLogs {
        var found = FoundLogs.joined(all)
        let given = found.patterns
        let names = files + found.repeated.map(\.file)
        let configured = configuration.events.paths.flatMap { patterns(of: $0, on: date) }.map { pattern in
            var pattern = pattern
            pattern.files = given.first { $0.text == pattern.text }?.files ?? 0
            if pattern.text == "-" { pattern.files = 1 }
            if pattern.files == 0 {
                pattern.files = names.count { FileSystem.matches($0, pattern: pattern.text) }
            }
            return pattern
        }
        if configured.contains(where: { $0.files > 0 }) { found.patterns = configured }
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
