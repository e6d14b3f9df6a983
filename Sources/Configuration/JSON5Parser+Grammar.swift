// The spelling of numbers, and the classes of characters.
extension JSON5Parser {
    /// Reads the spelling of a number (section 6); nil for other words.
    static func number(_ word: String) -> JSON5Value? {
        let isNegative = word.first == "-"
        let digits = isNegative || word.first == "+" ? word.dropFirst() : word[...]
        let magnitude: Double
        switch digits {
        case "Infinity": return .number(isNegative ? -.infinity : .infinity)
        case "NaN": return .number(.nan)
        default:
            guard isHexadecimal(digits) || isDecimal(digits), let value = Double(digits) else { return nil }
            magnitude = value
        }
        guard magnitude.isFinite else {
            return .unreadable("a number out of range", remedy: "write a number nearer to 0 than 1.8e308")
        }
        return .number(isNegative ? -magnitude : magnitude)
    }

    private static func isHexadecimal(_ text: Substring) -> Bool {
        guard text.hasPrefix("0x") || text.hasPrefix("0X") else { return false }
        return text.utf8.count > 2 && text.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static func isDecimal(_ text: Substring) -> Bool {
        var rest = text
        func takeDigits() -> Substring {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest[digits.endIndex...]
            return digits
        }
        let whole = takeDigits()
        // A leading zero would be octal elsewhere.
        guard whole.count <= 1 || whole.first != "0" else { return false }
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = takeDigits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
            guard !takeDigits().isEmpty else { return false }
        }
        return rest.isEmpty
    }

    // MARK: Classes of characters

    /// White space and line terminators (section 8).
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\u{0B}", "\u{0C}", "\u{A0}", "\u{FEFF}": true
        case _ where scalar.isASCII: isLineTerminator(scalar)
        default: isLineTerminator(scalar) || scalar.properties.generalCategory == .spaceSeparator
        }
    }

    static func isLineTerminator(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    /// Letters, `$` and `_` (ECMAScript 5.1, section 7.6).
    static func startsIdentifier(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "$", "_": return true
        case _ where scalar.isASCII: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber:
            return true
        default: return false
        }
    }

    /// These, and digits, combining marks, connectors and joiners.
    static func continuesIdentifier(_ scalar: Unicode.Scalar) -> Bool {
        if startsIdentifier(scalar) || ("0"..."9").contains(scalar) { return true }
        if scalar.isASCII { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return scalar == "\u{200C}" || scalar == "\u{200D}"
        }
    }

    /// Whether a key needs no quotes.
    static func isIdentifier(_ key: String) -> Bool {
        guard let first = key.unicodeScalars.first, startsIdentifier(first) else { return false }
        return key.unicodeScalars.allSatisfy(continuesIdentifier)
    }

    /// Whether a character belongs to a run that is read as one number or word.
    static func belongsToWord(_ scalar: Unicode.Scalar) -> Bool {
        continuesIdentifier(scalar) || scalar == "+" || scalar == "-" || scalar == "."
    }
}
