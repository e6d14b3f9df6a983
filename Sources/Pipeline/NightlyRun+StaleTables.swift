import Configuration
import Domain
import Randomizer
import State

extension NightlyRun {
    /// Names the tables after that of the last night which were learned from something else than it was.
    ///
    /// What a table was learned from stands in its manifest, as digests. They are compared, so that a night which was killed after it had
    /// published, and is run again, says the same. A day whose conversions were still coming in is counted anew by later nights as a
    /// rule: of such days only a change that this run made counts.
    ///
    /// - Parameter changed: whether this run wrote another table than was there.
    func findStaleTables(
        after date: CalendarDate, changed: Bool, into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let tableDate = date.advanced(by: 1)
        let later = try files { () throws(FileError) in try state.allocationDates() }.filter { $0 > tableDate }
        guard !later.isEmpty, let own = try origin(ofTableOf: tableDate, through: date) else { return }
        let hasWindow = configuration.statistics.conversionWindow != nil
        var stale: [CalendarDate] = []
        for table in later {
            let other = try origin(ofTableOf: table, through: date)
            if other != own || changed && hasWindow { stale.append(table) }
        }
        guard !stale.isEmpty else { return }
        outcome.staleTables = stale.map(\.description)
        warn(.tablesStale(after: date, stale), in: &outcome)
    }

    /// What a table was learned from.
    private struct Origin: Equatable {
        var partitions: [String: String]
        var configuration: String?
        var blacklist: String?
        var priors: String?
    }

    /// The digests of a table, of days up to `last` whose conversions are all in; nil for a table whose manifest says nothing.
    private func origin(
        ofTableOf date: CalendarDate, through last: CalendarDate
    ) throws(RunFailure) -> Origin? {
        let path = state.allocation(on: date) + "/" + AllocationFormat.manifestFile
        guard let bytes = try readIfThere(path), let manifest = try? Manifest(json: bytes, file: path) else {
            return nil
        }
        let isMature = maturity(on: last)
        let partitions = manifest.partitions.filter { day, _ in
            CalendarDate(day).map { $0 <= last && isMature($0) } ?? false
        }
        return Origin(
            partitions: partitions, configuration: manifest.configuration, blacklist: manifest.blacklist,
            priors: manifest.priors)
    }
}
