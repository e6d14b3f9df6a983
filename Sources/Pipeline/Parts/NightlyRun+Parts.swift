import Configuration
import Domain
import EventLog
import State
import Statistics

extension NightlyRun {
    /// Adds up parts to what one machine would have counted.
    func addedParts(
        _ paths: PartPaths, of date: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) -> CountedNight {
        let set = try PartSet.read(paths)
        let window = configuration.statistics.conversionWindow
        let widest = try window.map { window throws(RunFailure) in
            try plan(of: date, window: window) { _ in true }
        }
        let dates = widest?.logDays ?? [date]
        let expected = PartSet.Expectation(
            date: date, configuration: digest(configurationBytes), journal: try journalDigest(through: dates),
            plan: plannedDays(widest), days: dates, needsAudit: options.audits)
        do throws(PartFault) {
            try set.check(expected)
        } catch {
            throw .parts(error)
        }
        // As the night on one machine: days whose logs were needed only if an earlier day had one are left alone.
        let exact = try window.map { window throws(RunFailure) in
            try self.plan(of: date, window: window) { day throws(RunFailure) in
                dates.firstIndex(of: day).map { set.hasLog($0, day) } ?? false
            }
        }
        let folding = try segmentFolding()
        var days: [(date: CalendarDate, counted: CountedDay)] = []
        for (index, day) in dates.enumerated() where exact?.logDays.contains(day) ?? true {
            var counted: CountedDay
            do throws(PartFault) {
                counted = try set.sum(index, day)
            } catch {
                throw .parts(error)
            }
            do throws(CountOverflow) {
                try counted.statistics.fold(folding)
            } catch {
                throw .overflow(date: day)
            }
            // Nothing was split, as nothing is read on one machine.
            if counted.tally.files.isEmpty { counted.tally = LogTally(of: configuration.events.schema) }
            counted.found = found(day, byParts: set.found(index, day), files: counted.tally.files)
            days.append((day, counted))
            if let path = set.missingList(index), set.hasLog(index, day) {
                warn(.denyListMissing(path: path, day: day), in: &outcome)
            }
        }
        return CountedNight(days: days, plan: exact)
    }
}
