import Domain
import Evaluation
import Policies
import TestSupport
import Testing

@Suite struct VisitorTwinTests {
    @Test("Sums by cell give the figures of visitors taken one by one", arguments: 0..<20 as Range<UInt64>)
    func sumsAreThoseOfVisitors(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let history = RandomHistory(using: &generator, days: Int.random(in: 1...4, using: &generator), visitors: 60)
        let log = try history.log()
        let twin = VisitorTwin(log)
        let estimation = DailyEstimation(log, model: .day)
        let served = PolicyShares(shares: log.strata.map(\.shares))
        let even = try TargetPolicy(name: "even", source: .segments(EvenPolicy())).shares(in: log).shares
        let pairs: [(Estimator, (PolicyShares) -> VisitorTwin.Result)] = [
            (.ips, twin.ips), (.snips, twin.snips), (.dr, twin.dr),
        ]
        for (estimator, slow) in pairs {
            let fast = try #require(estimation.estimate(estimator, of: even))
            let reference = try #require(estimation.estimate(estimator, of: served))
            let (own, other) = (slow(even), slow(served))
            #expect(relativeError(fast.value, own.value, floor: 1e-9) < 1e-9, "\(estimator)")
            let errors = estimation.errors(of: fast)
            #expect(relativeError(errors.withinStrata, twin.errorWithinStrata(own), floor: 1e-9) < 1e-9, "\(estimator)")
            #expect(relativeError(errors.plain ?? 0, twin.plainError(own), floor: 1e-9) < 1e-9, "\(estimator)")
            let difference = estimation.errors(of: fast.difference(from: reference))
            let slowDifference = twin.errorWithinStrata(own.minus(other))
            #expect(relativeError(difference.withinStrata, slowDifference, floor: 1e-9) < 1e-8, "\(estimator)")
        }
    }

    @Test("With every cell filled the direct method is the mean of each arm, stratum by stratum")
    func directMethodIsPostStratified() throws {
        var generator = SplitMix64(seed: 99)
        var checked = 0
        while checked < 10 {
            let log = try RandomHistory(using: &generator, days: 2, visitors: 400).log()
            let isFilled = log.strata.allSatisfy { $0.cells.count == $0.shares.filter { $0 > 0 }.count }
            guard isFilled else { continue }
            checked += 1
            let even = try TargetPolicy(name: "even", source: .segments(EvenPolicy())).shares(in: log).shares
            var expected = 0.0
            for cell in log.cells {
                let stratum = log.strata[cell.stratum]
                expected += stratum.visitors / log.visitors * even.shares[cell.stratum][cell.arm] * cell.mean
            }
            let estimate = try #require(DailyEstimation(log, model: .day).estimate(.dm, of: even))
            #expect(relativeError(estimate.value, expected) < 1e-12)
        }
    }

    @Test("A policy under another name differs from what served by nothing, and has no p")
    func samePolicyDiffersByNothing() throws {
        var generator = SplitMix64(seed: 5)
        let log = try RandomHistory(using: &generator, days: 3, visitors: 200).log()
        let policies = ["served", "again"].map { TargetPolicy(name: $0, source: .served) }
        let results = try ExperimentEvaluation(log, policies: policies, reference: 0, options: EvaluationOptions())
            .evaluations()
        for answer in results[1].answers {
            #expect(answer.difference?.value == 0 && answer.difference?.error == 0 && answer.difference?.p == nil)
        }
        #expect(results[1].diagnostics.meanZ == nil)
    }
}
