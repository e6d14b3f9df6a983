import BotFilter
import EventLog
import Foundation
import Statistics
import Vocabulary

extension NightlyRun {
    /// Reads the logs of the days whose windows are open, each once, and writes their statistics, the night's own day last.
    ///
    /// Another day than the night's own keeps what it has when its log has nothing to count; to the days before it, it is
    /// a day without events. A log that would stop its own night stops this one.
    func gatherStatistics(
        of date: CalendarDate, window: ConversionWindow, into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let clock = DayClock(timeZone: configuration.timeZone)
        let known = try countedDays()
        let plan = try NightPlan(
            date: date, counted: known, closing: { clock.closing(of: $0, after: window) },
            hasLog: { day throws(RunFailure) in try !logFiles(of: day).isEmpty })
        var logs: [DayLog] = []
        for day in plan.logDays {
            logs.append(day == date ? try log(of: day) : try logOfOtherDay(day, into: &outcome))
        }
        guard let own = plan.logDays.firstIndex(of: date) else { return }
        let results = try counted(on: date) { () throws(DailyJob.Failure) in
            try job(for: logs[own], reading: logs).run(logs, window: window)
        }
        for (day, result) in zip(plan.logDays, results) { try refuseTooManyRejected(result.tally, of: day) }

        let found = Dictionary(uniqueKeysWithValues: zip(plan.logDays, results))
        var recounted: [CalendarDate] = []
        for (day, through) in plan.days where day != date {
            guard let (statistics, tally) = found[day] else { continue }
            if !statistics.hasData {
                guard known[day] != nil, try !hasRows(on: day) else { continue }
            }
            let extent = CountedExtent(through: through, isMature: through >= clock.closing(of: day, after: window))
            let quality = Quality(
                date: day, tally: tally, statistics: statistics, extent: extent,
                sampleRatio: try sampleRatioChecks(statistics, on: day, into: &outcome))
            try publish(statistics, quality, of: day)
            recounted.append(day)
        }
        outcome.recountedDays = recounted.map(\.description)
        if !recounted.isEmpty {
            report(
                .information(
                    "\(date): counted \(Text.days(recounted)) again: conversions count for \(window.text) "
                        + "after the exposure"))
        }
        guard let (statistics, tally) = found[date], let through = plan.days.first(where: { $0.date == date })?.through
        else { return }
        let extent = CountedExtent(through: through, isMature: through >= clock.closing(of: date, after: window))
        try conclude(statistics, tally, extent: extent, of: date, hasLog: !logs[own].files.isEmpty, into: &outcome)
    }

    /// The days of the state, and the last log day that was counted for each: of one that does not say so, its own.
    private func countedDays() throws(RunFailure) -> [CalendarDate: CalendarDate] {
        struct Part: Decodable {
            var through: String?
        }
        var counted: [CalendarDate: CalendarDate] = [:]
        for date in try files({ () throws(FileError) in try state.statisticsDates() }) {
            let bytes = try? FileSystem.read(state.statistics(on: date) + "/quality.json")
            let part = bytes.flatMap { try? JSONDecoder().decode(Part.self, from: Data($0)) }
            counted[date] = part?.through.flatMap { CalendarDate($0) } ?? date
        }
        return counted
    }

    /// The log of a day whose night this is not. Without its list of robots it cannot be judged, and is left out.
    private func logOfOtherDay(
        _ date: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) -> DayLog {
        let empty = DayLog(
            files: [], day: DayClock(timeZone: configuration.timeZone).day(date), policy: BotPolicy(configuration.bots))
        guard try !logFiles(of: date).isEmpty else { return empty }
        do throws(RunFailure) {
            return try log(of: date)
        } catch {
            guard case .file(let fault) = error, fault.isMissing else { throw error }
            warn(
                "\(fault.path): missing, so the log of \(date) is not counted, and its statistics stay as they are; "
                    + "put an empty file there if that day has no such list",
                in: &outcome)
            return empty
        }
    }
}
