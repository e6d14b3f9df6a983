/// Values as JSON writes them (RFC 8259).
package enum JSONText {
    /// A string in quotes.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A number, in the fewest digits that tell it from its neighbours; null for what is not finite.
    package static func number(_ value: Double) -> String {
        value.isFinite ? value.description : "null"
    }
}
