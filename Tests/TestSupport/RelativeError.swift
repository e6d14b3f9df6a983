/// |value − expected| in units of the expected value, or of `floor` where that is greater.
package func relativeError(_ value: Double, _ expected: Double, floor: Double = 0) -> Double {
    value == expected ? 0 : abs(value - expected) / max(abs(expected), floor)
}
