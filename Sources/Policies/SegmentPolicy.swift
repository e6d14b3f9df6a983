package import Domain

/// A policy whose shares depend on the date and the visitor's segment alone, never on what was seen.
///
/// All visitors of a stratum then have one propensity for each arm, so that what the policy would have earned on past days
/// follows from daily rows, without the visitors.
package protocol SegmentPolicy: Sendable {
    /// As tables show it.
    var name: String { get }

    /// The shares of a stratum's visitors: those above 0, which add up to 1, in byte order of the variants.
    ///
    /// They may name arms that the stratum does not offer: what to do then is the caller's choice.
    func shares(of stratum: Stratum) throws(PolicyError) -> [ArmShare]
}

/// An arm's share of visitors, 0 < share ≤ 1.
package struct ArmShare: Equatable, Sendable {
    package var variant: Name
    package var share: Double

    package init(_ variant: Name, _ share: Double) {
        self.variant = variant
        self.share = share
    }
}

/// Visitors of a day and a segment, and the arms that they could be shown.
package struct Stratum: Equatable, Sendable {
    package var date: CalendarDate
    package var segment: Name
    /// The arms that share the traffic which the control leaves.
    package var competing: [Name]
    /// With its share of these visitors.
    package var control: Experiment.Control?

    package init(date: CalendarDate, segment: Name, competing: [Name], control: Experiment.Control? = nil) {
        self.date = date
        self.segment = segment
        self.competing = competing
        self.control = control
    }
}

/// The control keeps its share and the competing arms have equal parts of the rest; a control alone has everything.
package struct EvenPolicy: SegmentPolicy {
    package let name: String

    package init(name: String = "even") {
        self.name = name
    }

    /// - Throws: where a stratum has no arm at all.
    package func shares(of stratum: Stratum) throws(PolicyError) -> [ArmShare] {
        guard !stratum.competing.isEmpty else {
            guard let control = stratum.control else {
                throw PolicyError("\(stratum.date), segment \(stratum.segment): no arm to share the traffic among")
            }
            return [ArmShare(control.variant, 1)]
        }
        let part = (1 - (stratum.control?.traffic ?? 0)) / Double(stratum.competing.count)
        let shares =
            stratum.competing.map { ArmShare($0, part) }
            + (stratum.control.map { [ArmShare($0.variant, $0.traffic)] } ?? [])
        return shares.sorted { $0.variant < $1.variant }
    }
}

/// One arm for everyone.
package struct AlwaysPolicy: SegmentPolicy {
    package let name: String
    package let variant: Name

    /// - Parameter name: nil: `always:` and the variant.
    package init(_ variant: Name, name: String? = nil) {
        self.variant = variant
        self.name = name ?? "always:\(variant)"
    }

    package func shares(of stratum: Stratum) -> [ArmShare] { [ArmShare(variant, 1)] }
}

/// A segment policy that serves: every night it gives each segment the policy's shares of the day.
///
/// Arms that cannot be shown on the day, as not declared yet or blacklisted, leave their share to the others in proportion,
/// as serving does with an arm that is out of stock; where none of the policy's arms is left, the segment is split evenly.
package struct ServedSegmentPolicy: Policy {
    package let policy: any SegmentPolicy

    package init(_ policy: any SegmentPolicy) {
        self.policy = policy
    }

    package var name: String { policy.name }

    package func table(_ night: Night) throws(PolicyError) -> PolicyTable {
        let experiment = night.experiment
        let competing = night.competing.map { experiment.arms[$0].variant }
        var table = night.table(night.even)
        for (position, segment) in experiment.segments.enumerated() {
            let stratum = Stratum(
                date: night.date, segment: segment.name, competing: competing, control: experiment.control)
            var shares = [Double](repeating: 0, count: experiment.arms.count)
            for arm in try policy.shares(of: stratum) {
                guard competing.contains(arm.variant) || arm.variant == experiment.control?.variant,
                    let index = experiment.position(of: arm.variant)
                else { continue }
                shares[index] = arm.share
            }
            let sum = shares.reduce(0, +)
            guard sum > 0 else { continue }
            table.segments[position] = sum == 1 ? shares : shares.map { $0 / sum }
        }
        return table
    }
}
