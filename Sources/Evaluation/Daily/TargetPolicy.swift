package import Domain
package import Policies

/// A policy to be judged: which shares it would have given in each stratum.
package struct TargetPolicy: Sendable {
    /// Where the shares come from.
    package enum Source: Sendable {
        /// The shares that served.
        case served
        /// A function of date and segment.
        case segments(any SegmentPolicy)
        /// Row groups by segment that stand in place of those of the table with that date: what other settings would have
        /// published on the same night.
        case replacing([CalendarDate: [Name: [ArmShare]]])
    }

    package var name: String
    package var source: Source

    package init(name: String, source: Source) {
        self.name = name
        self.source = source
    }

    /// The shares of arms that the log has, by stratum and arm; and by stratum those of arms that it never had.
    package func shares(
        in log: LoggedExperiment
    ) throws(PolicyError) -> (shares: PolicyShares, unknown: [[ArmShare]]) {
        let positions = Dictionary(uniqueKeysWithValues: log.arms.enumerated().map { ($0.element, $0.offset) })
        var all: [[Double]] = []
        var unknown: [[ArmShare]] = []
        for stratum in log.strata {
            var shares = Array(repeating: 0.0, count: log.arms.count)
            var others: [ArmShare] = []
            switch source {
            case .served: shares = stratum.shares
            case .segments, .replacing:
                for arm in try given(stratum, in: log) {
                    if let position = positions[arm.variant] {
                        shares[position] = arm.share
                    } else {
                        others.append(arm)
                    }
                }
            }
            all.append(shares)
            unknown.append(others)
        }
        return (PolicyShares(shares: all), unknown)
    }

    private func given(
        _ stratum: LoggedExperiment.Stratum, in log: LoggedExperiment
    ) throws(PolicyError) -> [ArmShare] {
        switch source {
        case .served: return []
        case .segments(let policy):
            if let always = policy as? AlwaysPolicy, !log.arms.contains(always.variant) {
                throw PolicyError(
                    "\(name): \(log.key.platform)/\(log.key.slot) has no arm \(always.variant); it has "
                        + log.arms.map(\.string).joined(separator: ", "))
            }
            do throws(PolicyError) {
                return try policy.shares(of: offer(stratum, log.arms))
            } catch {
                throw PolicyError("\(name): \(error)")
            }
        case .replacing(let tables):
            guard let groups = tables[stratum.table], let group = groups[stratum.segment] ?? groups[.everyone] else {
                throw PolicyError("\(name): nothing would have been published for \(stratum.table)")
            }
            return group
        }
    }

    /// What the stratum's visitors could be shown.
    private func offer(_ stratum: LoggedExperiment.Stratum, _ arms: [Name]) -> Stratum {
        let served = arms.indices.filter { stratum.shares[$0] > 0 }
        let control = served.first { stratum.standings[$0] == .control }
        return Stratum(
            date: stratum.date, segment: stratum.segment,
            competing: served.filter { stratum.standings[$0] == .competing }.map { arms[$0] },
            control: control.map { Experiment.Control(variant: arms[$0], traffic: stratum.shares[$0]) })
    }
}
