package import Domain

/// The holdouts that experiments of a file name, with the first experiment that names each.
package struct NamedHoldouts {
    fileprivate var first: [Name: (path: JSON5Path, traffic: Double)] = [:]

    package init() {}
}

// Controls, and the holdouts that they have in common.
extension ConfigurationReader {
    /// Reads the name of the holdout of an experiment.
    package mutating func holdout(of node: JSON5Node) -> Name? {
        guard let holdout = nullable(node["holdout"], { $0.name($1, "holdout") }) ?? nil else { return nil }
        let isDeclared = node["control"].map { $0.value != .null } ?? false
        if !isDeclared {
            fault(
                node.path.appending("holdout"),
                "the holdout \(JSON5Value.quoted(holdout.string)) is of an experiment without a control",
                "add control: { variant: \"plain\", traffic: 0.05 }, or remove it")
        }
        return holdout
    }

    /// Checks what the holdout of an experiment asks of its variants and of other experiments.
    ///
    /// - A visitor is in the holdout when its number is below the control's share. Experiments with different shares would have
    ///   different visitors under one name.
    /// - The number of the experiment's own holdout is that of an arm `control`. An arm of that name would be given another
    ///   share of the others than its own.
    package mutating func checkHoldout(_ node: JSON5Node, of experiment: Experiment, among named: inout NamedHoldouts) {
        guard let control = experiment.control else { return }
        guard let holdout = experiment.holdout else {
            if control.variant.string != "control", experiment.variants.contains(where: { $0.string == "control" }) {
                fault(
                    node.path.appending("control"),
                    "\"control\" is a variant beside the control \(JSON5Value.quoted(control.variant.string))",
                    "give that variant another name, or make it the control")
            }
            return
        }
        guard let first = named.first[holdout] else {
            named.first[holdout] = (node.path, control.traffic)
            return
        }
        if first.traffic != control.traffic {
            fault(
                node.path.appending("control").appending("traffic"),
                "the holdout \(JSON5Value.quoted(holdout.string)) has a share of \(control.traffic) here and of "
                    + "\(first.traffic) in \(first.path)",
                "write one share in both, or name another holdout")
        }
    }
}
