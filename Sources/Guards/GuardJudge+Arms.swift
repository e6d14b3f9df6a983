import Domain

/// What arms had, or should have.
extension GuardJudge {
    func unknownVariants() -> [Tripped] {
        facts.unknown.sorted { $0.key < $1.key }.compactMap { key, unknown in
            let all = unknown.views + unknown.unknownViews
            let share = all > 0 ? Double(unknown.unknownViews) / Double(all) : 0
            guard share > threshold(.above, .unknownVariants),
                Double(unknown.unknownViews) >= threshold(.atLeast, .unknownVariants)
            else { return nil }
            let names = unknown.names.isEmpty ? "" : ": \(unknown.names.joined(separator: ", "))"
            return (
                key,
                "\(Text.count(unknown.unknownViews)) of \(Text.count(all, "view")) (\(GuardJudge.percent(share))) show "
                    + "variants that are not declared\(names); declare them, or mend the log"
            )
        }
    }

    func silentVariants() -> [Tripped] {
        facts.declared.compactMap { experiment in
            if let visitors = missedVisitors(experiment) {
                return (
                    experiment.key,
                    "no visitor at all, where \(Text.count(Int64(visitors.rounded()))) were to be expected by the nights before: look "
                        + "whether the slot is shown, and logged under this name"
                )
            }
            let silent = (facts.expected[experiment.key] ?? []).filter {
                $0.visitors == 0 && $0.expected >= threshold(.atLeast, .silentVariants)
                    && experiment.arms.contains($0.variant)
            }
            guard !silent.isEmpty else { return nil }
            let names = silent.map { "\($0.variant) (\(Text.count(Int64($0.expected.rounded()))) expected)" }
            return (
                experiment.key,
                "no visitor of \(names.joined(separator: ", ")), by the tables that served: look whether it is shown, and "
                    + "logged under this name"
            )
        }
    }

    /// Of an experiment that was served and had no visitor: how many were to be expected by the days before.
    private func missedVisitors(_ experiment: GuardFacts.Declared) -> Double? {
        guard let tonight = facts.tonight, tonight.counts[experiment.key] == nil,
            let served = facts.served[experiment.key], !served.isDisjoint(with: experiment.arms),
            let median = GuardJudge.median(facts.earlier.map { Double($0.counts[experiment.key]?.units ?? 0) }),
            median >= threshold(.atLeast, .silentVariants)
        else { return nil }
        return median
    }

    func lostVariants(_ nearest: (String, [String]) -> String?) -> [Tripped] {
        let declared = Dictionary(uniqueKeysWithValues: facts.declared.map { ($0.key, $0.arms) })
        // What the table in force has no row of was lost, and accepted, before.
        let known = facts.inForce ?? facts.counted
        return known.sorted { $0.key < $1.key }.compactMap { key, arms in
            let lost = arms.filter { declared[key]?.contains($0) != true && !facts.retired.contains($0, of: key) }
                .sorted()
            guard !lost.isEmpty else { return nil }
            guard let own = declared[key] else {
                let new = declared.keys.filter { known[$0] == nil }.sorted()
                let renamed = new.first { declared[$0].map { !$0.isDisjoint(with: arms) } ?? false }
                let hint = renamed.map { "; was it renamed to \(GuardJudge.place($0))?" } ?? ""
                return (
                    key,
                    "the experiment is no longer declared, with \(GuardJudge.list(lost))\(hint); put it under retired if it is meant to end"
                )
            }
            let new = own.subtracting(arms).sorted().map(\.string)
            let hints = lost.compactMap { name -> String? in
                let meant = nearest(name.string, new) ?? (lost.count == 1 && new.count == 1 ? new[0] : nil)
                return meant.map { "\(name) may be \($0) now" }
            }
            let hint = hints.isEmpty ? "" : " (\(hints.joined(separator: ", ")): a new name starts from nothing)"
            return (
                key,
                "\(GuardJudge.list(lost)) \(lost.count == 1 ? "is" : "are") no longer declared\(hint); "
                    + "put \(lost.count == 1 ? "it" : "them") under retired if that is meant"
            )
        }
    }

    private static func list(_ names: [Name]) -> String {
        names.prefix(5).map(\.string).joined(separator: ", ")
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }

    func sampleRatio() -> [Tripped] {
        facts.sampleRatios.sorted { $0.key < $1.key }.compactMap { key, pValue in
            guard pValue < threshold(.below, .sampleRatio) else { return nil }
            return (
                key,
                "visitors did not come in the shares they were served by "
                    + "(p \(pValue < 1e-9 ? "< 0.000000001" : "= \(PlainDecimal.string(pValue))")): "
                    + "look for lost or doubled events"
            )
        }
    }

    func move() -> [Tripped] {
        facts.moved.sorted { $0.key < $1.key }.compactMap { key, share in
            guard share > threshold(.above, .move) else { return nil }
            return (
                key,
                "\(GuardJudge.percent(share)) of visitors would see another variant, and at most "
                    + "\(GuardJudge.percent(threshold(.above, .move))) are to in one night"
            )
        }
    }
}
