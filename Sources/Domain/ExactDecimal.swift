/// An integer count of small units as plain decimal text, exactly: money and shares, which never meet a binary fraction.
///
/// The scale is the number of decimals: 6 for millionths.
package enum ExactDecimal {
    /// The text of `value` / 10^scale; no exponent.
    ///
    /// - Parameter everyPlace: whether all decimals are written, `0.050000`, or none that are zeros at the end, `0.05`.
    package static func text(_ value: some BinaryInteger, scale: Int, everyPlace: Bool = false) -> String {
        (value < 0 ? "-" : "") + pointed(String(value.magnitude), scale: scale, everyPlace: everyPlace)
    }

    /// Digits with a point before the last `scale` of them.
    static func pointed(_ digits: String, scale: Int, everyPlace: Bool) -> String {
        var bytes = Array(digits.utf8)
        if bytes.count <= scale {
            bytes.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: scale + 1 - bytes.count), at: 0)
        }
        let point = bytes.count - scale
        if !everyPlace {
            while bytes.count > point, bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        }
        if bytes.count > point { bytes.insert(UInt8(ascii: "."), at: point) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of plain decimal text times 10^scale; nil when it is none, has more decimals, or leaves 128 bits.
    package static func value(_ text: some StringProtocol, scale: Int) -> Int128? {
        guard let parts = DecimalParts(text), parts.fraction.count <= scale else { return nil }
        var value: Int128 = 0
        // Downwards where it is negative: there is one more negative number than positive ones.
        func append(_ digit: Int128) -> Bool {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(parts.isNegative ? -digit : digit)
            value = sum
            return !overflow && !carry
        }
        for digit in parts.whole + parts.fraction {
            guard append(Int128(digit - UInt8(ascii: "0"))) else { return nil }
        }
        for _ in parts.fraction.count..<scale {
            guard append(0) else { return nil }
        }
        return value
    }
}

/// The pieces of plain decimal text: digits, and perhaps a point with digits after it.
struct DecimalParts {
    let isNegative: Bool
    /// The digits before the point, at least one, and those after it, in ASCII.
    let whole: ArraySlice<UInt8>
    let fraction: ArraySlice<UInt8>

    /// Nil unless the text is `-`, `digits`, `.digits`, the first and the last of them optional.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        isNegative = bytes.first == UInt8(ascii: "-")
        let unsigned = bytes.dropFirst(isNegative ? 1 : 0)
        let point = unsigned.firstIndex(of: UInt8(ascii: "."))
        whole = unsigned[..<(point ?? unsigned.endIndex)]
        fraction = point.map { unsigned[($0 + 1)...] } ?? []
        guard !whole.isEmpty, point == nil || !fraction.isEmpty else { return nil }
        guard (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    }
}
