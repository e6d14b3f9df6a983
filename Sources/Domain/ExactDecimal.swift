/// An integer count of small units as plain decimal text, exactly: money that never meets a binary fraction.
package enum ExactDecimal {
    /// The text of `value` / 10^scale without trailing zeros; no exponent, no fraction when it is whole.
    package static func text(_ value: Int128, scale: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        let whole = padded.dropLast(scale)
        var fraction = padded.suffix(scale)
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// The value of plain decimal text times 10^scale; nil when it is none, has more decimals, or leaves 128 bits.
    package static func value(_ text: some StringProtocol, scale: Int) -> Int128? {
        var bytes = Array(text.utf8)[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes.removeFirst() }
        var value: Int128 = 0
        var decimals: Int?
        var digits = 0
        for byte in bytes {
            if byte == UInt8(ascii: "."), decimals == nil, digits > 0 {
                decimals = 0
                continue
            }
            guard (0x30...0x39).contains(byte), decimals ?? 0 < scale || decimals == nil else { return nil }
            guard let next = shifted(value, adding: Int128(byte - 0x30)) else { return nil }
            value = next
            digits += 1
            decimals = decimals.map { $0 + 1 }
        }
        guard digits > 0, decimals != 0 else { return nil }
        for _ in (decimals ?? 0)..<scale {
            guard let next = shifted(value, adding: 0) else { return nil }
            value = next
        }
        return negative ? -value : value
    }

    private static func shifted(_ value: Int128, adding digit: Int128) -> Int128? {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        let (sum, carry) = product.addingReportingOverflow(digit)
        return carry ? nil : sum
    }
}
