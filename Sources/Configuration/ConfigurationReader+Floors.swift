package import Allocation
package import Domain

// Whether the floors can all be met.
extension ConfigurationReader {
    /// Checks that an experiment's floors are of its variants.
    package mutating func checkFloorNames(_ allocation: JSON5Node?, of experiment: Experiment) {
        let variants = experiment.variants.map(\.string)
        for (variant, node) in allocation?["floors"]?.members ?? [] where !experiment.variants.contains(Name(variant)) {
            if variant == experiment.control?.variant.string {
                faultOfKey(
                    node, "\(JSON5Value.quoted(variant)) is the control, whose share is fixed",
                    "remove it; control.traffic is its share")
            } else {
                faultOfKey(
                    node, "\(JSON5Value.quoted(variant)) is no variant of this experiment",
                    Self.suggest(variant, among: variants))
            }
        }
    }

    /// Checks that floors for all experiments are of variants that some experiment has.
    mutating func checkFloorNames(_ allocation: JSON5Node?, ofAnyIn experiments: JSON5Node?) {
        guard case .array? = experiments?.value else { return }
        let nodes = experiments?.children.flatMap { $0["variants"]?.children ?? [] } ?? []
        let variants = nodes.compactMap { node in
            if case .string(let name) = (node["name"] ?? node).value { name } else { nil }
        }
        let names = Set(variants.map { Name($0) })
        for (variant, node) in allocation?["floors"]?.members ?? [] where !names.contains(Name(variant)) {
            faultOfKey(
                node, "\(JSON5Value.quoted(variant)) is no variant of any experiment",
                Self.suggest(variant, among: Array(Set(variants)).sorted()))
        }
    }

    /// Checks that the floors of all competing arms together leave the control its share.
    ///
    /// The default floor is that of all arms eligible; a blacklisted arm raises the others' default, but never their sum.
    package mutating func checkFloorSum(_ node: JSON5Node, of experiment: Experiment, _ allocation: AllocationSettings)
    {
        let count = Double(experiment.variants.count)
        let available = 1 - (experiment.control?.traffic ?? 0)
        let sum = allocation.floors(of: experiment.variants, available: available).reduce(0, +)
        // Shares are decimals: ten floors of 0.1 are 1, whatever their binary sum.
        guard sum > available + 1e-9 else { return }

        let own = experiment.variants.compactMap { allocation.floors[$0.string] }
        let left = available - own.reduce(0, +)
        let others = count - Double(own.count)
        let suggestion =
            others > 0 && left >= 0
            ? "write a floor of at most \(Self.roundedDown(left / others))"
            : "lower the floors of single arms to \(Self.roundedDown(available)) together at most"
        let held = experiment.control == nil ? "" : ", all that the control leaves"
        let allocationNode = node["allocation"]
        fault(
            allocationNode?["floors"] ?? allocationNode?["floor"] ?? node["variants"] ?? node,
            "the floors of \(experiment.variants.count) variants sum to \(PlainDecimal.string(sum)),"
                + " above \(PlainDecimal.string(available))\(held)",
            suggestion)
    }

    /// A share cut after six decimals, which is what tables hold.
    private static func roundedDown(_ share: Double) -> String {
        // Half a billionth first, so that 0.19 · 10⁶ is not cut to 189,999.
        PlainDecimal.string(((share + 5e-10) * 1e6).rounded(.down) / 1e6)
    }
}
