import Allocation
import Domain
import Essentials
import Learning

/// An experiment's days as data for the page's script: JSON whose numbers are whole and exact.
///
/// Each series is one text per arm: the first number and the differences from one to the next as `VariableLengthQuantity`
/// writes them, a point for a day without. Traffic is in millionths; probabilities, means and their ends are in
/// thousand-millionths (the 9 decimals of the file); revenue is in millionths. That takes two fifths of the bytes of decimals.
struct EmbeddedData: Encodable {
    var key: String
    /// The first day; the others follow without gaps.
    var first: String
    var days: Int
    /// Nil when nobody says it; then there are no successes.
    var reward: String?
    var arms: [String]
    var traffic: [String]
    var probabilityBest: [String]
    var mean: [String]
    /// From the interval's ends to the mean, both upwards.
    var meanLow: [String]
    var meanHigh: [String]
    /// The ends of the always-valid interval of the lift.
    var liftLow: [String]
    var liftHigh: [String]
    var visitors: [String]
    var successes: [String]
    var valueRemaining: [String]
    /// Of the sample-ratio check, by day.
    var pValue: [String]
    /// A character for each day: `c` carried over, `m` without a table, `.` otherwise.
    var marks: String
    /// A character for each day: `n` without visitors, `p` not counted yet, `.` otherwise.
    var countMarks: String

    init(_ history: ExperimentHistory, pValues: [Double?]) {
        key = "\(history.key.platform)/\(history.key.slot)"
        first = history.dates.first?.description ?? ""
        days = history.dates.count
        reward = history.reward?.rawValue
        arms = history.arms.map(\.string)
        func rows(_ value: (AllocationRow) -> Int128?) -> [String] { EmbeddedData.rows(of: history, value) }
        traffic = rows { Int128($0.traffic) }
        probabilityBest = rows { $0.probabilityBest.map(EmbeddedData.nano) }
        mean = rows { EmbeddedData.nano($0.mean) }
        meanLow = rows { row in row.meanLow.map { EmbeddedData.nano(row.mean) - EmbeddedData.nano($0) } }
        meanHigh = rows { row in row.meanHigh.map { EmbeddedData.nano($0) - EmbeddedData.nano(row.mean) } }
        liftLow = rows { $0.liftLow.map(EmbeddedData.nano) }
        liftHigh = rows { $0.liftHigh.map(EmbeddedData.nano) }
        visitors = EmbeddedData.counts(of: history) { Int128($0.visitors) }
        if let reward = history.reward {
            successes = EmbeddedData.counts(of: history) { reward.successes($0) }
        } else {
            successes = []
        }
        valueRemaining = [
            EmbeddedData.joined(
                history.rows.map { day in day.lazy.compactMap { $0?.valueRemaining }.first.map(EmbeddedData.nano) })
        ]
        pValue = [EmbeddedData.joined(pValues.map { $0.map(EmbeddedData.nano) })]
        countMarks = String(
            history.dates.indices.map { history.isPending($0) ? "p" : history.isWithoutVisitors($0) ? "n" : "." })
        marks = String(
            history.dates.indices.map { day in
                history.isCarriedOver[day] ? "c" : history.rows[day].contains { $0 != nil } ? "." : "m"
            })
    }

    /// A series for each arm, of what its rows in the tables say.
    @inline(never)
    private static func rows(of history: ExperimentHistory, _ value: (AllocationRow) -> Int128?) -> [String] {
        history.arms.indices.map { arm in joined(history.rows.map { $0[arm].flatMap(value) }) }
    }

    /// A series for each arm, of what was counted.
    @inline(never)
    private static func counts(of history: ExperimentHistory, _ value: (ArmCounts) -> Int128) -> [String] {
        history.arms.indices.map { arm in joined(history.counts.map { $0[arm].map(value) }) }
    }

    /// Of the decimals that the file has. Cut at ±10²⁸, which no money reaches, so that differences are in range.
    private static func nano(_ value: Double) -> Int128 {
        let limit = Int128(10_000_000_000_000_000_000) * 1_000_000_000_000_000_000
        guard value.isFinite else { return 0 }
        let exact = ExactDecimal.value(PlainDecimal.string(value), scale: 9)
        return max(-limit, min(limit, exact ?? (value < 0 ? -limit : limit)))
    }

    private static func joined(_ values: [Int128?]) -> String {
        var last: Int128 = 0
        return values.reduce(into: "") { text, value in
            guard let value else {
                text += "."
                return
            }
            VariableLengthQuantity.append(value - last, to: &text)
            last = value
        }
    }

    /// The element that holds the data. No `<` is left in the text, so that nothing in it ends the element or opens another.
    func element(id: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        return "<script type=\"application/json\" id=\"\(id)\">\(json.replacing("<", with: "\\u003c"))</script>\n"
    }
}

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
