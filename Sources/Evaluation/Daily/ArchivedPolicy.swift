import Domain
package import Policies

/// An archived table as a policy for all days.
package struct ArchivedPolicy: SegmentPolicy {
    package let name: String
    private let groups: [Name: [ArmShare]]

    package init(name: String, _ table: ServedTable) {
        self.name = name
        groups = table.groups.mapValues { arms in
            arms.filter { $0.traffic > 0 }.map { ArmShare($0.variant, Double($0.traffic) / 1e6) }
        }
    }

    package func shares(of stratum: Stratum) throws(PolicyError) -> [ArmShare] {
        guard let group = groups[stratum.segment] ?? groups[.everyone] else {
            throw PolicyError("the table has no rows for segment \(stratum.segment), and none for everyone")
        }
        return group
    }
}
