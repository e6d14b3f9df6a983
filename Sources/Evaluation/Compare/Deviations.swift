/// Where the second reading's sums of a stratum stand, in vectors of four.
///
///     each arm:  Σω²(z − mean)²  |  Σωû² of ols, HC2 of ols, HC2 of lin, Σû² of pooled  |  Σ(part of ips − D)²
struct DeviationLayout: Sendable {
    let vectors: Int

    func arm(_ arm: Int) -> Int { arm * (vectors + 2) }
    func fits(_ arm: Int) -> Int { self.arm(arm) + vectors }
    func ips(_ arm: Int) -> Int { fits(arm) + 1 }
    var stride: Int { 2 * (vectors + 2) }
}

/// What the second reading takes deviations from.
struct DeviationCentres: Sendable {
    /// By the number of the stratum; nil for those that do not occur.
    var fits: [StratumFit?]
    /// The pooled regression of each pair.
    var pooled: [LinearFit?]
    /// Of each pair, by the weights of the rows.
    var ips: [Double]
    /// The value of each policy, about the outcomes' centre.
    var values: [Double]
    /// The means in each pair's group of the placebo.
    var placebo: [(policy: Double, reference: Double)]
}

/// The second reading: squared deviations from what the first one found, none of them by cancellation.
final class DeviationWork: BlockWork, @unchecked Sendable {
    private let context: JoinContext
    private let pairs: PairTable
    private let layout: DeviationLayout
    private let centres: DeviationCentres
    private let policies: Int
    private let outcomeCentre: Double
    private let rows: JoinedRows
    fileprivate var strata: StratumStore
    fileprivate var totals: DeviationTotals
    private(set) var lines = 0

    init(
        _ context: JoinContext, _ pairs: PairTable, _ layout: DeviationLayout, _ centres: DeviationCentres
    ) {
        self.context = context
        self.pairs = pairs
        self.layout = layout
        self.centres = centres
        policies = context.policies.count
        outcomeCentre = context.layout.outcomeCentre
        rows = JoinedRows(context, marks: false)
        strata = StratumStore(possible: pairs.possibleStrata, stride: layout.stride)
        totals = DeviationTotals(context, pairs)
    }

    func read(_ block: ComparisonRecordBlock) throws(RecordFault) {
        strata.removeAll()
        totals = DeviationTotals(context, pairs)
        rows.begin(block)
        while try rows.next() { add() }
        lines = rows.line
    }

    private func add() {
        let weight = rows.weight
        let centred = rows.outcome - outcomeCentre
        totals.customers += 1
        let chosen = rows.choices
        for policy in 0..<policies where Int(chosen[policy]) == rows.action {
            let deviation = weight * (centred - centres.values[policy])
            totals.values[policy] += deviation * deviation
        }
        for (number, pair) in pairs.pairs.enumerated() {
            let (first, second) = (Int(chosen[pair.policy]), Int(chosen[pair.reference]))
            guard first != second else {
                if rows.assigned == pair.policy {
                    let deviation = centred - centres.placebo[number].policy
                    totals.placebo[number].policy += deviation * deviation
                }
                if rows.assigned == pair.reference {
                    let deviation = centred - centres.placebo[number].reference
                    totals.placebo[number].reference += deviation * deviation
                }
                continue
            }
            guard rows.action == first || rows.action == second else { continue }
            add(number, pairs.stratum(pair: number, first, second), arm: rows.action == first ? 1 : 0)
        }
    }

    @inline(__always)
    private func add(_ pair: Int, _ stratum: Int, arm: Int) {
        guard let fit = centres.fits[stratum] else { return }
        let z = UnsafePointer(rows.values)
        let weight = rows.weight
        let numbers = strata.numbers(stratum)
        fit.means[arm].withUnsafeBufferPointer { means in
            for vector in 0..<layout.vectors {
                let deviation = weight * (z[vector] - means[vector])
                numbers[layout.arm(arm) + vector] += deviation * deviation
            }
        }
        let fitWeight = fit.isWeighted ? weight : 1
        if let model = fit.common?.models[arm] {
            let residual = model.residual(z)
            numbers[layout.fits(arm)][0] += fitWeight * residual * residual
            numbers[layout.fits(arm)][1] += model.varianceHC2(z, residual: residual, weight: fitWeight)
        }
        if let model = fit.interacted?.models[arm] {
            numbers[layout.fits(arm)][2] += model.varianceHC2(z, residual: model.residual(z), weight: fitWeight)
        }
        if let model = centres.pooled[pair]?.models[arm] {
            let residual = model.residual(z)
            numbers[layout.fits(arm)][3] += residual * residual
        }
        let deviation = (arm == 1 ? weight : -weight) * rows.outcome - centres.ips[pair]
        numbers[layout.ips(arm)][0] += deviation * deviation
    }
}

/// The squared deviations that belong to no stratum.
struct DeviationTotals: Sendable {
    var customers = 0
    var values: [Double]
    var placebo: [(policy: Double, reference: Double)]

    init(_ context: JoinContext, _ pairs: PairTable) {
        values = Array(repeating: 0, count: context.policies.count)
        placebo = Array(repeating: (0, 0), count: pairs.pairs.count)
    }
}

/// The squared deviations of the whole experiment, added block by block.
final class Deviations {
    let layout: DeviationLayout
    private(set) var totals: DeviationTotals
    private(set) var strata: StratumStore

    init(_ context: JoinContext, _ pairs: PairTable, _ layout: DeviationLayout) {
        self.layout = layout
        totals = DeviationTotals(context, pairs)
        strata = StratumStore(possible: pairs.possibleStrata, stride: layout.stride)
    }

    func add(_ work: DeviationWork) {
        totals.customers += work.totals.customers
        for policy in totals.values.indices { totals.values[policy] += work.totals.values[policy] }
        for pair in totals.placebo.indices {
            totals.placebo[pair].policy += work.totals.placebo[pair].policy
            totals.placebo[pair].reference += work.totals.placebo[pair].reference
        }
        for stratum in work.strata.strata {
            guard let part = work.strata.existing(stratum) else { continue }
            let whole = strata.numbers(stratum)
            for vector in 0..<layout.stride { whole[vector] += part[vector] }
        }
    }
}
