import CLibrary

/// Numbers and names for people.
package enum Text {
    /// A decimal with this many places.
    package static func decimal(_ value: Double, _ places: Int) -> String {
        PlainDecimal.fixed(value, places: places)
    }

    /// A decimal with this many digits that count, without zeros at its end: `0.0123`, `450`; at most twelve places.
    package static func significant(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        let text = PlainDecimal.fixed(value, places: max(0, min(12, digits - 1 - exponent)))
        guard text.contains(".") else { return text }
        let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(trimmed.reversed())
    }

    /// A count with commas between thousands.
    package static func count(_ value: Int64) -> String {
        var groups: [String] = []
        var digits = Substring(String(value.magnitude))
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(String(digits), at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// Text from the data without what a terminal would obey: control characters, ends of lines and paragraphs, and marks that
    /// turn the direction of writing. Each becomes U+FFFD.
    package static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: return "\u{FFFD}"
            default:
                let turns = ("\u{202A}"..."\u{202E}").contains(scalar) || ("\u{2066}"..."\u{2069}").contains(scalar)
                return turns ? "\u{FFFD}" : scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// A name's beginning and end: names that differ often do at the end.
    package static func shortened(_ name: String, to length: Int) -> String {
        guard name.count > length else { return name }
        let tail = (length - 1) / 2
        return "\(name.prefix(length - 1 - tail))…\(name.suffix(tail))"
    }

    /// `1 line`, `2 lines`.
    package static func count(_ value: Int64, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// Ascending days, those that follow one another as `FIRST to LAST`.
    package static func days(_ dates: [CalendarDate]) -> String {
        var runs: [(first: CalendarDate, last: CalendarDate)] = []
        for date in dates {
            if let run = runs.last, run.last.advanced(by: 1) == date {
                runs[runs.count - 1].last = date
            } else {
                runs.append((date, date))
            }
        }
        return runs.map { $0.first == $0.last ? "\($0.first)" : "\($0.first) to \($0.last)" }.joined(separator: ", ")
    }
}
