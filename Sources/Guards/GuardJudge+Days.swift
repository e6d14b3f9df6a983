import Domain

/// How the day compares with the days before it.
extension GuardJudge {
    func noReward() -> [Tripped] {
        guard let tonight = facts.tonight else { return [] }
        if facts.hasWindow { return noRewardEvents(tonight) }
        return facts.declared.compactMap { experiment in
            guard let now = tonight.counts[experiment.key] else { return nil }
            let before = facts.earlier.compactMap { $0.counts[experiment.key] }
            if let (expected, rate) = missed(experiment, before, now) {
                return (experiment.key, text(experiment.reward, of: now.units, expected, rate))
            }
            // Others have some, and one arm that had has none: its clicks may be logged under another name.
            let silent = experiment.arms.sorted().compactMap { arm -> String? in
                let before = facts.earlier.compactMap { $0.arms[experiment.key]?[arm] }
                guard let now = tonight.arms[experiment.key]?[arm],
                    let (expected, rate) = missed(experiment, before, now)
                else { return nil }
                return "\(arm) has \(text(experiment.reward, of: now.units, expected, rate))"
            }
            return silent.isEmpty ? nil : (experiment.key, silent.joined(separator: "; "))
        }
    }

    /// How many rewards were to be expected by the days before, and at what rate, where there is none and there should be many.
    private func missed(
        _ experiment: GuardFacts.Declared, _ before: [GuardFacts.Day.Counts], _ now: GuardFacts.Day.Counts
    ) -> (expected: Double, rate: Double)? {
        let units = before.reduce(0) { $0 + $1.units }
        guard units > 0, experiment.rewarded(now) == 0 else { return nil }
        let rate = Double(before.reduce(0) { $0 + experiment.rewarded($1) }) / Double(units)
        let expected = rate * Double(now.units)
        return expected >= threshold(.atLeast, .noReward) ? (expected, rate) : nil
    }

    /// Under a conversion window the day's own units have had no time to convert: the log's events are looked at instead.
    private func noRewardEvents(_ tonight: GuardFacts.Day) -> [Tripped] {
        [false, true].compactMap { isPurchase in
            let reward = isPurchase ? GuardFacts.Declared.Reward.purchase : .click
            func events(_ day: GuardFacts.Day) -> Int64 { isPurchase ? day.purchases : day.clicks }
            let people = facts.earlier.reduce(0) { $0 + $1.people }
            guard facts.declared.contains(where: { ($0.reward != .click) == isPurchase }), people > 0,
                events(tonight) == 0
            else { return nil }
            let rate = Double(facts.earlier.reduce(0) { $0 + events($1) }) / Double(people)
            let expected = rate * Double(tonight.people)
            guard expected >= threshold(.atLeast, .noReward) else { return nil }
            return (nil, text(reward, of: tonight.people, expected, rate))
        }
    }

    private func text(_ reward: GuardFacts.Declared.Reward, of visitors: Int64, _ expected: Double, _ rate: Double)
        -> String
    {
        let missing = reward == .revenue ? "money" : reward.rawValue
        let counted = reward == .revenue ? "purchases with some" : ""
        let look = reward == .revenue ? "what the log calls revenue now" : "whether \(reward)s are logged"
        return "\(Text.count(visitors, "visitor")) and no \(missing), where "
            + "\(Text.count(Int64(expected.rounded())))\(counted.isEmpty ? "" : " " + counted) were to be expected by the nights before "
            + "(\(GuardJudge.percent(rate))): look \(look)"
    }

    func visitors() -> [Tripped] {
        guard let tonight = facts.tonight, facts.earlier.count >= 3,
            let median = GuardJudge.median(facts.earlier.map { Double($0.people) }), median > 0
        else { return [] }
        let ratio = Double(tonight.people) / median
        let isLow = ratio < threshold(.below, .visitors)
        guard isLow || ratio > threshold(.above, .visitors) else { return [] }
        return [
            (
                nil,
                "\(Text.count(tonight.people, "visitor")), \(Text.decimal(ratio, 2)) times the \(Text.count(Int64(median.rounded()))) "
                    + "of the nights before: look whether "
                    + (isLow
                        ? "all logs of the day are there"
                        : "logs of other days are among the day's, or ids have changed")
            )
        ]
    }

    func robots() -> [Tripped] {
        guard let tonight = facts.tonight, tonight.visitors > 0,
            let median = GuardJudge.median(
                facts.earlier.filter { $0.visitors > 0 }.map { Double($0.bots) / Double($0.visitors) })
        else { return [] }
        let share = Double(tonight.bots) / Double(tonight.visitors)
        guard share > threshold(.above, .robots), share > 2 * median else { return [] }
        return [
            (
                nil,
                "\(GuardJudge.percent(share)) of visitors are dropped as bots, against \(GuardJudge.percent(median)) on the nights "
                    + "before: look at bots.rules in quality.json, and whether user agents or ids have changed"
            )
        ]
    }

    func outsideDay() -> [Tripped] {
        guard let (all, outside) = facts.ownLines, all > 0 else { return [] }
        let share = Double(outside) / Double(all)
        guard share > threshold(.above, .outsideDay) else { return [] }
        return [
            (
                nil,
                "\(Text.count(outside)) of \(Text.count(all, "line")) (\(GuardJudge.percent(share))) in the day's own files are of other "
                    + "days: look at timezone, and at which files the paths name"
            )
        ]
    }

    func timezone() -> [Tripped] {
        guard facts.tonight != nil, let before = facts.earlier.last(where: { $0.timezone != nil }),
            let zone = before.timezone, zone != facts.timezone
        else { return [] }
        return [
            (
                nil,
                "days begin by \(facts.timezone), and up to \(before.date) they began by \(zone): events around midnight count twice or "
                    + "not at all; run the days before again, or set timezone back"
            )
        ]
    }

    func sources() -> [Tripped] {
        guard let tonight = facts.tonight, let found = tonight.sources else { return [] }
        let known = facts.earlier.filter { $0.sources != nil }
        let events = known.reduce(0) { $0 + $1.events }
        guard events > 0 else { return [] }
        return found.keys.sorted().compactMap { source in
            guard found[source] == 0 else { return nil }
            let lines = known.reduce(0) { $0 + ($1.sources?[source] ?? 0) }
            let share = Double(lines) / Double(events)
            let expected = share * Double(tonight.events)
            guard expected >= threshold(.atLeast, .sources) else { return nil }
            return (
                nil,
                "\(source.field) from \"\(Text.printable(source.source))\" is in no line of the day, where "
                    + "\(Text.count(Int64(expected.rounded()))) were to be expected by the nights before "
                    + "(\(GuardJudge.percent(share))): look what the log calls it now"
            )
        }
    }
}
