/// The χ² test of how many visitors came to each arm against how many should have.
package struct SampleRatio: Equatable, Sendable {
    package var chiSquare: Double
    /// The probability of a χ² at least as large when visitors came in the expected shares.
    package var pValue: Double

    /// Compares counts with expectations of the same sum; nil with fewer than two arms.
    ///
    /// χ² = Σ (observed − expected)² / expected with one degree of freedom fewer than arms; p = Q(k/2, χ²/2)
    /// (Pearson 1900; DLMF 8.2.4).
    package static func test(observed: [Int64], expected: [Double]) -> SampleRatio? {
        guard observed.count == expected.count, observed.count >= 2, expected.allSatisfy({ $0 > 0 }) else { return nil }
        var chiSquare = 0.0
        for (count, expectation) in zip(observed, expected) {
            let difference = Double(count) - expectation
            chiSquare += difference * difference / expectation
        }
        let pValue = SpecialFunctions.regularizedGammaUpper(
            shape: Double(observed.count - 1) / 2, x: chiSquare / 2)
        return SampleRatio(chiSquare: chiSquare, pValue: pValue)
    }
}
