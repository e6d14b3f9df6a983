package import Domain
package import Statistics

/// How the propensities that the log states for an experiment's units compare with the shares that served them.
///
/// They differ rightly where serving had run out of an arm; where they differ everywhere, the log is of another table, or serving
/// does not do what the table says.
package struct StatedPropensities: Codable, Equatable, Sendable {
    package var platform: String
    package var slot: String
    /// Units whose exposure states a propensity.
    package var stated: Int64
    /// Those of them whose propensity differs from the served share by more than 1e-6; nil when a row has too many different
    /// ones to tell.
    package var differing: Int64?
    /// Those of them whose served share is not known.
    package var incomparable: Int64
    package var notStated: Int64

    /// Nil when no unit of the experiment states a propensity.
    package init?(experiment: SlotKey, rows: [DayStatistics.Row], shares: ServedShares) {
        platform = experiment.platform.string
        slot = experiment.slot.string
        var differing: Int64? = 0
        (stated, incomparable, notStated) = (0, 0, 0)
        for row in rows where row.key.slotKey == experiment {
            let tally = row.propensities
            stated += tally.units
            notStated += row.counts.visitors - tally.units
            guard tally.units > 0 else { continue }
            guard let table = row.table,
                let group = try? shares.group(table: table, slot: experiment, segment: row.key.segment)
            else {
                incomparable += tally.units
                continue
            }
            guard !tally.hasTooMany else {
                differing = nil
                continue
            }
            let share = Int64(group.share(row.key.variant) ?? 0) * 1_000
            for (propensity, units) in tally.unitsByPropensity where abs(propensity - share) > 1_000 {
                differing = differing.map { $0 + units }
            }
        }
        guard stated > 0 else { return nil }
        self.differing = differing
    }
}
