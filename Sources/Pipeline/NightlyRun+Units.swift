import BotFilter
import Configuration
package import Domain
import EventLog
import State
import Statistics
import Synchronization

extension NightlyRun {
    /// The columns of units, as CSV has them in its first line.
    package static let unitColumns = UnitLines.columns.joined(separator: ",")

    /// Gives out the units of days as text, each day's as a night counts them: same bot filter, conversion window and journal.
    /// Nothing is written to the state directory, and no lock is needed.
    ///
    /// Under a conversion window conversions count as far as there are logs: those of the day and of the days after it on which
    /// its windows are open are read. So the units add up to the day's `statistics.csv` once the nights of all these days have
    /// been run.
    ///
    /// - Parameters:
    ///   - isWanted: which experiments' units to give out.
    ///   - write: takes the text piece by piece, whole lines in no order, one call at a time but from any thread.
    /// - Returns: whether every day had a unit.
    /// - Throws: ``RunFailure/tooManyRejected(date:tally:allowed:)`` before the first unit of the day concerned.
    package func units(
        of dates: ClosedRange<CalendarDate>, as format: UnitFormat, where isWanted: (SlotKey) -> Bool,
        to write: @escaping @Sendable ([UInt8]) -> Void
    ) throws(RunFailure) -> Bool {
        let experiments = configuration.experiments.map(\.experiment)
        let wanted = experiments.map { isWanted($0.key) }
        let history = try journal().history
        let shares = UnitPropensities(ServedShares(state, history: history), experiments)
        // Of the text: whether there has been any.
        let hasBegun = Mutex(false)
        let writeNext: @Sendable ([UInt8]) -> Void = { bytes in
            hasBegun.withLock { hasBegun in
                if !hasBegun { write(UnitLines.header(format)) }
                hasBegun = true
                if !bytes.isEmpty { write(bytes) }
            }
        }
        var areAllThere = true
        for dayNumber in dates.lowerBound.dayNumber...dates.upperBound.dayNumber {
            let date = CalendarDate(dayNumber: dayNumber)
            let lines = UnitLines(format, date: date, experiments: experiments)
            let count = Mutex(0)
            let logs = try logs(ofUnitsOn: date)
            let isAccepted = { @Sendable (day: Int, tally: LogTally) in
                (try? refuseTooManyRejected(tally, of: date.advanced(by: day))) != nil
            }
            let output = UnitOutput(day: 0, accepts: isAccepted) { units, names in
                var bytes: [UInt8] = []
                var found = 0
                for unit in units where wanted[unit.experiment] {
                    lines.append(unit, names, propensity: shares.propensity(of: unit, names), to: &bytes)
                    found += 1
                }
                guard found > 0 else { return }
                count.withLock { $0 += found }
                writeNext(bytes)
            }
            let job = job(for: logs[0], reading: logs, served: history)
            _ = try counted(on: date, by: job) { () throws(DailyJob.Failure) in
                try job.run(logs, window: configuration.statistics.conversionWindow, to: output)
            }
            for fault in shares.takeFaults() { report(.propensitiesUnknown(date, fault)) }
            if count.withLock({ $0 }) == 0 {
                areAllThere = false
                report(.noUnits(date, logs[0].files.isEmpty ? .noFile : .noEvent(instead: nil)))
            }
        }
        writeNext([])
        return areAllThere
    }

    /// The logs that count for the units of a day: its own first, then those of the days on which its windows are open.
    private func logs(ofUnitsOn date: CalendarDate) throws(RunFailure) -> [DayLog] {
        let clock = DayClock(timeZone: configuration.timeZone)
        let last = configuration.statistics.conversionWindow.map { clock.closing(of: date, after: $0) } ?? date
        let days = (date.dayNumber...last.dayNumber).map { CalendarDate(dayNumber: $0) }
        var outcome = NightOutcome(date: date)
        return try logs(of: days, night: date, into: &outcome).logs
    }
}

/// The propensity of units: what the log states, or the share by which the table that served sent visitors.
///
/// Used by several threads at once.
private final class UnitPropensities: Sendable {
    private struct Key: Hashable {
        var experiment: Int
        var variant: Int
        var segment: UInt32
        var table: CalendarDate
    }

    private struct State {
        /// Of the day: segments have other numbers in the next one's.
        var known: [Key: UInt32?] = [:]
        var faults: [CalendarDate: ServedSharesError] = [:]
    }

    private let shares: ServedShares
    private let experiments: [Experiment]
    private let state = Mutex(State())

    init(_ shares: ServedShares, _ experiments: [Experiment]) {
        self.shares = shares
        self.experiments = experiments
    }

    /// In billionths; nil: not known.
    func propensity(of unit: UnitOutcome, _ names: UnitNames) -> UInt32? {
        if unit.propensity > 0 { return unit.propensity }
        guard let table = names.table(of: unit) else { return nil }
        let key = Key(experiment: unit.experiment, variant: unit.variant, segment: unit.segment, table: table)
        return state.withLock { state in
            if let known = state.known[key] { return known }
            let slot = experiments[unit.experiment].key
            let arm = ArmKey(
                platform: slot.platform, slot: slot.slot, segment: names.withSegment(of: unit) { Name($0.string) },
                variant: names.variant(of: unit))
            var found: UInt32?
            do throws(ServedSharesError) {
                found = try shares.share(table: table, arm).map { UInt32($0) * 1_000 }
            } catch {
                state.faults[table] = error
            }
            state.known[key] = .some(found)
            return found
        }
    }

    /// Why shares of tables are not known, in the order of the tables; forgotten with all that is known of the day.
    func takeFaults() -> [ServedSharesError] {
        state.withLock { state in
            defer { state = State() }
            return state.faults.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
