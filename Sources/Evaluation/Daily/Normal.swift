import CLibrary

/// The standard normal distribution.
package enum Normal {
    /// P(|Z| ≥ |z|)
    package static func twoSidedP(z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }
}
