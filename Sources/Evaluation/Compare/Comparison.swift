import EventLog
import Numerics

/// Which targeting policy is better: an experiment, read twice.
///
///     first look ──► what the columns are        (the whole file where there are texts, missing cells or observed shares)
///     reading 1  ──► counts, means, cross products ──► regressions
///     reading 2  ──► residuals, leverages, squared deviations ──► standard errors
///
/// Rows are never held. Memory is the customers' table, some 24 bytes each, and the blocks being read.
package struct Comparison {
    private let settings: ComparisonSettings
    private let spool: StreamSpool
    private let policyFile: PolicyFile
    private var context: JoinContext
    private let pairs: PairTable
    private let design: ComparisonSettings.Design
    private let methods: [ComparisonMethod]

    /// Time is linear in the bytes of both files, and in the pairs of policies.
    package static func run(_ settings: ComparisonSettings) throws(ComparisonError) -> ComparisonResult {
        let spool = StreamSpool()
        let policies = try PolicyFile(settings.policies, spool: spool)
        let stream = try ComparisonRecordStream(settings.experiment, spool: spool)
        var preparation = try ComparisonPreparation(settings, policies, stream)
        // The first rows say what the columns are; where that is not all there is to know, the whole file does.
        if preparation.needsSurvey {
            try preparation.survey(stream)
            return try Comparison(preparation, spool).result(nil)
        }
        return try Comparison(preparation, spool).result(stream, preparation)
    }

    private init(_ preparation: ComparisonPreparation, _ spool: StreamSpool) throws(ComparisonError) {
        settings = preparation.settings
        policyFile = preparation.policies
        self.spool = spool
        context = try preparation.context()
        design = preparation.design
        pairs = try PairTable(
            policies: context.policies, reference: try preparation.referenceNumber(), actions: context.actions.count)
        methods = settings.methods ?? (context.layout.covariates.isEmpty ? [.means] : [.means, .lin])
    }

    /// Reads an experiment, from a stream that is open already where there is one.
    private func result(
        _ open: ComparisonRecordStream?, _ preparation: ComparisonPreparation? = nil
    ) throws(ComparisonError) -> ComparisonResult {
        let stream = if let open { open } else { try ComparisonRecordStream(settings.experiment, spool: spool) }
        let layout = MomentLayout(vectors: context.vectors, isPooled: methods.contains(.pooled))
        let moments = Moments(context, pairs, layout)
        let failure = try BlockPass.run(
            stream, workers: settings.workers, make: { MomentWork(context, pairs, layout) }, merge: { moments.add($0) })
        if let failure {
            // A pipe's copy must be whole before it is read again.
            try stream.drain()
            if case .textInNumericColumn = failure.fault.kind, var preparation {
                let again = try ComparisonRecordStream(settings.experiment, spool: spool)
                policyFile.customers.removeMarks()
                try preparation.survey(again)
                return try Comparison(preparation, spool).result(nil)
            }
            throw try error(failure, layout)
        }
        guard moments.totals.customers > 0 else {
            throw .input("\(settings.experiment.name): no customer; nothing to compare")
        }
        guard moments.totals.otherActions.count <= MomentTotals.maximumActions else {
            throw .input(
                "\(settings.experiment.name): more than \(MomentTotals.maximumActions) actions; is 'action' the right column?"
            )
        }
        return try result(moments)
    }

    /// The error that a reading met, the first in the file's order.
    private func error(_ failure: BlockPass.Failure, _ layout: MomentLayout) throws(ComparisonError) -> ComparisonError
    {
        guard failure.fault.isSecondRow else {
            return .input(settings.experiment.name, line: failure.line, ComparisonRecordStream.text(of: failure.fault))
        }
        // Which row is second, and whether something else was wrong before it, only one worker can say.
        policyFile.customers.removeMarks()
        let again = try BlockPass.run(
            try ComparisonRecordStream(settings.experiment, spool: spool), workers: 1, perRound: 1,
            make: { MomentWork(context, pairs, layout) }, merge: { _ in })
        guard let again else {
            return .file(LogError(file: settings.experiment.name, problem: .changed))
        }
        guard case .secondRow(let customer) = again.fault.kind else {
            return .input(settings.experiment.name, line: again.line, ComparisonRecordStream.text(of: again.fault))
        }
        let first = try CustomerLookup.firstLine(of: customer, in: settings.experiment, spool: spool)
        return .input(
            settings.experiment.name, line: again.line,
            "customer '\(customer)' stands on line \(first) already; keep one of the two rows")
    }

    private func result(_ moments: Moments) throws(ComparisonError) -> ComparisonResult {
        let varying = context.layout.covariates.indices.filter { moments.totals.varies($0 + 1) }
        let places = LinearFit.Places(
            covariates: varying.map { $0 + 1 }, outcome: moments.outcomePlace, vectors: context.vectors)
        let centres = self.centres(moments, places)
        let layout = DeviationLayout(vectors: context.vectors)
        let deviations = Deviations(context, pairs, layout)
        let failure = try BlockPass.run(
            try ComparisonRecordStream(settings.experiment, spool: spool), workers: settings.workers,
            make: { DeviationWork(context, pairs, layout, centres) }, merge: { deviations.add($0) })
        guard failure == nil, deviations.totals.customers == moments.totals.customers else {
            throw .file(LogError(file: settings.experiment.name, problem: .changed))
        }
        return assembled(moments, deviations, centres, places)
    }

    private func centres(_ moments: Moments, _ places: LinearFit.Places) -> DeviationCentres {
        let customers = Double(moments.totals.customers)
        var centres = DeviationCentres(
            fits: Array(repeating: nil, count: pairs.possibleStrata), pooled: [], ips: [],
            values: moments.totals.values.map { $0.mean ?? 0 },
            placebo: moments.totals.placebo.map { ($0.policy.mean ?? 0, $0.reference.mean ?? 0) })
        let methods = Set(methods)
        for stratum in moments.strata.strata {
            centres.fits[stratum] = StratumFit(stratum, moments, places, methods: methods)
        }
        for pair in pairs.pairs.indices {
            var signed = 0.0
            for stratum in pairs.strata(of: pair) {
                guard let fit = centres.fits[stratum] else { continue }
                // Σωy: the mean is about the centre.
                for arm in 0..<2 where fit.counts[arm] > 0 {
                    let mean = fit.means[arm][places.outcome / 4][places.outcome % 4] + context.layout.outcomeCentre
                    signed += (arm == 1 ? 1 : -1) * fit.weights[arm] * mean
                }
            }
            centres.ips.append(signed / customers)
            centres.pooled.append(methods.contains(.pooled) ? moments.pooledFit(pair, places) : nil)
        }
        return centres
    }

    private func assembled(
        _ moments: Moments, _ deviations: Deviations, _ centres: DeviationCentres, _ places: LinearFit.Places
    ) -> ComparisonResult {
        let totals = moments.totals
        let isUniform = if case .uniform = context.weighting { true } else { false }
        let scale = isUniform ? Double(totals.actionCount) : 1
        let estimations = pairs.pairs.indices.map { pair in
            PairEstimation(
                pair: pair, moments: moments, deviations: deviations, centres: centres, weightScale: scale)
        }
        var results = estimations.map { result($0, places) }
        for index in methods.indices {
            let adjusted = Holm.adjusted(results.map { $0.estimates[index].p })
            for pair in results.indices { results[pair].estimates[index].pHolm = adjusted[pair] }
        }
        let values = context.policies.indices.map { policy in
            let sum = totals.values[policy]
            let count = Double(sum.count)
            return ComparisonResult.Value(
                policy: context.policies[policy], value: sum.mean.map { $0 + context.layout.outcomeCentre },
                se: sum.count > 1
                    ? (count / (count - 1) * deviations.totals.values[policy]).squareRoot() / sum.weight : nil,
                customers: sum.count)
        }
        let constant = context.layout.covariates.indices.filter { !places.covariates.contains($0 + 1) }
        return ComparisonResult(
            design: design, customers: totals.customers, values: values, pairs: results,
            actionCounts: actionCounts(totals), nonCompliant: totals.nonCompliant,
            withoutRow: policyFile.customers.unmarked,
            covariates: places.covariates.map { context.layout.covariates[$0 - 1] },
            remarks: context.layout.remarks
                + constant.map { "covariate \(context.layout.covariates[$0]) is the same in every row: left out" })
    }

    private func result(_ estimation: PairEstimation, _ places: LinearFit.Places) -> ComparisonResult.Pair {
        let pair = pairs.pairs[estimation.pair]
        let customers = Double(estimation.moments.totals.customers)
        let fits = estimation.fits
        let estimable = fits.filter(\.isEstimable)
        let disagree = fits.reduce(0) { $0 + $1.customers }
        let unsupported = fits.filter { !$0.isEstimable }.map { fit in
            let chosen = pairs.chosen(in: fit.stratum)
            return ComparisonResult.Unsupported(
                policyAction: context.actions.names[chosen.policy],
                referenceAction: context.actions.names[chosen.reference], customers: fit.customers,
                gotPolicyAction: fit.counts[1], gotReferenceAction: fit.counts[0])
        }
        return ComparisonResult.Pair(
            policy: context.policies[pair.policy], reference: context.policies[pair.reference], disagree: disagree,
            shareDisagree: Double(disagree) / customers,
            usedPolicy: estimable.reduce(0) { $0 + $1.counts[1] },
            usedReference: estimable.reduce(0) { $0 + $1.counts[0] }, strata: estimable.count,
            unsupportedShare: Double(unsupported.reduce(0) { $0 + $1.customers }) / customers, unsupported: unsupported,
            estimates: methods.map(estimation.estimate),
            placebo: design == .policy ? estimation.placebo() : nil,
            balance: design == .action
                ? estimation.balance(names: context.layout.covariates, places: places.covariates) : [])
    }

    /// The χ² test of the actions' counts in a design by action whose probabilities are all known.
    private func actionCounts(_ totals: MomentTotals) -> (chiSquare: Double, p: Double)? {
        var observed: [Int64] = []
        var expected: [Double] = []
        switch context.weighting {
        case .column, .shares: return nil
        case .uniform:
            let others = totals.otherActions.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
            observed = (totals.actions.filter { $0 > 0 } + others).map(Int64.init)
            expected = Array(repeating: Double(totals.customers) / Double(observed.count), count: observed.count)
        case .listed(let probabilities):
            for (action, probability) in probabilities.enumerated() where probability > 0 {
                observed.append(Int64(totals.actions[action]))
                expected.append(Double(totals.customers) * probability)
            }
        }
        return SampleRatio.test(observed: observed, expected: expected).map { ($0.chiSquare, $0.pValue) }
    }
}

extension Moments {
    /// The place of the outcome in z.
    var outcomePlace: Int { covariates + 1 }

    /// The regression of a pair over all its strata, unweighted.
    func pooledFit(_ pair: Int, _ places: LinearFit.Places) -> LinearFit? {
        let sums = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: layout.stride)
        sums.initialize(repeating: .zero, count: layout.stride)
        defer { sums.deallocate() }
        for stratum in pairs.strata(of: pair) {
            guard let numbers = strata.existing(stratum) else { continue }
            for vector in 0..<layout.stride { sums[vector] += numbers[vector] }
        }
        let arms = (0..<2).map { ArmMoments(sums, layout, arm: $0, isWeighted: false) }
        guard arms.allSatisfy({ $0.count >= 2 }) else { return nil }
        return LinearFit.common(arms, scales: [1, 1], places)
    }
}
