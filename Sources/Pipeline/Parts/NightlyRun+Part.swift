import Configuration
package import Domain
import EventLog
import State
import Statistics

extension NightlyRun {
    /// Counts what the logs hold of some of the visitors, and writes it as a part of the night. Nothing is judged, and of the
    /// state directory only the journal and how far days were counted are read.
    ///
    /// - Parameter folder: gets `part.json`, and for people to look at, each log day's folder as the state directory has it.
    package func writePart(of date: CalendarDate, to folder: String) throws(RunFailure) {
        try refuseOtherPipeline()
        var outcome = NightOutcome(date: date)
        // A part of an earlier count must not be taken for this one's, should this one fail.
        try files { () throws(FileError) in try FileSystem.remove(folder + "/" + PartFile.name) }
        let window = configuration.statistics.conversionWindow
        let planned = try window.map { window throws(RunFailure) in
            try self.plan(of: date, window: window) { _ in true }
        }
        let dates = planned?.logDays ?? [date]
        let (logs, found) = try logs(of: dates, night: date, into: &outcome)
        var job = job(for: logs[dates.firstIndex(of: date) ?? 0], reading: logs, served: try journal().history)
        job.sketches = true
        job.reader.takesPartBlocks = true
        job.reader.surveysKeys = true
        let results = try counted(on: date, by: job) { () throws(DailyJob.Failure) in
            if let window { try job.run(logs, window: window) } else { [try job.run(logs[0].files)] }
        }
        let target = StateDirectory(path: folder)
        var visitors = VisitorSketch()
        var days: [PartFile.Day] = []
        for (index, day) in dates.enumerated() {
            var result = results[index]
            markOwnFiles(of: day, in: &result.tally)
            var statistics = result.statistics
            visitors.add(statistics.takeSketch())
            let extent = planned?.days.first { $0.date == day }.map {
                CountedExtent(through: $0.through, isMature: false)
            }
            let quality = quality(
                statistics, result.tally, extent: extent, of: day, sampleRatio: [], propensities: [])
            let contents = dayFiles(statistics.rows(of: day), statistics, quality)
            _ = try files { () throws(FileError) in try target.publish(contents, as: folder + "/date=\(day)") }
            days.append(
                PartFile.Day(
                    date: day, missingList: try missingList(on: day, night: date), statistics: statistics,
                    tally: result.tally, found: found[index],
                    files: Dictionary(uniqueKeysWithValues: contents.map { ($0.name, digest($0.bytes)) })))
        }
        let part = PartFile(
            date: date, configuration: digest(configurationBytes), lists: try listsDigest(of: dates),
            journal: try journalDigest(through: dates), isAudited: options.audits, plan: plannedDays(planned),
            days: days,
            visitors: visitors)
        try writeSealed(part, format: PartFile.format, to: folder + "/" + PartFile.name)
    }

    func plannedDays(_ plan: NightPlan?) -> [PartFile.PlannedDay] {
        (plan?.days ?? []).map { PartFile.PlannedDay(date: $0.date, through: $0.through) }
    }

    /// The digest of the journal, as far as it says which table served during the log days: what is published later changes none of
    /// their rows.
    func journalDigest(through days: [CalendarDate]) throws(RunFailure) -> String {
        let clock = DayClock(timeZone: configuration.timeZone)
        let end = days.map { clock.day($0).range.upperBound }.max() ?? 0
        let entries = try journal().history.entries.filter { $0.since * 1_000_000 < end }
        return digest(Array(entries.map { "\($0.since),\($0.table),\($0.digest)\n" }.joined().utf8))
    }

    /// The digest of the bot filter's lists of these days, those that are missing too.
    private func listsDigest(of days: [CalendarDate]) throws(RunFailure) -> String {
        var known: [String: String] = [:]
        var text = ""
        for path in days.flatMap({ denyLists(on: $0) }) {
            if known[path] == nil { known[path] = try readInputIfThere(path).map { digest($0) } ?? "missing" }
            text += "\(known[path] ?? "")\n"
        }
        return digest(Array(text.utf8))
    }

    /// The list for want of which the log of a day is left out.
    func missingList(on day: CalendarDate, night: CalendarDate) throws(RunFailure) -> String? {
        let lists = denyLists(on: day)
        guard lists != denyLists(on: night) else { return nil }
        for path in lists where try !files({ () throws(FileError) in try FileSystem.exists(path) }) { return path }
        return nil
    }

    /// Writes a sealed file in one step.
    package func writeSealed(_ content: some Encodable, format: String, to path: String) throws(RunFailure) {
        guard let bytes = try? SealedFile.bytes(of: content, format: format) else { throw .parts(.overflow) }
        try files { () throws(FileError) in try OutputFile(path).write(bytes) }
    }
}
