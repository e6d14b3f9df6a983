import Foundation
import Report
import TestSupport
import Testing

@Suite struct BestForecastTests {
    private static func arm(_ mean: Double, evidence: Double, nightly: Double) -> BestForecast.Arm {
        BestForecast.Arm(
            mean: mean, deviation: (mean * (1 - mean) / evidence).squareRoot(), days: [evidence], nightly: nightly)
    }

    /// P(leader is best) by drawing every arm's mean many times.
    private static func drawn(_ leader: BestForecast.Arm, _ rivals: [BestForecast.Arm], nights: Int) -> Double {
        var generator = SplitMix64(seed: 5)
        func normal() -> Double {
            let radius = (-2 * log(Double.random(in: Double.leastNormalMagnitude...1, using: &generator))).squareRoot()
            return radius * cos(2 * .pi * Double.random(in: 0...1, using: &generator))
        }
        func draw(_ arm: BestForecast.Arm) -> Double {
            let total = arm.days[0] + Double(nights) * arm.nightly
            return arm.mean + arm.deviation * (arm.days[0] / total).squareRoot() * normal()
        }
        let count = 20_000
        let wins = (0..<count).count { _ in
            let own = draw(leader)
            return rivals.allSatisfy { draw($0) < own }
        }
        return Double(wins) / Double(count)
    }

    private static let rivals = [
        arm(0.049, evidence: 3000, nightly: 300), arm(0.047, evidence: 2500, nightly: 100),
        arm(0.04, evidence: 4000, nightly: 50),
    ]

    @Test("The probability is that of draws", arguments: [0, 1, 5, 40])
    func probability(nights: Int) {
        let leader = Self.arm(0.055, evidence: 4000, nightly: 3000)
        let exact = BestForecast.probability(of: leader, against: Self.rivals, after: nights)
        // Five standard errors of 20,000 draws are 0.0177 at most.
        #expect(abs(exact - Self.drawn(leader, Self.rivals, nights: nights)) < 0.0177)
    }

    @Test("The night named is the first on which draws agree that it is above the mark")
    func firstNight() throws {
        let leader = Self.arm(0.0545, evidence: 4000, nightly: 3000)
        let answer = BestForecast.answer(leader: leader, rivals: Self.rivals, probabilityBest: 0.8)
        guard case .nights(let nights) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(nights > 1)
        // Five standard errors of 20,000 draws at 0.95 are 0.0077.
        #expect(Self.drawn(leader, Self.rivals, nights: nights) > 0.95 - 0.0077)
        #expect(Self.drawn(leader, Self.rivals, nights: nights - 1) < 0.95 + 0.0077)
    }

    @Test("Two equal arms are never above the mark, and a leader that is stays so")
    func limits() {
        let arm = Self.arm(0.05, evidence: 1000, nightly: 1000)
        #expect(BestForecast.answer(leader: arm, rivals: [arm], probabilityBest: 0.5) == .beyondLimit)
        #expect(BestForecast.answer(leader: arm, rivals: [arm], probabilityBest: 0.96) == .reached)
        let still = Self.arm(0.06, evidence: 1000, nightly: 0)
        #expect(BestForecast.answer(leader: still, rivals: [arm], probabilityBest: 0.9) != .reached)
    }

    @Test("Two arms have the probability of the normal distribution of their difference")
    func twoArms() {
        let (first, second) = (
            Self.arm(0.05, evidence: 1000, nightly: 0), Self.arm(0.045, evidence: 500, nightly: 0)
        )
        let deviation = (first.deviation * first.deviation + second.deviation * second.deviation).squareRoot()
        let expected = erfc(-(first.mean - second.mean) / deviation / 2.0.squareRoot()) / 2
        #expect(abs(BestForecast.probability(of: first, against: [second], after: 7) - expected) < 1e-9)
    }

    @Test(
        "What is forgotten bounds what any number of nights can show",
        arguments: [
            BestForecast.Memory(window: 5), BestForecast.Memory(halfLife: 3),
            BestForecast.Memory(window: 5, halfLife: 3),
        ])
    func memory(memory: BestForecast.Memory) {
        // Days like those before: what comes in is what goes out, whatever the number of nights.
        func steady(_ mean: Double) -> BestForecast.Arm {
            BestForecast.Arm(mean: mean, deviation: 0.004, days: Array(repeating: 500, count: 200), nightly: 500)
        }
        let (leader, rival) = (steady(0.055), steady(0.05))
        let now = BestForecast.probability(of: leader, against: [rival], after: 0, memory)
        #expect(now < 0.95)
        #expect(abs(BestForecast.probability(of: leader, against: [rival], after: 365, memory) - now) < 1e-9)
        #expect(
            BestForecast.answer(leader: leader, rivals: [rival], probabilityBest: now, memory: memory) == .beyondLimit)
        // Without forgetting, the same nights add up.
        let (first, second) = (
            Self.arm(0.055, evidence: 500, nightly: 500), Self.arm(0.05, evidence: 500, nightly: 500)
        )
        #expect(BestForecast.answer(leader: first, rivals: [second], probabilityBest: 0.6) != .beyondLimit)
        #expect(
            BestForecast.answer(leader: first, rivals: [second], probabilityBest: 0.6, memory: memory) == .beyondLimit)
    }

    @Test("Evidence that decays is the sum of all days' weights, worked out night by night")
    func decay() {
        var days = [300.0, 100, 700, 20]
        let memory = BestForecast.Memory(window: 6, halfLife: 2)
        func evidence(_ days: [Double]) -> Double {
            zip(days.prefix(6), 0...).reduce(0) { $0 + $1.0 * pow(2, -Double($1.1) / 2) }
        }
        let arm = BestForecast.Arm(mean: 0.05, deviation: 0.01, days: days, nightly: 250)
        let first = evidence(days)
        for nights in 0..<12 {
            let rival = BestForecast.Arm(mean: 0.04, deviation: 0, days: days, nightly: 250)
            let deviation = 0.01 * (first / evidence(days)).squareRoot()
            let expected = erfc(-0.01 / deviation / 2.0.squareRoot()) / 2
            #expect(abs(BestForecast.probability(of: arm, against: [rival], after: nights, memory) - expected) < 2e-2)
            days.insert(250, at: 0)
        }
    }
}
