/// q(x, a): the mean reward of an arm where x holds, shrunk to the arm's mean and that to the mean of all, each by κ = 20 rows.
///
///     m = S1/n      m_a = (S1_a + κ·m)/(n_a + κ)      q_xa = (S1_xa + κ·m_a)/(n_xa + κ)
///
/// Cross-fitted (Chernozhukov et al. 2018): for a row of one fold the sums are those of the other four, so no row's own reward is in
/// its q, and the doubly robust estimate has no bias of its own.
struct CrossFittedModel {
    private static let shrinkage = 20.0

    private struct Sum {
        var rows = 0.0
        var reward = 0.0

        func mean(towards prior: Double) -> Double {
            (reward + CrossFittedModel.shrinkage * prior) / (rows + CrossFittedModel.shrinkage)
        }
    }

    private struct Place: Hashable {
        var x: Int
        var arm: Int
    }

    /// By fold: of all rows of the other folds.
    private var everything: [Sum]
    /// By arm and fold.
    private var byArm: [Sum]
    private var places: [Place: Int] = [:]
    /// By place and fold.
    private var byPlace: [Sum] = []

    /// Sums up the kept cells. O(cells)
    init(_ cells: UnitCells, x: [Int], kept: [Bool]) {
        let folds = UnitRowReader.folds
        everything = Array(repeating: Sum(), count: folds)
        byArm = Array(repeating: Sum(), count: cells.arms.count * folds)
        for (key, moments) in zip(cells.keys, cells.moments) where kept[key.context] {
            let place = Place(x: x[key.context], arm: key.arm)
            let number = places[place] ?? places.count
            if number == places.count {
                places[place] = number
                byPlace.append(contentsOf: repeatElement(Sum(), count: folds))
            }
            // A cell teaches every fold but its own.
            for fold in 0..<folds where fold != key.fold {
                func add(_ sum: inout Sum) {
                    sum.rows += moments.rows
                    sum.reward += moments.reward
                }
                add(&everything[fold])
                add(&byArm[key.arm * folds + fold])
                add(&byPlace[number * folds + fold])
            }
        }
    }

    /// q of a row in a fold.
    func mean(x: Int, arm: Int, fold: Int) -> Double {
        let folds = UnitRowReader.folds
        let all = everything[fold]
        let mean = all.rows > 0 ? all.reward / all.rows : 0
        let ofArm = byArm[arm * folds + fold].mean(towards: mean)
        guard let place = places[Place(x: x, arm: arm)] else { return ofArm }
        return byPlace[place * folds + fold].mean(towards: ofArm)
    }

    /// M = Σ π·q over the arms of a row group. O(arms)
    func expectation(of shares: [(arm: Int, share: Double)], x: Int, fold: Int) -> Double {
        shares.reduce(0) { $0 + $1.share * mean(x: x, arm: $1.arm, fold: fold) }
    }
}
