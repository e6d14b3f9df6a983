import Foundation
import TestExpectations
import TestSupport
import Testing

/// Nights on which nothing is wrong: how many of them guards hold. `SLUICE_GUARD_NIGHTS=200` has them lived in full.
@Suite("Ordinary nights", .slow)
struct GuardStudyTests {
    private static let nights =
        ProcessInfo.processInfo.environment["SLUICE_GUARD_NIGHTS"].flatMap { Int($0) } ?? 24

    /// A shop with a week's swing, cities, and visitors who are sent by the table that serves.
    private struct World {
        let site: OneSlotSite
        var random: SplitMix64
        let nights: Int
        var blacklisted = false

        /// When what happens, as a share of all nights.
        func night(_ share: Double) -> Int { Int(share * Double(nights)) }

        mutating func configure(day: Int) throws {
            let variants = day >= night(0.3) ? "\"a\", \"b\", \"c\", \"new\"" : "\"a\", \"b\", \"c\""
            let rows = day >= night(0.5) ? "web,hero,*,b,,ended early\n" : ""
            try site.directory.write("platform,slot,segment,variant,until,reason\n" + rows, to: "blacklist.csv")
            try site.directory.write(
                """
                { pipeline: "t", timezone: "UTC",
                  events: { paths: ["log/{date}.csv"], fields: { platform: { constant: "web" } } },
                  learning: { window: 28, segments: { minimumVisitors: 800 } },
                  experiments: [
                    { platform: "web", slot: "hero", variants: [\(variants)], control: { variant: "plain", traffic: 0.05 } },
                    { platform: "web", slot: "cart", variants: ["x", "y"], learning: { reward: "purchase" } },
                  ],
                  blacklist: "blacklist.csv" }
                """, to: "p.json5")
        }

        /// Shares by slot and segment, of the table that serves on a day; none before the first.
        func shares() throws -> [String: [(variant: String, traffic: Double)]] {
            guard site.directory.exists("state/current/allocation.csv") else { return [:] }
            var shares: [String: [(variant: String, traffic: Double)]] = [:]
            for line in try site.directory.text("state/current/allocation.csv").split(separator: "\n").dropFirst() {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                shares["\(fields[2]) \(fields[3])", default: []].append((fields[4], Double(fields[5]) ?? 0))
            }
            return shares
        }

        mutating func choose(_ shares: [(variant: String, traffic: Double)]) -> String {
            var rest = Double.random(in: 0..<1, using: &random)
            for (variant, traffic) in shares {
                rest -= traffic
                if rest < 0 { return variant }
            }
            return shares.last?.variant ?? ""
        }

        mutating func log(_ date: String, day: Int) throws {
            if day == night(0.4) { return }
            let swing = [1.0, 1.05, 1.0, 0.95, 1.1, 0.6, 0.5][day % 7]
            let sale = day == night(0.6) || day == night(0.6) + 1 ? 2.2 : 1
            let visitors = Int(500 * swing * sale * Double.random(in: 0.85...1.15, using: &random))
            let serving = try shares()
            let rates = ["a": 0.05, "b": 0.05, "c": 0.06, "new": 0.07, "plain": 0.04, "x": 0.06, "y": 0.05]
            var lines = ["ts,type,visitor,slot,variant,segment,revenue"]
            let cities = day >= night(0.2) ? ["Pune", "Kochi", "Delhi"] : ["Pune", "Kochi"]
            for number in 0..<visitors {
                let visitor = "v\(day)-\(number)"
                let city = cities[Int.random(in: 0..<cities.count, using: &random)]
                let minute = String(format: "%02d:%02d", 8 + number / 60 % 12, number % 60)
                for (slot, all) in [("hero", ["a", "b", "c"]), ("cart", ["x", "y"])] {
                    let known = serving["\(slot) \(city)"] ?? serving["\(slot) *"]
                    let variant =
                        known.map { choose($0) } ?? all[Int.random(in: 0..<all.count, using: &random)]
                    lines.append("\(date)T\(minute):00Z,view,\(visitor),\(slot),\(variant),\(city),")
                    guard Double.random(in: 0..<1, using: &random) < (rates[variant] ?? 0) * (sale > 1 ? 1.3 : 1) else {
                        continue
                    }
                    lines.append(
                        slot == "hero"
                            ? "\(date)T\(minute):30Z,click,\(visitor),hero,\(variant),\(city),"
                            : "\(date)T\(minute):40Z,purchase,\(visitor),,,\(city),\(Int.random(in: 5...200, using: &random))"
                    )
                }
            }
            try site.directory.write(lines.joined(separator: "\n") + "\n", to: "log/\(date).csv")
        }
    }

    private static func date(_ day: Int) -> (date: String, next: String) {
        func text(_ day: Int) -> String {
            let parts = Calendar(identifier: .gregorian).dateComponents(
                in: .gmt, from: Date(timeIntervalSince1970: 1_780_000_000 + Double(day) * 86_400))
            return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        }
        return (text(day), text(day + 1))
    }

    @Test(arguments: [UInt64(1)]) func noneIsHeld(seed: UInt64) throws {
        var world = World(site: try OneSlotSite(), random: SplitMix64(seed: seed), nights: Self.nights)
        var held: [String] = []
        for day in 0..<Self.nights {
            let (date, next) = Self.date(day)
            try world.configure(day: day)
            try world.log(date, day: day)
            let run = try world.site.run(date, "--now", "\(next)T00:30:00Z")
            if run.status == 76 {
                held += run.errors.matches(of: #/held by \w+: [^\n]*/#).map { "\(date) \($0.output)" }
                _ = try world.site.run(date, "--now", "\(next)T00:30:00Z", "--accept", command: "allocate")
            } else {
                #expect(run.status == (day == world.night(0.4) ? 66 : 0), "\(date): \(run.errors)")
            }
        }
        print("guards held \(held.count) of \(Self.nights) ordinary nights")
        #expect(held == [])
    }

    @Test func noneOfABackfillIsHeld() throws {
        var world = World(site: try OneSlotSite(), random: SplitMix64(seed: 5), nights: 30)
        try world.configure(day: 29)
        for day in 0..<30 { try world.log(Self.date(day).date, day: day) }
        let run = try world.site.run("\(Self.date(0).date)..\(Self.date(29).date)")
        #expect(run.status == 66 && !run.errors.contains("held by"), "\(run.errors)")
    }
}
