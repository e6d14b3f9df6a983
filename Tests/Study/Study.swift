import Allocation
import CLibrary
import Domain
import Learning
import Lives
import Numerics
import Simulation
import TestSupport

/// What verdicts, lifts, revenue, pooling, objective and guardrails do in lives whose truth is known, by the project's own code.
///
///     Study [PERCENT [PART…]]        lives beside those of a whole study, 100 without it; all parts, or some
@main
enum Study {
    static let percent = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100

    static func main() throws {
        let parts: [(name: String, run: () throws -> Void)] = [
            ("verdicts", verdicts), ("calls", rightCalls), ("lifts", lifts), ("widths", widths), ("revenue", revenue),
            ("pooling", pooling), ("objective", objective), ("guardrails", guardrails),
            ("worlds", { try WorldsStudy(worlds: count(200)).print() }),
        ]
        let wanted = CommandLine.arguments.dropFirst(2)
        if let unknown = wanted.first(where: { name in !parts.contains { $0.name == name } }) {
            print("no part \(unknown): there are \(parts.map(\.name).joined(separator: ", "))")
            exit(64)
        }
        print("lives at \(percent) % of a whole study; intervals are at 95 %\n")
        for part in parts where wanted.isEmpty || wanted.contains(part.name) { try part.run() }
    }

    static func count(_ lives: Int) -> Int { max(4, lives * percent / 100) }

    /// Lives of consecutive seeds, on all cores.
    static func live(_ life: Life, _ lives: Int, seed: UInt64) throws -> [Life.Record] {
        try parallelMap(count(lives)) { (number) throws(any Error) in
            try life.live(seed: seed * 1_000_003 + UInt64(number))
        }
    }

    static func share(_ hits: Int, _ all: Int) -> String {
        guard let estimate = Estimate(hits, of: all), let interval = estimate.interval else { return "-" }
        func percent(_ value: Double) -> String { PlainDecimal.fixed(value * 100, places: 1) }
        return "\(percent(estimate.value)) % (\(percent(interval.lowerBound))–\(percent(interval.upperBound))), "
            + "\(hits) of \(all)"
    }

    /// A share as a percentage with its interval.
    static func percentage(_ estimate: Estimate?) -> String {
        guard let estimate, let interval = estimate.interval else { return "-" }
        func text(_ value: Double) -> String { PlainDecimal.fixed(value * 100, places: 1) }
        return "\(text(estimate.value)) (\(text(interval.lowerBound)) to \(text(interval.upperBound)))"
    }

    static func mean(_ values: [Double], places: Int = 2) -> String {
        guard let estimate = Estimate(mean: values) else { return "-" }
        func text(_ value: Double) -> String { PlainDecimal.fixed(value, places: places) }
        guard let interval = estimate.interval else { return text(estimate.value) }
        return "\(text(estimate.value)) (\(text(interval.lowerBound))–\(text(interval.upperBound)))"
    }

    // MARK: Verdict

    /// Winners that are none, ever.
    static func verdicts() throws {
        print("False winners, ever")
        var table: [(String, Life, Int)] = []
        let plain = Life([0.05, 0.05])
        table.append(("two arms alike, 180 nights", plain, 2_000))
        var swing = plain
        swing.weeklySwing = 0.3
        table.append(("the same, weekly swing ±30 %", swing, 1_000))
        var cities = plain
        cities.nights = 90
        cities.levels = (0..<8).map { 0.6 + 0.8 * Double($0) / 7 }
        table.append(("8 cities at levels .6 to 1.4, 90 nights", cities, 500))
        var early = plain
        early.nights = 120
        early.early = (0.2, 0.5)
        table.append(("a fifth of the day before its table, at half the rate, 120 nights", early, 1_000))
        var moving = Life([0.05, 0.05, 0.05, 0.05])
        moving.nights = 120
        moving.arms[1].leaves = 40
        moving.arms[2].joins = 20
        moving.arms[3] = Life.Arm(rate: 0.05, joins: 60, leaves: 90)
        table.append(("four alike, blacklisted and added on the way, 120 nights", moving, 600))
        var tied = Life([0.055, 0.055, 0.05, 0.05])
        tied.nights = 120
        table.append(("two of four tied at +10 %, 120 nights", tied, 600))
        for (row, (name, life, lives)) in table.enumerated() {
            let records = try live(life, lives, seed: UInt64(row + 1))
            print("  \(name): \(share(records.count { $0.isFalse }, records.count))")
            guard life.levels.count > 1 else { continue }
            print("    in some city's own group: \(share(records.count { $0.isFalseInCity }, records.count))")
        }
    }

