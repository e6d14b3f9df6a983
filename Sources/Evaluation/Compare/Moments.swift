/// Where the first reading's sums of a stratum stand, in vectors of four.
///
///     everyone: n, Σx, Σy        arm 0: n, max e, max 1/e, — | Σω zz' | Σ zz'        arm 1: likewise
///
/// z is 1, the covariates and the outcome, each about its centre; of the symmetric matrices the blocks of four from the diagonal
/// on are kept. The unweighted one is there only where the pooled regression is asked for.
struct MomentLayout: Sendable {
    let vectors: Int
    let isPooled: Bool

    private var matrix: Int { 4 * vectors * vectors }
    var everyone: Int { 0 }
    func arm(_ arm: Int) -> Int { vectors + arm * armStride }
    private var armStride: Int { 1 + matrix * (isPooled ? 2 : 1) }
    func weighted(_ arm: Int) -> Int { self.arm(arm) + 1 }
    func unweighted(_ arm: Int) -> Int { self.arm(arm) + 1 + matrix }
    var stride: Int { vectors + 2 * armStride }

    /// Adds ω·zz' to a matrix.
    @inline(__always)
    func add(
        _ z: UnsafePointer<SIMD4<Double>>, weight: Double, to matrix: UnsafeMutablePointer<SIMD4<Double>>
    ) {
        let scalars = UnsafeRawPointer(z).assumingMemoryBound(to: Double.self)
        var row = matrix
        for block in 0..<vectors {
            for lane in 0..<4 {
                let factor = weight * scalars[4 * block + lane]
                for column in block..<vectors { row[column] += factor * z[column] }
                row += vectors
            }
        }
    }
}

/// The first reading: counts, means and cross products.
final class MomentWork: BlockWork, @unchecked Sendable {
    private let context: JoinContext
    private let pairs: PairTable
    private let layout: MomentLayout
    private let policies: Int
    private let outcomeCentre: Double
    private let rows: JoinedRows
    fileprivate var strata: StratumStore
    private(set) var lines = 0
    private(set) var totals: MomentTotals

    init(_ context: JoinContext, _ pairs: PairTable, _ layout: MomentLayout) {
        self.context = context
        self.pairs = pairs
        self.layout = layout
        policies = context.policies.count
        outcomeCentre = context.layout.outcomeCentre
        rows = JoinedRows(context, marks: true)
        strata = StratumStore(possible: pairs.possibleStrata, stride: layout.stride)
        totals = MomentTotals(context, pairs)
    }

    func read(_ block: ComparisonRecordBlock) throws(RecordFault) {
        strata.removeAll()
        totals = MomentTotals(context, pairs)
        rows.begin(block)
        while try rows.next() { add() }
        totals.nonCompliant = rows.nonCompliant
        lines = rows.line
    }

    private func add() {
        let z = rows.values
        let weight = rows.weight
        let centred = rows.outcome - outcomeCentre
        totals.add(rows)
        let chosen = rows.choices
        for policy in 0..<policies where Int(chosen[policy]) == rows.action {
            totals.values[policy].add(weight, centred)
        }
        for (number, pair) in pairs.pairs.enumerated() {
            let (first, second) = (Int(chosen[pair.policy]), Int(chosen[pair.reference]))
            guard first != second else {
                if rows.assigned == pair.policy { totals.placebo[number].policy.add(1, centred) }
                if rows.assigned == pair.reference { totals.placebo[number].reference.add(1, centred) }
                continue
            }
            let numbers = strata.numbers(pairs.stratum(pair: number, first, second))
            for vector in 0..<layout.vectors { numbers[vector] += z[vector] }
            guard rows.action == first || rows.action == second else { continue }
            let arm = rows.action == first ? 1 : 0
            let head = numbers + layout.arm(arm)
            head.pointee[0] += 1
            head.pointee[1] = max(head.pointee[1], 1 / weight)
            head.pointee[2] = max(head.pointee[2], weight)
            layout.add(z, weight: weight, to: numbers + layout.weighted(arm))
            if layout.isPooled { layout.add(z, weight: 1, to: numbers + layout.unweighted(arm)) }
        }
    }
}

/// The sums of the whole experiment, added block by block.
final class Moments {
    let layout: MomentLayout
    let pairs: PairTable
    let covariates: Int
    private(set) var totals: MomentTotals
    private(set) var strata: StratumStore

    init(_ context: JoinContext, _ pairs: PairTable, _ layout: MomentLayout) {
        self.layout = layout
        self.pairs = pairs
        covariates = context.layout.covariates.count
        totals = MomentTotals(context, pairs)
        strata = StratumStore(possible: pairs.possibleStrata, stride: layout.stride)
    }

    func add(_ work: MomentWork) {
        totals.add(work.totals)
        for stratum in work.strata.strata {
            guard let part = work.strata.existing(stratum) else { continue }
            let whole = strata.numbers(stratum)
            let before = (whole[layout.arm(0)], whole[layout.arm(1)])
            for vector in 0..<layout.stride { whole[vector] += part[vector] }
            for (arm, old) in [before.0, before.1].enumerated() {
                let other = part[layout.arm(arm)]
                whole[layout.arm(arm)][1] = max(old[1], other[1])
                whole[layout.arm(arm)][2] = max(old[2], other[2])
            }
        }
    }
}
