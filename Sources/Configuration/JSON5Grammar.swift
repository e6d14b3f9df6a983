// Classes of characters and the spelling of numbers in JSON5, as Foundation reads them.

/// The first place of a text that is not JSON5.
struct JSON5SyntaxError: Error, Equatable {
    /// Position among the text's Unicode scalars, from 0.
    var index: Int
    var message: String
    var suggestion: String
}

extension JSON5Scanner {
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{0B}", "\u{0C}": true
        default: false
        }
    }

    static func startsIdentifier(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "$" || scalar == "_" || scalar.properties.isAlphabetic
    }

    static func continuesIdentifier(_ scalar: Unicode.Scalar) -> Bool {
        startsIdentifier(scalar) || ("0"..."9").contains(scalar)
    }

    /// Whether a character belongs to a run that is read as one number or word.
    static func belongsToWord(_ scalar: Unicode.Scalar) -> Bool {
        continuesIdentifier(scalar) || scalar == "+" || scalar == "-" || scalar == "."
    }
}

/// The spelling of JSON5's numbers (spec.json5.org, section 6).
enum JSON5Number {
    static func isNumber(_ word: String) -> Bool {
        var rest = word[...]
        if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
        if rest == "Infinity" || rest == "NaN" { return true }
        if rest.hasPrefix("0x") || rest.hasPrefix("0X") {
            let digits = rest.dropFirst(2)
            return !digits.isEmpty && digits.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
        let whole = takeDigits(&rest)
        guard whole.count == 1 || whole.first != "0" else { return false }
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = takeDigits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            guard !takeDigits(&rest).isEmpty else { return false }
        }
        return rest.isEmpty
    }

    private static func takeDigits(_ rest: inout Substring) -> Substring {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest.removeFirst(digits.count)
        return digits
    }
}
