package import Domain

// Text, words, numbers and paths.
extension ConfigurationReader {
    /// Reads text that is not empty and has no control characters.
    package mutating func text(_ node: JSON5Node?, _ what: String) -> String? {
        guard let node else { return nil }
        guard case .string(let text) = node.value else {
            mismatch(node, expected: what, "write it in quotes")
            return nil
        }
        guard !text.isEmpty else {
            fault(node, "expected \(what), found an empty string", "write \(what)")
            return nil
        }
        if let control = text.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) {
            let code = String(control.value, radix: 16, uppercase: true)
            fault(
                node, "\(JSON5Value.quoted(text)) holds the control character U+\(code)", "remove that character")
            return nil
        }
        return text
    }

    /// Reads the name of a platform, slot or variant.
    package mutating func name(_ node: JSON5Node?, _ what: String) -> Name? {
        guard let node, let text = text(node, "the name of a \(what)") else { return nil }
        let name = Name(text)
        if name == .everyone {
            fault(node, "\"*\" is no \(what): it stands for everyone", "write the \(what) as the logs have it")
            return nil
        }
        if name.runsAsFormula {
            fault(
                node, "a spreadsheet would run \(JSON5Value.quoted(text)) as a formula",
                "begin the name with a letter or a digit")
            return nil
        }
        return name
    }

    /// Reads one of an enumeration's words.
    package mutating func word<Word>(_ node: JSON5Node?, as type: Word.Type) -> Word?
    where Word: RawRepresentable<String> & CaseIterable {
        guard let node else { return nil }
        let words = Word.allCases.map(\.rawValue)
        guard case .string(let text) = node.value else {
            let choice = words.map(\.debugDescription).joined(separator: " or ")
            mismatch(node, expected: "one of \(words.joined(separator: ", "))", "write \(choice)")
            return nil
        }
        guard let word = Word(rawValue: text) else {
            fault(
                node, "\(JSON5Value.quoted(text)) is none of \(words.joined(separator: ", "))",
                Self.suggest(text, among: words))
            return nil
        }
        return word
    }

    mutating func bool(_ node: JSON5Node?) -> Bool? {
        guard let node else { return nil }
        guard case .bool(let value) = node.value else {
            mismatch(node, expected: "true or false", "write true or false, without quotes")
            return nil
        }
        return value
    }

    // MARK: Numbers

    /// Reads a whole number within limits.
    package mutating func integer(_ node: JSON5Node?, in range: ClosedRange<Int>) -> Int? {
        let expected =
            range.upperBound == Self.unlimited
            ? "a whole number of at least \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let node, let number = number(node, expected: expected) else { return nil }
        guard let integer = Int(exactly: number) else {
            let below = Int(exactly: number.rounded(.down)) ?? range.lowerBound
            let legal = min(max(below, range.lowerBound), range.upperBound)
            mismatch(node, expected: expected, "write \(legal)")
            return nil
        }
        guard range.contains(integer) else {
            let legal = integer < range.lowerBound ? "\(range.lowerBound) or more" : "\(range.upperBound) or less"
            mismatch(node, expected: expected, "write \(legal)")
            return nil
        }
        return integer
    }

    /// The upper end of a range that has none: the largest whole number up to which a JSON number is exact.
    package static var unlimited: Int { 1 << 53 }

    /// Reads a finite number that meets a condition, said in `expected`.
    package mutating func number(
        _ node: JSON5Node?, expected: String, _ suggestion: String, where isLegal: (Double) -> Bool
    ) -> Double? {
        guard let node, let number = number(node, expected: expected) else { return nil }
        guard number.isFinite, isLegal(number) else {
            mismatch(node, expected: expected, suggestion)
            return nil
        }
        return number
    }

    private mutating func number(_ node: JSON5Node, expected: String) -> Double? {
        switch node.value {
        case .number(let number):
            return number
        case .string(let text) where JSON5Parser.number(text) != nil:
            mismatch(node, expected: expected, "write \(text), without quotes")
        default:
            mismatch(node, expected: expected, "write a number")
        }
        return nil
    }

    // MARK: Dates

    /// Reads a day of the calendar.
    package mutating func date(_ node: JSON5Node?, example: String) -> CalendarDate? {
        guard let node, let text = text(node, "a date, such as \"\(example)\"") else { return nil }
        guard let date = CalendarDate(text) else {
            fault(node, "\(JSON5Value.quoted(text)) is no date", "write year, month and day as in \"\(example)\"")
            return nil
        }
        return date
    }

    // MARK: Paths

    /// Reads the path of a file that serves every date.
    package mutating func path(_ node: JSON5Node?) -> String? {
        guard let node, let path = text(node, "a path") else { return nil }
        guard PathTemplate(path).isPlain else {
            fault(
                node, "\(JSON5Value.quoted(path)) has a placeholder, but this file serves every date",
                "write a path without braces")
            return nil
        }
        return path
    }

    /// Reads a path or a list of paths, in which `{date}`, its neighbours and alternatives may stand.
    ///
    /// - Parameter arePatterns: whether `*`, `**`, `?` and brackets in them match names.
    mutating func datedPaths(_ node: JSON5Node?, arePatterns: Bool = false) -> [String]? {
        guard let node else { return nil }
        if case .string = node.value { return datedPath(node, isPattern: arePatterns).map { [$0] } }
        let nodes = list(node, of: "paths", example: #"["events/{date}/*.jsonl"]"#) ?? []
        let paths = nodes.compactMap { datedPath($0, isPattern: arePatterns) }
        return paths.isEmpty ? nil : paths
    }

    private mutating func datedPath(_ node: JSON5Node, isPattern: Bool) -> String? {
        guard let path = text(node, "a path") else { return nil }
        let faults = PathTemplate(path).faults + (isPattern ? PathTemplate.faultsOfPattern(path) : [])
        for fault in faults.sorted(by: { $0.offset < $1.offset }) {
            self.fault(node, "\(JSON5Value.quoted(fault.text)) \(fault.message)", fault.suggestion)
        }
        return faults.isEmpty ? path : nil
    }
}
