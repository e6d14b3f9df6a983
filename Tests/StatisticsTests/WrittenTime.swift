import Domain
import Foundation
import TestSupport

/// The spellings of an instant.
enum WrittenTime {
    /// - Parameter isExplicit: without the spellings that leave it to a local clock which instant is meant.
    static func spell(
        _ time: Int64, isExplicit: Bool, using random: inout SplitMix64
    ) -> (text: String, isNumber: Bool) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return (decimal(time, places: 6, using: &random), random.chance(0.7))
        case 1: return (decimal(time, places: 3, using: &random), random.chance(0.7))
        case 2:
            let digits = String(time)
            return ("\(digits.prefix(1)).\(digits.dropFirst())e\(random.pick(["", "+", "+0"]))9", random.chance(0.7))
        case 3 where !isExplicit: return (clock(time, offset: nil, using: &random), false)
        default:
            let offset = random.pick([0, 0, 60, 120, -300, 330, 345, -570, 840, -720, 1_439, -1_439])
            return (clock(time, offset: offset, using: &random), false)
        }
    }

    /// An epoch: `time` with its last `places` digits after the point, and perhaps digits beyond the microsecond.
    private static func decimal(_ time: Int64, places: Int, using random: inout SplitMix64) -> String {
        let digits = String(time)
        var fraction = String(digits.suffix(places)) + (random.chance(0.2) ? "9999" : "")
        while fraction.last == "0", random.chance(0.9) { fraction.removeLast() }
        let whole = String(digits.dropLast(places))
        return fraction.isEmpty ? whole : "\(whole).\(fraction)"
    }

    /// RFC 3339, with the offset in minutes east of UTC; nil shows a UTC clock as if it were a local one.
    private static func clock(_ time: Int64, offset: Int?, using random: inout SplitMix64) -> String {
        let shifted = time + Int64(offset ?? 0) * 60_000_000
        let seconds = Int((Double(shifted) / 1e6).rounded(.down))
        let micros = Int(shifted - Int64(seconds) * 1_000_000)
        let day = Int((Double(seconds) / 86_400).rounded(.down))
        let ofDay = seconds - day * 86_400
        var text = CalendarDate(dayNumber: day).description + random.pick(["T", "T", " ", "t"])
        let isLeapSecond = micros == 999_999 && ofDay % 60 == 59 && random.chance(0.5)
        text += padded(ofDay / 3_600) + ":" + padded(ofDay / 60 % 60) + ":" + (isLeapSecond ? "60" : padded(ofDay % 60))
        if micros > 0 || random.chance(0.5) {
            var fraction = String(repeating: "0", count: 6 - String(micros).count) + String(micros)
            while fraction.count > 1, fraction.last == "0", random.chance(0.8) { fraction.removeLast() }
            if fraction.count == 6, random.chance(0.2) { fraction += "987" }
            text += random.pick([".", ".", ","]) + fraction
        }
        guard let offset else { return text }
        if offset == 0, random.chance(0.8) { return text + random.pick(["Z", "z"]) }
        text += offset < 0 ? "-" : "+"
        let (hours, minutes) = abs(offset).quotientAndRemainder(dividingBy: 60)
        if minutes == 0, random.chance(0.2) { return text + padded(hours) }
        return text + padded(hours) + random.pick([":", ":", ""]) + padded(minutes)
    }

    private static func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