    static func rightCalls() throws {
        let records = try live(Life([0.05, 0.06]), 600, seed: 11)
        print("\nRight calls, two arms, +20 %, 5 %, 5,000 visitors a day")
        for night in [14, 28, 60, 100, 180] {
            let hits = records.count { !$0.isFalse && $0.verdictNight.map { $0 <= night } ?? false }
            print("  by night \(night): \(share(hits, records.count))")
        }
        print("  wrong: \(share(records.count { $0.isFalse }, records.count))")
    }

    // MARK: Lifts

    static func lifts() throws {
        print("\nLives in which every night's lift intervals hold together, 90 nights")
        for (name, rates) in [("alike", [0.05, 0.05]), ("+10 %", [0.055, 0.05]), ("-10 %", [0.045, 0.05])] {
            var life = Life(rates)
            life.hasControl = true
            life.checksLifts = true
            life.nights = 90
            let records = try live(life, 500, seed: 21)
            print(
                "  one arm, \(name), against the control: \(share(records.count { $0.missedLifts == 0 }, records.count))"
            )
        }
        for (name, rates) in [
            ("four alike", [0.05, 0.05, 0.05, 0.05]), ("eight alike", Array(repeating: 0.05, count: 8)),
            ("+10, +5, 0, -10 %", [0.055, 0.0525, 0.05, 0.045]),
        ] {
            var life = Life(rates)
            life.checksLifts = true
            life.nights = 90
            let records = try live(life, 250, seed: 22)
            print("  \(name), against the leader: \(share(records.count { $0.missedLifts == 0 }, records.count))")
        }
    }

    /// Widths at the expected counts of one stratum, 5 %, against a control of as many visitors.
    static func widths() {
        print("\nLift interval by visitors an arm (one stratum, 5 %, what is expected seen exactly)")
        let experiment = Experiment(
            key: Life.key, variants: ["a"], control: Experiment.Control(variant: "plain", traffic: 0.5))
        for visitors in [1_000, 10_000, 100_000, 1_000_000, 10_000_000] as [Int64] {
            let cells = [-0.2, 0, 0.1, 0.2, 1.0].map { lift -> String in
                func row(_ variant: Name, _ rate: Double) -> DailyRow {
                    var counts = ArmCounts()
                    counts.visitors = visitors
                    counts.clickers = Int64((Double(visitors) * rate).rounded())
                    return DailyRow(
                        date: CalendarDate(dayNumber: 0),
                        key: ArmKey(platform: "web", slot: "hero", segment: "*", variant: variant), counts: counts)
                }
                let evidence = EvidenceLearner(experiment: experiment, reward: .click).evidence(
                    [row("a", 0.05 * (1 + lift)), row("plain", 0.05)], groups: [.init(segment: "*", competing: ["a"])])[
                        0]
                let bounds = evidence.lift(of: 0, over: 1, comparisons: 1)
                func text(_ value: Double?) -> String {
                    value.map { PlainDecimal.fixed($0 * 100, places: 1) } ?? "∞"
                }
                return "\(text(lift)): \(text(bounds.low))…\(text(bounds.high))"
            }
            print("  \(visitors): \(cells.joined(separator: "   "))")
        }
    }

    // MARK: Revenue

    /// How often an arm's 95 % interval holds its true revenue per visitor.
    static func coverage(_ records: [Life.Record], _ life: Life, leastShare: Double = 0) -> String {
        var (hits, all) = (0, 0)
        for record in records {
            let visitors = record.rows.filter { $0.key.segment == .everyone }.reduce(0) { $0 + $1.visitors }
            for row in record.rows where life.levels.count == 1 || row.key.segment != .everyone {
                guard let low = row.meanLow, let high = row.meanHigh,
                    let arm = life.names.firstIndex(of: row.key.variant),
                    Double(row.visitors) >= leastShare * Double(visitors)
                else { continue }
                let city = life.levels.indices.first { life.segment($0) == row.key.segment } ?? 0
                all += 1
                if (low...high).contains(life.mean(arm, city: city)) { hits += 1 }
            }
        }
        return share(hits, all)
    }

