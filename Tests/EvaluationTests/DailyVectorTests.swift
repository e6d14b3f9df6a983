import Domain
import Evaluation
import Testing

@Suite struct DailyVectorTests {
    private static func isNear(_ value: Double?, _ expected: Double?, _ tolerance: Double = 1e-9) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= max(1e-12, tolerance * abs(expected))
    }

    @Test("There are cases") func hasCases() { #expect(DailyVectors.all.count == 14) }

    @Test("Every figure is as computed from the formulas", arguments: DailyVectors.all)
    func figures(_ vector: DailyVectors.Case) throws {
        let join = DailyJoin(
            key: SlotKey(platform: "web", slot: "hero"), archive: try vector.archive, reward: vector.rewardChoice)
        let choice: DailyJoin.HandoverChoice =
            switch vector.handover {
            case .share(let share): .share(share)
            case .estimate: .estimate
            }
        let log = try join.joined(vector.rows, handover: choice, omissions: LoggedExperiment.Omissions())
        let expected = vector.expected
        #expect(Self.isNear(log.handover?.share, expected.handoverEstimate, 1e-7))
        #expect(Self.isNear(log.handover?.standardError, expected.handoverSe, 1e-7))
        #expect(log.omissions.daysWithoutTable == expected.daysWithoutTable)
        #expect(log.omissions.offTable == expected.offTable)

        var options = EvaluationOptions()
        options.support = try #require(SupportRule(rawValue: vector.support))
        let evaluation = try ExperimentEvaluation(log, policies: vector.targets, reference: 0, options: options)
        #expect(evaluation.support.leftOut == expected.leftOut)
        let found = evaluation.evaluations()
        options.isStratified = false
        let plain = try ExperimentEvaluation(log, policies: vector.targets, reference: 0, options: options)
            .evaluations()
        guard let policies = expected.policies else {
            #expect(found.isEmpty)
            return
        }
        #expect(found.count == policies.count)
        for (number, result) in found.enumerated() {
            let figures = try #require(policies[result.policy])
            #expect(result.visitors == expected.visitors && result.days == expected.days)
            let weights = result.diagnostics
            #expect(Self.isNear(weights.effectiveSampleSize, figures.ess), "\(result.policy) ess")
            #expect(Self.isNear(weights.maximum, figures.maxWeight), "\(result.policy) maximum")
            #expect(Self.isNear(weights.mean, figures.meanWeight), "\(result.policy) mean")
            #expect(Self.isNear(weights.meanZ, figures.meanWeightZ), "\(result.policy) z")
            #expect(Self.isNear(weights.bound, figures.weightBound), "\(result.policy) bound")
            #expect(weights.rewarded == figures.rewarded, "\(result.policy) rewarded")
            #expect(Self.isNear(result.unsupported, figures.unsupported), "\(result.policy) unsupported")
            for (name, wanted) in figures.estimators {
                let label = "\(result.policy) \(name)"
                guard let answer = result.answers.first(where: { $0.estimator.rawValue == name }) else {
                    #expect(wanted.value == nil, "\(label) has no answer")
                    continue
                }
                #expect(Self.isNear(answer.value, wanted.value), "\(label) value")
                #expect(Self.isNear(answer.error, wanted.se), "\(label) se")
                #expect(Self.isNear(answer.errorOfDays, wanted.seDays), "\(label) se_days")
                if let error = wanted.plain {
                    let other = plain[number].answers.first { $0.estimator.rawValue == name }
                    #expect(Self.isNear(other?.error, error), "\(label) plain")
                }
                guard let difference = answer.difference else { continue }
                #expect(Self.isNear(difference.value, wanted.difference), "\(label) difference")
                #expect(Self.isNear(difference.error, wanted.differenceSe), "\(label) difference se")
                #expect(Self.isNear(difference.errorOfDays, wanted.differenceSeDays), "\(label) difference se_days")
                #expect(Self.isNear(difference.p, wanted.differenceP), "\(label) p")
                guard answer.estimator != .dm else { continue }
                #expect(Self.isNear(difference.relative, wanted.relative), "\(label) relative")
                #expect(Self.isNear(difference.relativeError, wanted.relativeSe), "\(label) relative se")
            }
        }
    }
}
