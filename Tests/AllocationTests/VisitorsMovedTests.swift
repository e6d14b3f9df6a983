import Allocation
import TestSupport
import Testing

/// How many visitors another table shows another arm, against its slow twin and against visitors.
@Suite struct VisitorsMovedTests {
    /// The formula as it stands in the paper, term by term.
    private static func slow(_ old: [Double], _ new: [Double]) -> Double {
        var stay = 0.0
        for arm in old.indices where old[arm] > 0 && new[arm] > 0 {
            var rivals = 0.0
            for other in old.indices { rivals += max(old[other] / old[arm], new[other] / new[arm]) }
            stay += 1 / rivals
        }
        return max(0, 1 - stay)
    }

    private static func shares(_ count: Int, _ generator: inout SplitMix64) -> [Double] {
        var shares = (0..<count).map { _ in
            Int.random(in: 0..<4, using: &generator) == 0 ? 0 : Double.random(in: 0.001...1, using: &generator)
        }
        shares[Int.random(in: 0..<count, using: &generator)] = 1
        let sum = shares.reduce(0, +)
        return shares.map { $0 / sum }
    }

    @Test func theSortedSumIsTheFormula() {
        var generator = SplitMix64(seed: 21)
        for count in [1, 2, 3, 7, 40] {
            for _ in 0..<50 {
                let (old, new) = (Self.shares(count, &generator), Self.shares(count, &generator))
                let moved = VisitorsMoved.share(from: old, to: new)
                #expect(abs(moved - Self.slow(old, new)) < 1e-12)
                #expect(VisitorsMoved.share(from: old, to: old) < 1e-12)
                #expect(abs(VisitorsMoved.share(from: new, to: old) - moved) < 1e-12)
            }
        }
    }

    /// An exponential clock of a visitor and an arm, and the draw of a holdout, as visitors have them.
    @Test(
        arguments: [
            (old: 0, new: 0, sameHoldout: true), (0, 1, true), (0, nil, true), (nil, 2, true), (0, 0, false),
            (1, 2, false),
            (nil, nil, true),
        ] as [(old: Int?, new: Int?, sameHoldout: Bool)])
    func visitorsMoveAsTheySay(controls: (old: Int?, new: Int?, sameHoldout: Bool)) {
        var generator = SplitMix64(seed: 5)
        let (old, new) = ([0.2, 0.5, 0.3, 0.0], [0.1, 0.15, 0.35, 0.4])
        func chosen(_ shares: [Double], _ control: Int?, _ draw: Double, _ clocks: [Double]) -> Int {
            if let control, draw < shares[control] { return control }
            let others = shares.indices.filter { $0 != control && shares[$0] > 0 }
            return others.min { clocks[$0] / shares[$0] < clocks[$1] / shares[$1] } ?? 0
        }
        let visitors = 200_000
        var moved = 0
        for _ in 0..<visitors {
            let clocks = old.map { _ in Self.exponential(&generator) }
            let first = Double.random(in: 0..<1, using: &generator)
            let second = controls.sameHoldout ? first : Double.random(in: 0..<1, using: &generator)
            if chosen(old, controls.old, first, clocks) != chosen(new, controls.new, second, clocks) { moved += 1 }
        }
        func control(_ arm: Int?, _ shares: [Double]) -> VisitorsMoved.Control? {
            arm.map { VisitorsMoved.Control(arm: $0, share: shares[$0]) }
        }
        let expected = VisitorsMoved.share(
            from: old, to: new, controls: (control(controls.old, old), control(controls.new, new)),
            sameHoldout: controls.sameHoldout)
        // Five standard errors.
        #expect(abs(Double(moved) / Double(visitors) - expected) < 5 * (0.25 / Double(visitors)).squareRoot())
    }

    /// −ln u by von Neumann's comparison of uniforms (1951): whole parts are failures in a row, the rest is the first draw.
    private static func exponential(_ generator: inout SplitMix64) -> Double {
        var whole = 0.0
        while true {
            let first = Double.random(in: 0..<1, using: &generator)
            var (last, isOdd) = (first, true)
            while true {
                let next = Double.random(in: 0..<1, using: &generator)
                if next >= last { break }
                (last, isOdd) = (next, !isOdd)
            }
            if isOdd { return whole + first }
            whole += 1
        }
    }
}
