import Domain
package import Guards

// What holds a night's table, and what is meant to be gone.
extension ConfigurationReader {
    /// Reads guards: `{ noReward: "warn", visitors: { action: "hold", below: 0.2 } }`, over what holds for those not named.
    package mutating func guards(_ node: JSON5Node?) -> GuardSettings {
        var settings = GuardSettings()
        guard let node = section(node, of: "guards") else { return settings }
        for kind in GuardKind.allCases {
            guard let own = node[kind.rawValue] else { continue }
            var rule = settings[kind]
            if case .object = own.value {
                let ranges = GuardSettings.ranges(kind)
                guard let own = section(own, of: "guards.\(kind.rawValue)") else { continue }
                // Who gives a threshold to a guard that is off wants it.
                if let action = word(own["action"], as: GuardAction.self) {
                    rule.action = action
                } else if rule.action == .off, own["action"] == nil {
                    rule.action = .hold
                }
                for (threshold, range) in ranges {
                    let value = number(
                        own[threshold.rawValue],
                        expected:
                            "a number from \(PlainDecimal.string(range.lowerBound)) to \(PlainDecimal.string(range.upperBound))",
                        "leave it out for the default"
                    ) { range.contains($0) }
                    if let value { rule.thresholds[threshold] = value }
                }
            } else if let action = word(own, as: GuardAction.self) {
                rule.action = action
            }
            if kind == .move, rule.action != .off, rule.thresholds[.above] == nil {
                fault(
                    own, "the guard move has no threshold",
                    "write the greatest share of visitors that may see another variant: { above: 0.2 }")
            }
            settings[kind] = rule
        }
        return settings
    }

    /// Reads experiments, and arms, that are meant to be gone.
    package mutating func retired(_ node: JSON5Node?) -> Retired {
        var retired = Retired()
        let example = #"[{ platform: "web", slot: "hero", variant: "spring" }]"#
        if case .array([])? = node?.value { return retired }
        for node in list(node, of: "what is meant to be gone", example: example) ?? [] {
            guard let node = section(node, of: "retired[]"),
                let platform = name(required("platform", of: node, example: "\"web\""), "platform"),
                let slot = name(required("slot", of: node, example: "\"hero\""), "slot")
            else { continue }
            let key = SlotKey(platform: platform, slot: slot)
            if let variant = node["variant"] {
                if let name = name(variant, "variant") { retired.arms[key, default: []].insert(name) }
            } else {
                retired.experiments.insert(key)
            }
        }
        return retired
    }

    /// Checks that what is meant to be gone is not declared.
    mutating func checkRetired(_ node: JSON5Node?, areDeclaredIn experiments: [Experiment]) {
        for node in node?.children ?? [] {
            guard case .string(let platform)? = node["platform"]?.value, case .string(let slot)? = node["slot"]?.value
            else { continue }
            let key = SlotKey(platform: Name(platform), slot: Name(slot))
            guard let experiment = experiments.first(where: { $0.key == key }) else { continue }
            if node["variant"] == nil {
                fault(
                    node,
                    "the experiment of platform \(JSON5Value.quoted(platform)) and slot \(JSON5Value.quoted(slot)) is declared and retired",
                    "take it out of one of the two, or name a variant")
            } else if case .string(let variant)? = node["variant"]?.value, experiment.arms.contains(Name(variant)) {
                fault(
                    node["variant"] ?? node, "the variant \(JSON5Value.quoted(variant)) is declared and retired",
                    "take it out of one of the two")
            }
        }
    }

    /// Reads the variants of an experiment that are meant to be gone.
    mutating func retiredVariants(_ node: JSON5Node?, of experiment: Experiment) -> Set<Name> {
        if case .array([])? = node?.value { return [] }
        var names: Set<Name> = []
        for node in list(node, of: "variants", example: #"["spring"]"#) ?? [] {
            guard let name = name(node, "variant") else { continue }
            if experiment.arms.contains(name) {
                fault(
                    node, "the variant \(JSON5Value.quoted(name.string)) is declared and retired",
                    "take it out of one of the two")
            }
            names.insert(name)
        }
        return names
    }
}
