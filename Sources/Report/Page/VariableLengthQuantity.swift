/// Whole numbers as text: the base-64 quantities of source maps (ECMA-426, section 3.2), for numbers of any size.
///
/// The lowest bit is the sign, the others are the magnitude. Each character carries five bits, the lowest first, and 32 more
/// when another follows; so numbers need nothing between them.
package enum VariableLengthQuantity {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)

    /// Appends a number, at most ±(2¹²⁷ − 1).
    package static func append(_ value: Int128, to text: inout String) {
        var rest = value.magnitude << 1 | (value < 0 ? 1 : 0)
        repeat {
            let digit = Int(rest & 31)
            rest >>= 5
            text.unicodeScalars.append(alphabet[rest == 0 ? digit : digit | 32])
        } while rest != 0
    }
}
