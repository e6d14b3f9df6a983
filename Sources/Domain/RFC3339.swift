/// Instants as RFC 3339 writes them (§5.6), to the second.
package enum RFC3339 {
    /// Seconds since the epoch as `2026-11-20T01:30:00Z`.
    package static func text(_ seconds: Int64) -> String {
        var (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 { (day, second) = (day - 1, second + 86_400) }
        func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = [second / 3_600, second / 60 % 60, second % 60].map(padded).joined(separator: ":")
        return "\(CalendarDate(dayNumber: Int(day)))T\(time)Z"
    }

    /// Seconds since the epoch of `2026-11-20T01:30:00Z`, `2026-11-20 07:00+05:30` and the like; nil for anything else.
    ///
    /// - The offset must be there; `Z`, `+05:30`, `+0530` and `+05` are offsets.
    /// - Seconds may be left out; a leap second is the one after it; fractions are cut off.
    package static func seconds(_ text: some StringProtocol) -> Int64? {
        var rest = text.utf8[...]
        guard rest.count >= 17, let date = CalendarDate(text.prefix(10)) else { return nil }
        rest = rest.dropFirst(10)
        guard let separator = rest.popFirst(), "Tt ".utf8.contains(separator),
            let hour = number(&rest, below: 24), skip(":", &rest), let minute = number(&rest, below: 60)
        else { return nil }
        var second: Int64 = 0
        if skip(":", &rest) {
            guard let value = number(&rest, below: 61) else { return nil }
            second = value
            if skip(".", &rest) {
                let fraction = rest.prefix { (0x30...0x39).contains($0) }
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(fraction.count)
            }
        }
        guard let offset = offset(&rest), rest.isEmpty else { return nil }
        return Int64(date.dayNumber) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    }

    private static func offset<Bytes: Collection<UInt8>>(_ rest: inout Bytes) -> Int64?
    where Bytes.SubSequence == Bytes {
        guard let sign = rest.popFirst() else { return nil }
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(&rest, below: 24) else {
            return nil
        }
        var minutes: Int64 = 0
        if !rest.isEmpty {
            _ = skip(":", &rest)
            guard let value = number(&rest, below: 60) else { return nil }
            minutes = value
        }
        return (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }

    /// Two digits.
    private static func number<Bytes: Collection<UInt8>>(_ rest: inout Bytes, below limit: Int64) -> Int64?
    where Bytes.SubSequence == Bytes {
        guard let tens = rest.popFirst(), let ones = rest.popFirst(), (0x30...0x39).contains(tens),
            (0x30...0x39).contains(ones)
        else { return nil }
        let value = Int64(tens - 0x30) * 10 + Int64(ones - 0x30)
        return value < limit ? value : nil
    }

    private static func skip<Bytes: Collection<UInt8>>(_ byte: Unicode.Scalar, _ rest: inout Bytes) -> Bool
    where Bytes.SubSequence == Bytes {
        guard rest.first == UInt8(ascii: byte) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
