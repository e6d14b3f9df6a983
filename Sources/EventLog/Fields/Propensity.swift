/// The share with which serving code chose what it showed, as logs state it: above 0 and at most 1.
package enum Propensity {
    /// What 1 is in billionths.
    package static let one: UInt32 = 1_000_000_000

    /// The value of decimal text, in billionths: the nearest, halves up, and at least one; nil for what is no propensity.
    ///
    /// Whether it is above 0 and at most 1 is decided before it is rounded.
    static func billionths(_ text: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard let nearest = Decimal.scaled(text, scale: 9, rounding: .halfAwayFromZero), nearest >= 0, nearest <= one
        else { return nil }
        // In between there is no doubt.
        if nearest > 0, nearest < one { return UInt32(nearest) }
        guard let least = Decimal.scaled(text, scale: 9, rounding: .awayFromZero), least > 0, least <= one else {
            return nil
        }
        return UInt32(max(nearest, 1))
    }
}
