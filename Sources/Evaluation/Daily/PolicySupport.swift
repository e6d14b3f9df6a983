package import Domain
package import Policies

/// What becomes of visitors for whom a policy wants arms that could not be served.
package enum SupportRule: String, CaseIterable, Sendable {
    /// They are left out for all policies, so that all are judged by the same visitors.
    case drop
    /// The policy's other shares are scaled up, as serving does when an arm is out of stock; where it has none, as `drop`.
    case renormalise
    /// Nothing is changed: what those arms earn counts as 0, a lower bound for rewards that are not negative.
    case keep
}

/// Policies made fit for the visitors there are.
package struct SupportedPolicies: Sendable {
    /// By policy, in the order given.
    package private(set) var shares: [PolicyShares]
    /// The strata that are judged.
    package private(set) var isKept: [Bool]
    /// By policy and stratum: u, the share of arms that could not be served, before anything is dropped.
    package let unsupported: [[Double]]
    /// Visitors left out.
    package private(set) var leftOut: Int64 = 0
    /// For messages: policy, arm and the days on which the arm could not be served though the policy wanted it.
    package private(set) var reasons: [Reason] = []

    /// The greatest share that a policy gives in some stratum to arms that could not be served.
    package var greatestUnsupported: Double { unsupported.joined().max() ?? 0 }

    package struct Reason: Sendable {
        package var policy: String
        package var variant: Name
        package var dates: [CalendarDate]
    }

    /// - Throws: `PolicyError` when a policy has no shares for some visitors.
    package init(
        _ policies: [TargetPolicy], in log: LoggedExperiment, rule: SupportRule
    ) throws(PolicyError) {
        shares = []
        var unsupported: [[Double]] = []
        var missing: [[String: Set<CalendarDate>]] = []
        for policy in policies {
            let (own, unknown) = try policy.shares(in: log)
            shares.append(own)
            var masses: [Double] = []
            var days: [String: Set<CalendarDate>] = [:]
            for (number, stratum) in log.strata.enumerated() {
                var mass = 0.0
                for arm in log.arms.indices where stratum.shares[arm] == 0 && own.shares[number][arm] > 0 {
                    mass += own.shares[number][arm]
                    days[log.arms[arm].string, default: []].insert(stratum.date)
                }
                for arm in unknown[number] {
                    mass += arm.share
                    days[arm.variant.string, default: []].insert(stratum.date)
                }
                masses.append(mass)
            }
            unsupported.append(masses)
            missing.append(days)
        }
        self.unsupported = unsupported
        isKept = Array(repeating: true, count: log.strata.count)
        switch rule {
        case .keep: break
        case .drop:
            for stratum in log.strata.indices where unsupported.contains(where: { $0[stratum] > 0 }) {
                isKept[stratum] = false
            }
        case .renormalise:
            for stratum in log.strata.indices {
                // A share of one, of decimals that were added up.
                if unsupported.contains(where: { $0[stratum] >= 1 - 1e-9 }) { isKept[stratum] = false }
            }
            for (policy, masses) in unsupported.enumerated() {
                for (stratum, mass) in masses.enumerated() where mass > 0 && isKept[stratum] {
                    for arm in log.arms.indices {
                        let share = shares[policy].shares[stratum][arm]
                        shares[policy].shares[stratum][arm] =
                            log.strata[stratum].shares[arm] > 0 ? share / (1 - mass) : 0
                    }
                }
            }
        }
        for (stratum, isKept) in zip(log.strata, isKept) where !isKept {
            for cell in log.cells[stratum.cells] { leftOut += cell.moments.visitors }
        }
        for (policy, days) in zip(policies, missing) {
            for (variant, dates) in days.sorted(by: { $0.key < $1.key }) {
                reasons.append(Reason(policy: policy.name, variant: Name(variant), dates: dates.sorted()))
            }
        }
    }
}
