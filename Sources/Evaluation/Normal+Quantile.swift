import CLibrary

extension Normal {
    /// z of a two-sided interval: P(|Z| ≤ z) = `confidence`, between 0 and 1.
    package static func z(confidence: Double) -> Double {
        // Newton's steps on the tail's logarithm, which is nearly a parabola: ten are more than enough from anywhere.
        let tail = 1 - confidence
        var z = 1.0
        for _ in 0..<50 {
            let p = twoSidedP(z: z)
            let density = 2 * exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            let step = log(p / tail) * p / density
            z = max(z / 4, z + step)
            if abs(step) < 1e-15 * z { break }
        }
        return z
    }
}