    static func revenue() throws {
        print("\nRevenue: coverage of 95 % intervals after 28 nights, 4 % purchase")
        let kinds: [(String, Life.Orders)] = [
            ("log-normal, sd 1", .logNormal(1)), ("log-normal, sd 1.5", .logNormal(1.5)), ("Pareto 2.2", .pareto(2.2)),
            ("whales", .whales),
        ]
        for (name, orders) in kinds {
            var life = Life([0.04, 0.04, 0.04])
            life.nights = 28
            life.visitors = 3_000
            life.orders = orders
            life.learning.reward = .revenue
            life.isEven = true
            print("  even shares, \(name): \(coverage(try live(life, 500, seed: 31), life))")
            life.isEven = false
            let moving = try live(life, 300, seed: 32)
            print(
                "  moving shares, \(name): arms with 10 % and more \(coverage(moving, life, leastShare: 0.1)); "
                    + "all \(coverage(moving, life))")
        }
        var cities = Life([0.04, 0.04])
        cities.nights = 28
        cities.visitors = 2_850
        cities.levels = (0..<8).map { 0.4 + 1.2 * Double($0) / 7 }
        cities.orders = .logNormal(1)
        cities.learning.reward = .revenue
        cities.isEven = true
        print("  8 cities at levels .4 to 1.6, even shares: \(coverage(try live(cities, 150, seed: 33), cities))")
        cities.learning.reward = .purchase
        print("  the same, purchases: \(coverage(try live(cities, 150, seed: 34), cities))")
    }

    // MARK: Pooling and objective

    /// Regret of learned pooling against 200 visitors, on the same lives.
    static func pooling() throws {
        print("\nPooling: regret in days of all rewards, 8 cities at levels .6 to 1.4, four arms, 28 nights")
        for heterogeneity in [0, 0.1, 0.2, 0.35] {
            let pairs = try parallelMap(count(60)) { (number) throws(any Error) in
                var generator = SplitMix64(seed: 41 + UInt64(number))
                var life = Life((0..<4).map { _ in 0.05 * exp(0.1 * Draw.normal(using: &generator)) })
                life.nights = 28
                life.visitors = 8_000
                life.levels = (0..<8).map { 0.6 + 0.8 * Double($0) / 7 }
                life.tastes = life.levels.map { _ in
                    life.arms.map { _ in exp(heterogeneity * Draw.normal(using: &generator)) }
                }
                let learned = try life.live(seed: UInt64(number)).regret
                life.learning.pooling = .visitors(200)
                return (learned, try life.live(seed: UInt64(number)).regret)
            }
            let ratio = Estimate(ratioOf: pairs.map(\.0), to: pairs.map(\.1))
            let change = ratio.map { ratio in
                func text(_ value: Double) -> String { PlainDecimal.fixed((value - 1) * 100, places: 0) }
                return
                    "\(text(ratio.value)) % (\(ratio.interval.map { "\(text($0.lowerBound)) to \(text($0.upperBound))" } ?? "-"))"
            }
            print(
                "  heterogeneity \(heterogeneity): auto \(mean(pairs.map(\.0))), 200 \(mean(pairs.map(\.1))): "
                    + "\(change ?? "-")")
        }
    }

    static func objective() throws {
        print("\nObjective: four arms, one +20 %, 120 nights")
        for objective in Objective.allCases {
            var life = Life([0.05, 0.05, 0.05, 0.06])
            life.nights = 120
            life.learning.objective = objective
            let records = try live(life, 200, seed: 51)
            let nights = records.map { $0.verdictNight ?? life.nights + 1 }.sorted()
            print(
                "  \(objective.rawValue): verdict on night \(nights[nights.count / 2]) (median), by night 120 "
                    + "\(share(records.count { $0.verdictNight != nil }, records.count)); regret with the winner shipped "
                    + "\(mean(records.map(\.shippedRegret))) days")
        }
    }

    // MARK: Guardrails

    /// A guardrail on purchases at tolerance 5 %, beside a control; the arm's bound looked at every night.
    static func guardrails() throws {
        print(
            "\nGuardrail on purchases, tolerance 5 %: arms stopped in 90 nights, 10,000 visitors a day to each of two, 5 % purchase"
        )
        for (name, rate, lives) in [
            ("equal to the control", 0.05, 1_000), ("10 % below", 0.045, 200), ("20 % below", 0.04, 200),
        ] {
            var life = Life([rate, 0.05])
            life.hasControl = true
            life.isEven = true
            life.visitors = 20_000
            life.nights = 90
            life.orders = .logNormal(0)
            life.learning.reward = .purchase
            let stopped = try parallelMap(count(lives)) { [life] (number) throws(any Error) -> Int? in
                let history = try life.live(seed: 61_000 + UInt64(number)).history
                let learner = EvidenceLearner(experiment: life.experiment(0), reward: .purchase)
                for night in 1...life.nights {
                    let rows = history.prefix { $0.date.dayNumber < 20_000 + night }
                    let evidence = learner.evidence(rows, groups: [.init(segment: "*", competing: [life.names[0]])])[0]
                    if let high = evidence.lift(of: 0, over: 1, comparisons: 1).high, high < -0.05 { return night }
                }
                return nil
            }
            let nights = stopped.compactMap(\.self).sorted()
            print(
                "  \(name): \(share(nights.count, stopped.count))"
                    + (nights.isEmpty ? "" : ", median night \(nights[nights.count / 2]) of those stopped"))
        }
    }
}
