import Configuration
package import Domain
import State

extension NightlyRun {
    /// Puts counts from elsewhere into the statistics of their days, each in one step. The caller holds the lock.
    ///
    /// - Parameter replaces: whether days may be replaced that logs were counted for.
    /// - Returns: the days that logs were counted for, which stay as they are; then nothing is written. Nil: all days are in place.
    package func importCounts(_ counts: CountsFile, replaces: Bool) throws(RunFailure) -> [CalendarDate]? {
        struct Part: Decodable {
            var imported: String?
            var units: Int64?
        }
        try refuseOtherPipeline()
        try files { () throws(FileError) in try state.removeLeftovers() }
        if !replaces {
            var taken: [CalendarDate] = []
            for (date, _) in counts.days {
                let bytes = try readIfThere(state.statistics(on: date) + "/quality.json")
                let part = bytes.flatMap { try? JSONFile.value(Part.self, $0) }
                if let part, part.imported == nil, part.units ?? 0 > 0 { taken.append(date) }
            }
            guard taken.isEmpty else { return taken }
        }
        let bound = configuration.statistics.segments
        for (date, counted) in counts.days {
            let (rows, folded): ([DailyRow], [SegmentBound.Folded])
            do throws(CountOverflow) {
                (rows, folded) = try bound.folding(counted)
            } catch {
                throw .overflow(date: date)
            }
            var quality = Quality(
                imported: FileSystem.name(of: counts.file), date: date, timezone: configuration.timeZone.identifier,
                rows: rows, experiments: configuration.experiments.map(\.experiment))
            if !folded.isEmpty { quality.foldedSegments = folded.map { Quality.FoldedSegments($0) } }
            let beyond = folded.filter(\.isBeyond)
            if !beyond.isEmpty { report(.segmentsFolded(date, beyond, atMost: bound.atMost)) }
            let contents: [(name: String, bytes: [UInt8])] = [
                ("quality.json", JSONFile.bytes(of: quality)), ("statistics.csv", StatisticsFile.bytes(of: rows)),
            ]
            _ = try files { () throws(FileError) in try state.publish(contents, as: state.statistics(on: date)) }
        }
        return nil
    }
}
