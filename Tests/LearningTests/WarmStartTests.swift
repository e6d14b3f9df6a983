import Domain
@testable import Learning
import TestSupport
import Testing

@Suite("Warm start")
struct WarmStartTests {
    private func key(_ segment: Name, _ variant: Name, slot: Name = "hero") -> ArmKey {
        ArmKey(platform: "web", slot: slot, segment: segment, variant: variant)
    }

    private func pick<Value>(_ values: [Value], _ random: inout SplitMix64) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    private func past(_ text: String) throws(InputFileError) -> [ArmKey: WarmStart.Past] {
        try WarmStart.past(Array(text.utf8), file: "history.csv")
    }

    @Test func countsByHand() throws {
        let start = WarmStart(cap: 200, shrinkage: 100)
        let priors = start.priors(
            try past(
                """
                platform,slot,segment,variant,views,clicks
                web,hero,Pune,a,1000,100
                web,hero,Kochi,a,10,9
                web,hero,,a,90,1
                web,hero,Kochi,b,0,0
                """))
        #expect(
            priors.map(\.key) == [key("*", "a"), key("*", "b"), key("Kochi", "a"), key("Kochi", "b"), key("Pune", "a")])
        let slot = 110.5 / 1101
        let mean = (110 + 100 * slot) / 1200
        #expect(abs(priors[0].counts.successes - 200 * mean) < 1e-12 && priors[0].isCapped)
        // Without a view of its own an arm begins with what is known of its slot.
        #expect(abs(priors[1].counts.successes - 100 * slot) < 1e-12)
        let kochi = (9 + 100 * mean) / 110
        #expect(abs(priors[2].counts.successes - 110 * kochi) < 1e-12 && !priors[2].isCapped)
        #expect(abs(priors[2].counts.failures - 110 * (1 - kochi)) < 1e-12)
        #expect(abs(priors[4].counts.successes - 200 * (100 + 100 * mean) / 1100) < 1e-12)
    }

    @Test("keeps to the cap, and to rates between those it was given", arguments: 0..<40)
    func properties(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var past: [ArmKey: WarmStart.Past] = [:]
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let views = Int64.random(in: 0...pick([3, 500, 1_000_000], &random), using: &random)
            past[
                key(
                    pick(["*", "Pune", "Kochi"], &random), pick(["a", "b", "c"], &random),
                    slot: pick(["hero", "cart"], &random))] =
                WarmStart.Past(views: views, clicks: Int64.random(in: 0...views, using: &random))
        }
        let cap = pick([1.0, 200, 5_000], &random)
        let shrinkage = pick([0.0, 1, 100], &random)
        let start = WarmStart(cap: cap, shrinkage: shrinkage)
        for prior in start.priors(past) {
            let weight = prior.counts.successes + prior.counts.failures
            #expect(abs(weight - min(cap, Double(prior.past.views) + shrinkage)) < 1e-9 * cap)
            #expect(prior.counts.successes >= 0 && prior.counts.failures >= 0)
            if prior.key.segment == "*" {
                let own = past.filter { $0.key.slotKey == prior.key.slotKey && $0.key.variant == prior.key.variant }
                #expect(prior.past.views == own.values.reduce(0) { $0 + $1.views })
                #expect(prior.past.clicks == own.values.reduce(0) { $0 + $1.clicks })
            } else {
                #expect(prior.past == past[prior.key])
            }
        }
    }

    @Test("adds up rows of one arm, and refuses what is no table of displays")
    func reading() throws {
        let header = "variant,platform,slot,segment,clicks,views\n"
        let sum = try past(header + "a,web,hero,*,1,2\na,web,hero,,3,40\n")
        #expect(sum == [key("*", "a"): WarmStart.Past(views: 42, clicks: 4)])
        for (row, words) in [
            ("a,web,hero,*,3,2", "at most as many clicks as views"), ("a,web,hero,*,-1,2", "a whole number"),
            ("a,web,hero,*,1,2.5", "a whole number"), (",web,hero,*,1,2", "a variant"),
            ("a,web,hero,*,,2", "a whole number"),
        ] {
            let error = #expect(throws: InputFileError.self) { try past(header + row + "\n") }
            #expect(error?.description.contains("history.csv:2") == true)
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
    }
}
