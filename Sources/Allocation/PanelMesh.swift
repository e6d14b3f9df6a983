import CLibrary
import Learning
import Numerics

// A mesh for ten arms around 5 %, and how the panels lie on the line:
//
//        F₁ F₂ F₃ …  0 ──────────────╱╱╱─────── 1
//        f₁              ╭──╮
//        f₂                ╭──╮
//        f₃ (wide)   ╭──────────────╮
//                  ┊  ┊ ┊ ┊ ┊ ┊  ┊   ┊      ┊        panels: narrow where a narrow arm is, wider away from it
//                 start                    end
//
// Below `start` some arm lies with certainty above: no other can be best there. Above `end` nothing is left.

/// The densities and distribution functions of some arms, at the nodes of panels on which each is resolved.
struct PanelMesh<Arm: IntegrableDensity>: Sendable {
    let arms: [Arm]
    private(set) var panels: [Panel] = []
    /// By panel, then by arm: the density times the panel's half width.
    private(set) var densities: [Values] = []
    /// By panel, then by arm: P(θ ≤ node).
    private(set) var cumulatives: [Values] = []
    /// By arm: P(θ ≤ start).
    private(set) var initial: [Double] = []

    /// An arm's unresolved probability in one panel, at most.
    private static var tolerance: Double { 3e-11 }
    /// Beyond this number panels are no longer shortened.
    private static var greatestCount: Int { 4096 }

    /// Divides `start`…`end` into panels; O(panels · arms).
    init(arms: [Arm], from start: Double, to end: Double) {
        self.arms = arms
        divide(from: start, to: end)
        accumulate(from: start)
    }

    /// Walks over the line. A step is as long as the narrowest arm still under way allows, and is shortened where the highest
    /// Legendre coefficients of a density show that sixteen nodes do not carry it.
    private mutating func divide(from start: Double, to end: Double) {
        var left = start
        var limit = Double.infinity
        while left < end {
            var step = end - left
            for arm in arms where left < arm.support.upperBound {
                step = min(step, max(1.75 * arm.scale, 0.5 * abs(left - arm.mode)))
            }
            step = min(step, limit)
            // A sliver at the end would cost as much as a panel.
            var right = left + 1.125 * step >= end ? end : PanelMesh.right(of: left, step)
            while let shrinkage = append(Panel(left: left, right: right)) {
                limit = shrinkage * (right - left)
                right = PanelMesh.right(of: left, limit)
            }
            limit *= 2
            left = right
        }
    }

    /// The end of a step, rounded so that the centre of the panel has no rounding error: an arm a billion times narrower
    /// than its distance from 0 would notice.
    private static func right(of left: Double, _ step: Double) -> Double {
        let half = (left + 0.5 * step) - left
        return max(left + 2 * half, left.nextUp)
    }

    /// Adds a panel; or refuses it when some density is not resolved on it, and returns the factor that should help: the
    /// highest coefficients fall with about the 14th power of the width.
    private mutating func append(_ panel: Panel) -> Double? {
        let rule = GaussLegendre.sixteen
        let first = densities.count
        let nodes = Arm.nodes(of: panel)
        let middle = panel.centre
        let mustAccept = panels.count >= PanelMesh.greatestCount || !(panel.left < middle && middle < panel.right)
        for arm in arms {
            guard panel.left < arm.support.upperBound else {
                densities.append(.zero)
                continue
            }
            let masses = panel.half * arm.density(at: nodes)
            let unresolved = abs((rule.lastButOne * masses).sum()) + abs((rule.last * masses).sum())
            guard mustAccept || !(unresolved > PanelMesh.tolerance) else {
                densities.removeSubrange(first...)
                return min(0.9, max(0.5, 0.9 * pow(PanelMesh.tolerance / unresolved, 1.0 / 14)))
            }
            densities.append(masses)
        }
        panels.append(panel)
        return nil
    }

    /// Integrates the densities: from the left where an arm's support begins in the mesh, else from 1 at the right.
    private mutating func accumulate(from start: Double) {
        let rule = GaussLegendre.sixteen
        let masses = densities.map { ($0 * rule.weights).sum() }
        initial = arms.indices.map { arm in
            guard arms[arm].support.lowerBound < start else { return 0 }
            var mass = 0.0
            for panel in panels.indices.reversed() { mass += masses[panel * arms.count + arm] }
            return max(0, 1 - mass)
        }
        var reached = initial
        cumulatives.reserveCapacity(densities.count)
        for panel in panels.indices {
            for arm in arms.indices {
                let index = panel * arms.count + arm
                guard panels[panel].left < arms[arm].support.upperBound else {
                    cumulatives.append(Values(repeating: 1))
                    continue
                }
                let integrals = GaussLegendre.apply(rule.integration, to: densities[index])
                cumulatives.append(reached[arm] + integrals)
                reached[arm] += masses[index]
            }
        }
    }

    /// ∫ f ∏ F of the others, by arm. O(panels · arms): products from both sides, no division.
    func probabilityGreatest() -> [Double] {
        let rule = GaussLegendre.sixteen
        var shares = [Double](repeating: 0, count: arms.count)
        var before = [Values](repeating: Values(repeating: 1), count: arms.count)
        for panel in panels.indices {
            let first = panel * arms.count
            var product = Values(repeating: 1)
            for arm in arms.indices {
                before[arm] = product
                product *= cumulatives[first + arm]
            }
            product = rule.weights
            for arm in arms.indices.reversed() {
                shares[arm] += (densities[first + arm] * before[arm] * product).sum()
                product *= cumulatives[first + arm]
            }
        }
        // Where nothing but rounding is left of an arm, it may be on either side of 0.
        return shares.map { max(0, $0) }
    }

    /// P(every arm but `excluded` ≤ node), by panel.
    func productOfCumulatives(except excluded: Int?) -> [Values] {
        panels.indices.map { panel in
            var product = Values(repeating: 1)
            for arm in arms.indices where arm != excluded { product *= cumulatives[panel * arms.count + arm] }
            return product
        }
    }
}
