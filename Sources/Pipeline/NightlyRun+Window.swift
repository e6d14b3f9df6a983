import BotFilter
import Configuration
import Domain
import Essentials
import EventLog
import State
import Statistics

extension NightlyRun {
    /// Reads the logs of the days whose windows are open, each once.
    func countedLogs(
        of date: CalendarDate, window: ConversionWindow, into outcome: inout NightOutcome
    ) throws(RunFailure) -> CountedNight {
        let plan = try plan(of: date, window: window) { day throws(RunFailure) in
            try !matchedFiles(of: day).files.isEmpty
        }
        let (logs, found) = try logs(of: plan.logDays, night: date, into: &outcome)
        guard let own = plan.logDays.firstIndex(of: date) else { return CountedNight(days: [], plan: plan) }
        var job = job(for: logs[own], reading: logs, served: try journal().history)
        job.folding = try segmentFolding()
        let results = try counted(on: date, by: job) { () throws(DailyJob.Failure) in
            try job.run(logs, window: window)
        }
        let days = plan.logDays.indices.map { index in
            (
                date: plan.logDays[index],
                counted: CountedDay(
                    statistics: results[index].statistics, tally: results[index].tally,
                    hasLog: !logs[index].files.isEmpty, found: found[index])
            )
        }
        return CountedNight(days: days, plan: plan)
    }

    /// Which days the night counts, and which log days it reads for them, by what the state says of how far days were counted.
    func plan(
        of date: CalendarDate, window: ConversionWindow, hasLog: (CalendarDate) throws(RunFailure) -> Bool
    ) throws(RunFailure) -> NightPlan {
        let clock = DayClock(timeZone: configuration.timeZone)
        return try NightPlan(
            date: date, counted: countedDays(window), closing: { clock.closing(of: $0, after: window) }, hasLog: hasLog)
    }

    /// Writes the statistics of the other days that the night counts, and returns how far its own was counted; nil without a
    /// conversion window.
    ///
    /// Another day than the night's own keeps what it has when its log has nothing to count; to the days before it, it is
    /// a day without events. A log that would stop its own night stops this one.
    func publishOtherDays(
        of night: CountedNight, _ date: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) -> CountedExtent? {
        guard let window = configuration.statistics.conversionWindow, let plan = night.plan else { return nil }
        let clock = DayClock(timeZone: configuration.timeZone)
        let known = try countedDays(window)
        var recounted: [CalendarDate] = []
        var ownExtent: CountedExtent?
        for (day, through) in plan.days {
            guard let counted = night[day] else { continue }
            let extent = CountedExtent(through: through, isMature: through >= clock.closing(of: day, after: window))
            if day == date {
                ownExtent = extent
                continue
            }
            // Without anything to count a day keeps its rows; one that has none is told how far it was counted.
            if !counted.statistics.hasData {
                guard known[day] != nil, try !hasRows(on: day) else { continue }
            }
            let quality = try quality(
                counted.statistics, counted.tally, extent: extent, of: day, from: counted.found, into: &outcome)
            try publish(counted.statistics, quality, of: day)
            recounted.append(day)
        }
        outcome.recountedDays = recounted.map(\.description)
        if !recounted.isEmpty {
            report(.daysRecounted(by: date, days: recounted, window: window.text))
        }
        return ownExtent
    }

    /// The logs of these days, each with the bot filter of its day; no files for a day that cannot be judged.
    func logs(
        of days: [CalendarDate], night: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) -> (logs: [DayLog], found: [FoundLogs]) {
        let clock = DayClock(timeZone: configuration.timeZone)
        let ownPolicy = try policy(on: night)
        var policies = [denyLists(on: night): ownPolicy]
        var logs: [DayLog] = []
        var found: [FoundLogs] = []
        for day in days {
            let instants = clock.day(day, localTimes: configuration.events.timesWithoutOffset)
            var files = try foundLogs(of: day)
            var log = DayLog(files: files.files, day: instants, policy: ownPolicy)
            if !log.files.isEmpty {
                if let policy = try policy(of: day, among: &policies, into: &outcome) {
                    log.policy = policy
                } else {
                    files.files = []
                    log.files = []
                }
            }
            logs.append(log)
            found.append(files)
        }
        return (logs, found)
    }

    /// The days of the state, and the last log day that was counted for each. One that does not say so was counted before
    /// there was a window: it stays as it is, rather than a year of logs being read in the first night.
    private func countedDays(_ window: ConversionWindow) throws(RunFailure) -> [CalendarDate: CalendarDate] {
        struct Part: Decodable {
            var through: String?
        }
        let clock = DayClock(timeZone: configuration.timeZone)
        var counted: [CalendarDate: CalendarDate] = [:]
        for date in try files({ () throws(FileError) in try state.statisticsDates() }) {
            let bytes = try readIfThere(state.statistics(on: date) + "/quality.json")
            let part = bytes.flatMap { try? JSONDecoder().decode(Part.self, from: Data($0)) }
            counted[date] = part?.through.flatMap { CalendarDate($0) } ?? clock.closing(of: date, after: window)
        }
        return counted
    }

    /// The bot filter of a log day, read once for all days that have the same lists; nil, with a warning, when a list of a
    /// day whose night this is not is missing: its log cannot be judged, and is left out.
    private func policy(
        of date: CalendarDate, among policies: inout [[String]: BotPolicy], into outcome: inout NightOutcome
    ) throws(RunFailure) -> BotPolicy? {
        let lists = denyLists(on: date)
        if let known = policies[lists] { return known }
        do throws(RunFailure) {
            let policy = try policy(on: date)
            policies[lists] = policy
            return policy
        } catch {
            guard case .input(let fault) = error, fault.isMissing else { throw error }
            warn(.denyListMissing(path: fault.path, day: date), in: &outcome)
            return nil
        }
    }
}
