package import Allocation
package import Domain
import Learning

// Experiments and how they share their traffic.
extension ConfigurationReader {
    /// Reads the experiments, each over the pipeline's own settings. Those at fault are left out.
    mutating func experiments(
        _ node: JSON5Node?, learning: LearningSettings, allocation: AllocationSettings, shared: JSON5Node? = nil
    ) -> [ExperimentConfiguration] {
        let example = #"[{ platform: "web", slot: "hero", variants: ["a", "b"] }]"#
        var read: [ExperimentConfiguration] = []
        var firstPaths: [SlotKey: JSON5Path] = [:]
        var holdouts = NamedHoldouts()
        let nodes = list(node, of: "experiments", example: example) ?? []
        if let node, nodes.count > ExperimentConfiguration.maximumCount {
            fault(
                node, "\(nodes.count) experiments, more than \(ExperimentConfiguration.maximumCount)",
                "split the pipeline in two, each with a state directory of its own")
        }
        for node in nodes {
            guard let node = section(node, of: "experiments[]") else { continue }
            let experiment = experiment(node)
            let learning = self.learning(node["learning"], over: learning)
            let base = experiment.map { allocation.keepingFloors(of: $0.variants) } ?? allocation
            let allocation = self.allocation(node["allocation"], over: base)
            guard let experiment else { continue }
            if let first = firstPaths[experiment.key] {
                let platform = JSON5Value.quoted(experiment.key.platform.string)
                let slot = JSON5Value.quoted(experiment.key.slot.string)
                fault(
                    node, "\(first) is the experiment of platform \(platform) and slot \(slot) already",
                    "merge the two, or name another slot")
            } else {
                firstPaths[experiment.key] = node.path
            }
            checkFloorNames(node["allocation"], of: experiment)
            checkFloorSum(node, of: experiment, allocation)
            checkHoldout(node, of: experiment, among: &holdouts)
            checkObjective(node, learning, shared: shared)
            var configured = ExperimentConfiguration(
                experiment: experiment, learning: learning, allocation: allocation)
            configured.retired = retiredVariants(node["retired"], of: experiment)
            read.append(configured)
        }
        return read
    }

    private mutating func experiment(_ node: JSON5Node) -> Experiment? {
        let platform = name(required("platform", of: node, example: "\"web\""), "platform")
        let slot = name(required("slot", of: node, example: "\"home-hero\""), "slot")
        let variants = variants(required("variants", of: node, example: #"["autumn", "winter"]"#))
        let control = nullable(node["control"]) { $0.control($1) } ?? nil
        let holdout = holdout(of: node)
        if let control, (variants ?? []).contains(where: { $0.string == control.variant.string }) {
            fault(
                node["control"]?["variant"] ?? node,
                "the control \(JSON5Value.quoted(control.variant.string)) is among the variants too",
                "take it out of variants: the control stands outside the competition")
        }
        guard let platform, let slot, let variants else { return nil }
        var experiment = Experiment(
            key: SlotKey(platform: platform, slot: slot), variants: variants, control: control, holdout: holdout)
        experiment.periods = periods(node["variants"])
        return experiment
    }

    /// A variant is its name, or an object that has dates beside it.
    private mutating func variantName(_ node: JSON5Node) -> Name? {
        guard case .object = node.value else { return name(node, "variant") }
        guard let node = section(node, of: "experiments[].variants[]") else { return nil }
        return name(required("name", of: node, example: "\"winter\""), "variant")
    }

    /// Reads the dates of the variants that have some.
    private mutating func periods(_ node: JSON5Node?) -> [Name: Experiment.Period] {
        var periods: [Name: Experiment.Period] = [:]
        for node in node?.children ?? [] {
            guard case .object = node.value, case .string(let name)? = node["name"]?.value else { continue }
            let from = nullable(node["from"]) { $0.date($1, example: "2026-12-01") } ?? nil
            let until = nullable(node["until"]) { $0.date($1, example: "2027-02-28") } ?? nil
            if let from, let until, until < from {
                fault(
                    node["until"] ?? node, "the variant ends on \(until), before it begins on \(from)",
                    "write an until that is not before from")
            }
            if from != nil || until != nil { periods[Name(name)] = Experiment.Period(from: from, until: until) }
        }
        return periods
    }

    /// Reads distinct names. Names that differ in Unicode normalization alone count as one, for nobody could tell them apart.
    private mutating func variants(_ node: JSON5Node?) -> [Name]? {
        guard let nodes = list(node, of: "variants", example: #"["autumn", "winter"]"#) else { return nil }
        if let node, nodes.count > ExperimentConfiguration.maximumVariants {
            fault(
                node, "\(nodes.count) variants, more than \(ExperimentConfiguration.maximumVariants)",
                "nobody learns which of so many is best: leave the hopeless ones out")
            return nil
        }
        var names: [Name] = []
        var firstPaths: [String: JSON5Path] = [:]
        for node in nodes {
            guard let name = variantName(node) else { continue }
            if let first = firstPaths[name.string] {
                fault(
                    node, "the variant \(JSON5Value.quoted(name.string)) is \(first) already",
                    "remove one of the two")
            }
            firstPaths[name.string] = firstPaths[name.string] ?? node.path
            names.append(name)
        }
        return names.count == nodes.count && firstPaths.count == nodes.count ? names : nil
    }

    package mutating func control(_ node: JSON5Node) -> Experiment.Control? {
        guard let node = section(node, of: "experiments[].control") else { return nil }
        let variant = name(required("variant", of: node, example: "\"plain\""), "variant")
        let traffic = number(
            required("traffic", of: node, example: "0.05"), expected: "a share of traffic between 0 and 1",
            "write a share such as 0.05, or leave control out"
        ) { $0 > 0 && $0 < 1 }
        guard let variant, let traffic else { return nil }
        return Experiment.Control(variant: variant, traffic: traffic)
    }

    /// Reads how to share traffic: what the file says over `base`; floors of single arms are added one by one.
    package mutating func allocation(_ node: JSON5Node?, over base: AllocationSettings) -> AllocationSettings {
        var settings = base
        guard let node = section(node, of: "allocation") else { return settings }
        if let method = word(node["method"], as: AllocationMethod.self) { settings.method = method }
        if let draws = integer(node["draws"], in: 1...10_000_000) { settings.draws = draws }
        if let floor = nullable(node["floor"], { $0.floor($1) }) { settings.floor = floor }
        for (variant, node) in dictionary(node["floors"], example: "{ autumn: 0.05 }") {
            if let floor = floor(node) { settings.floors[variant] = floor }
        }
        if let warmup = integer(node["warmup"], in: 0...Self.unlimited) { settings.warmup = Int64(warmup) }
        return settings
    }

    private mutating func floor(_ node: JSON5Node) -> Double? {
        number(node, expected: "a share of all traffic from 0 to 1", "write a share such as 0.02") {
            (0...1).contains($0)
        }
    }
}

extension AllocationSettings {
    /// These settings without floors of arms that are not among `variants`.
    fileprivate func keepingFloors(of variants: [Name]) -> AllocationSettings {
        let own = Set(variants)
        var settings = self
        settings.floors = floors.filter { own.contains(Name($0.key)) }
        return settings
    }
}
