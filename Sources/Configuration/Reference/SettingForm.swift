import Domain

/// What may stand under a key of the configuration.
package indirect enum SettingForm: Sendable {
    /// Keys that are settings themselves.
    case object
    /// Free keys, each with such a value.
    case dictionary(SettingForm)
    /// A list of such values, called `of` in messages; one without elements is at fault unless it may be.
    case list(SettingForm, of: String, mayBeEmpty: Bool = false)
    /// Text that is not empty, as messages call what is expected.
    case text(String)
    /// One of these words.
    case word([String])
    /// `true` or `false`.
    case bool
    /// Exactly `false`: the setting turned off.
    case off
    case integer(ClosedRange<Int>)
    case number(SettingRange)
    /// Where a field of the log stands: a path, a constant, or a list of them; times may be joined of columns.
    case source(isTime: Bool, hasConstant: Bool)
    /// `null`, where it takes back what would hold otherwise.
    case null
    case either([SettingForm])

    /// A value of this form, or null.
    package var orNull: SettingForm { .either([self, .null]) }

    /// In words, as messages say what they expect.
    package var words: String {
        switch self {
        case .object: "an object"
        case .dictionary(let form): "an object with a key for each, and under it \(form.words)"
        case .list(_, let of, let mayBeEmpty): "a list of \(of)" + (mayBeEmpty ? ", which may be empty" : "")
        case .text(let what): what
        case .word(let words):
            words.count == 1 ? JSON5Value.quoted(words[0]) : "one of \(words.joined(separator: ", "))"
        case .bool: "true or false"
        case .off: "false"
        case .integer(let range):
            range.upperBound == ConfigurationReader.unlimited
                ? "a whole number of at least \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): range.words
        case .source(let isTime, let hasConstant):
            SettingForm.alternatives(
                ["a key of the log", "a list of them"] + (isTime ? ["{ columns: … }"] : [])
                    + (hasConstant ? ["{ constant: … }"] : []))
        case .null: "null"
        case .either(let forms): SettingForm.alternatives(forms.map(\.words))
        }
    }

    private static func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + (words.contains { $0.contains(", ") } ? ", or " : " or ")
            + last
    }
}

/// A range of numbers, as messages call it.
package struct SettingRange: Sendable {
    package var words: String
    package var lower: Double
    /// Infinite where there is no upper end.
    package var upper: Double
    package var includesLower: Bool
    package var includesUpper: Bool

    /// A range with both of its ends.
    package init(_ words: String, _ range: ClosedRange<Double>) {
        self.init(words, from: range.lowerBound, to: range.upperBound, includesLower: true, includesUpper: true)
    }

    package init(_ words: String, from lower: Double, to upper: Double, includesLower: Bool, includesUpper: Bool) {
        (self.words, self.lower, self.upper) = (words, lower, upper)
        (self.includesLower, self.includesUpper) = (includesLower, includesUpper)
    }
}
