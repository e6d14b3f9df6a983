package import Domain

/// A policy to be judged, with its name: what shares it would have given in each stratum.
package struct TargetPolicy: Sendable {
    /// Where the shares come from.
    package enum Source: Sendable {
        /// The shares that served.
        case served
        /// The control keeps its share; the rest in equal parts over the arms that competed and could be served.
        case even
        /// All to one arm.
        case always(Name)
        /// Row groups by table date, in force from that date on; no date: on all days.
        case tables([DatedShares])
        /// Row groups in place of those of the table with that date: what other settings would have published.
        case inPlaceOf([CalendarDate: [Name: [Name: Double]]])
    }

    /// Row groups with a date.
    package struct DatedShares: Sendable {
        package var date: CalendarDate?
        /// By segment, then variant.
        package var groups: [Name: [Name: Double]]

        package init(date: CalendarDate?, groups: [Name: [Name: Double]]) {
            self.date = date
            self.groups = groups
        }
    }

    package var name: String
    package var source: Source

    package init(name: String, source: Source) {
        self.name = name
        self.source = source
    }

    /// A policy that has no shares for some visitors.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The shares by stratum and arm. Arms that the log never had are in `unknown`, by stratum: their shares lie outside.
    package func shares(
        in log: LoggedExperiment
    ) throws(Failure) -> (shares: PolicyShares, unknown: [[Name: Double]]) {
        var all: [[Double]] = []
        var unknown: [[Name: Double]] = []
        for stratum in log.strata {
            switch source {
            case .served:
                all.append(stratum.shares)
                unknown.append([:])
            case .even:
                all.append(TargetPolicy.even(stratum))
                unknown.append([:])
            case .always(let variant):
                guard log.arms.contains(variant) else {
                    throw Failure(
                        description: "\(name): \(log.key.platform)/\(log.key.slot) has no arm \(variant); it has "
                            + log.arms.map(\.string).joined(separator: ", "))
                }
                all.append(log.arms.map { $0 == variant ? 1 : 0 })
                unknown.append([:])
            case .tables(let tables):
                let group = try group(serving: stratum, among: tables, log.key)
                all.append(log.arms.map { group[$0] ?? 0 })
                unknown.append(group.filter { $0.value > 0 && !log.arms.contains($0.key) })
            case .inPlaceOf(let tables):
                guard let groups = tables[stratum.table], let group = groups[stratum.segment] ?? groups[.everyone]
                else {
                    throw Failure(description: "\(name): nothing would have been published for \(stratum.table)")
                }
                all.append(log.arms.map { group[$0] ?? 0 })
                unknown.append([:])
            }
        }
        return (PolicyShares(shares: all), unknown)
    }

    private static func even(_ stratum: LoggedExperiment.Stratum) -> [Double] {
        let arms = stratum.shares.indices
        let competing = arms.filter { stratum.standings[$0] == .competing && stratum.shares[$0] > 0 }
        let control = arms.filter { stratum.standings[$0] == .control }
        // Where nothing competes the control has all of the traffic, and keeps it.
        let held = control.reduce(0) { $0 + stratum.shares[$1] }
        var shares = Array(repeating: 0.0, count: arms.count)
        for arm in control {
            shares[arm] = competing.isEmpty && held > 0 ? stratum.shares[arm] / held : stratum.shares[arm]
        }
        for arm in competing { shares[arm] = (1 - held) / Double(competing.count) }
        return shares
    }

    private func group(
        serving stratum: LoggedExperiment.Stratum, among tables: [DatedShares], _ key: SlotKey
    ) throws(Failure) -> [Name: Double] {
        let dated = tables.filter { table in table.date.map { $0 <= stratum.date } ?? true }
        let newest = dated.max { ($0.date?.dayNumber ?? .min) < ($1.date?.dayNumber ?? .min) }
        guard let newest else {
            throw Failure(
                description: "\(name): no rows of \(stratum.date) or before it, which the log has visitors of; "
                    + "give the rows no date, or an earlier one")
        }
        guard let group = newest.groups[stratum.segment] ?? newest.groups[.everyone] else {
            throw Failure(
                description: "\(name): no rows for segment \(stratum.segment) of \(key.platform)/\(key.slot), and none "
                    + "for everyone; add rows with segment *")
        }
        return group
    }
}
