import Allocation
import BotFilter
import CSV
import EventLog
import Foundation
import Statistics
import Synchronization
import Vocabulary

extension NightlyRun {
    /// Reads the day's logs and writes its statistics. Without anything to count, what an earlier run wrote stays.
    func gatherStatistics(of date: CalendarDate, into outcome: inout NightOutcome) throws(RunFailure) {
        let files = try logFiles(of: date)
        let (statistics, tally) = try read(files, of: date)
        let lines = tally.lines - tally.ignoredLines(.blankLine)
        guard Double(tally.rejectedLines) <= configuration.events.maxRejected * Double(lines) else {
            throw .tooManyRejected(date: date, tally: tally, allowed: configuration.events.maxRejected)
        }
        let quality = Quality(
            date: date.description, tally: tally, statistics: statistics,
            sampleRatio: try sampleRatioChecks(statistics, on: date, into: &outcome))
        outcome.quality = quality
        report(.information(summary(quality, date)))
        for check in quality.sampleRatio where check.isSuspicious {
            warn(
                "\(date): \(check.platform)/\(check.slot): visitors did not come in the table's shares "
                    + "(p = \(check.pValue ?? 0)): look for lost or doubled events before trusting this day",
                in: &outcome)
        }
        if !statistics.hasData {
            outcome.hasData = false
            let reason = files.isEmpty ? "no log file matches events.paths" : "no countable event in the logs"
            if try hasStatistics(on: date) {
                warn("\(date): \(reason); the statistics of an earlier run are kept", in: &outcome)
                return
            }
            warn("\(date): \(reason); shares stay as they are", in: &outcome)
        }
        let rows = statistics.rows.map { DailyRow(date: date, key: $0.key, counts: $0.counts) }
        var contents: [(name: String, bytes: [UInt8])] = [
            ("quality.json", JSONFile.bytes(of: quality)), ("statistics.csv", StatisticsFile.bytes(of: rows)),
        ]
        if options.audits { contents.insert(("bots.csv", auditBytes(statistics.audit)), at: 0) }
        _ = try self.files { () throws(FileError) in try state.publish(contents, as: state.statistics(on: date)) }
    }

    /// The files that the configuration's paths match for a day; a file is read once, however many paths lead to it.
    private func logFiles(of date: CalendarDate) throws(RunFailure) -> [LogFile] {
        var files: [LogFile] = []
        var known: Set<FileIdentity> = []
        for template in configuration.events.paths {
            if template == "-" {
                if !files.contains(.standardInput) { files.append(.standardInput) }
                continue
            }
            let pattern = PathTemplate(template).resolved(for: date)
            let paths = try self.files { () throws(FileError) in try FileSystem.glob(pattern) }
            for path in paths where FileSystem.identity(of: path).map({ known.insert($0).inserted }) ?? true {
                files.append(.path(path))
            }
        }
        return files
    }

    private func read(_ files: [LogFile], of date: CalendarDate) throws(RunFailure) -> (DayStatistics, LogTally) {
        let day = DayClock(timeZone: configuration.timeZone).day(date)
        var reader = LogReader(schema: configuration.events.schema, day: day)
        if let progress = options.progress {
            let total = files.reduce(Int64(0)) { $0 + FileSystem.size(of: $1.name) }
            let done = Mutex(Int64(0))
            reader.progress = { bytes in
                let soFar = done.withLock { done in
                    done += bytes
                    return done
                }
                progress(soFar, total)
            }
        }
        var job = DailyJob(
            experiments: configuration.experiments.map(\.experiment), policy: try policy(on: date),
            mixedUnits: configuration.statistics.onMixed, reader: reader, workers: options.workers)
        job.audits = options.audits
        job.memory = ProcessMemory.forVisitors(of: options.memory, workers: options.workers)
        do throws(DailyJob.Failure) {
            return try job.run(files)
        } catch {
            switch error {
            case .log(let error): throw .log(error)
            case .overflow: throw .overflow(date: date)
            case .memory: throw .memory(date: date, bytes: job.memory)
            }
        }
    }

    private func policy(on date: CalendarDate) throws(RunFailure) -> BotPolicy {
        var visitors = VisitorDenyList()
        for path in configuration.bots.denyLists.map({ PathTemplate($0).resolved(for: date) }) {
            visitors.add(try readFile(path))
        }
        var networks = NetworkDenyList()
        for path in configuration.bots.denyNetworks.map({ PathTemplate($0).resolved(for: date) }) {
            let bytes = try readFile(path)
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

    private func hasStatistics(on date: CalendarDate) throws(RunFailure) -> Bool {
        let path = state.statistics(on: date) + "/statistics.csv"
        guard FileSystem.exists(path) else { return false }
        return try !statisticsRows(try readFile(path), path, of: date).isEmpty
    }

    /// The checks against the table that served the day. One that cannot be read only costs the check.
    private func sampleRatioChecks(
        _ statistics: DayStatistics, on date: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) -> [SampleRatioCheck] {
        let table: [AllocationRow]
        do {
            table = try readTable(of: date)
        } catch {
            warn("\(date): no sample-ratio check: \(error)", in: &outcome)
            return []
        }
        return configuration.experiments.compactMap {
            SampleRatioCheck(experiment: $0.experiment.key, statistics: statistics, table: table)
        }
    }

    private func summary(_ quality: Quality, _ date: CalendarDate) -> String {
        "\(date): read \(Text.count(Int64(quality.files.count), "file")), \(Text.count(quality.lines, "line")): "
            + "\(Text.count(quality.rejected.total)) rejected, \(Text.count(quality.ignored.total)) ignored; "
            + "\(Text.count(quality.visitors, "visitor")), \(Text.count(quality.robots.visitors, "robot")) dropped, "
            + "\(Text.count(quality.units, "unit")) counted, \(Text.count(quality.mixedUnits)) mixed"
    }

    /// `bots.csv`. An id that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text.
    private func auditBytes(_ robots: [DayStatistics.Robot]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(["visitor", "events", "rules"])
        for robot in robots {
            let visitor = (robot.visitor.runsAsFormula ? "'" : "") + robot.visitor.string
            writer.write([visitor, String(robot.events), robot.rules.names.joined(separator: " ")])
        }
        return writer.bytes
    }
}
