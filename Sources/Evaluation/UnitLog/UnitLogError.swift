/// What keeps a log at the unit from being evaluated: a file, a line where there is one, and what to do.
package struct UnitLogError: Error, CustomStringConvertible, Sendable {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Why a line of the log is bad.
package enum BadLine: Int, CaseIterable, Sendable {
    case malformed, tooLong, fieldCount, noVariant, reward, propensity, zeroPropensity, greatPropensity

    package var words: String {
        switch self {
        case .malformed: "quotes that are not around a whole field"
        case .tooLong: "a line longer than a mebibyte"
        case .fieldCount: "not as many fields as the header"
        case .noVariant: "no variant"
        case .reward: "a reward that is no number"
        case .propensity: "a propensity that is no number, or empty"
        case .zeroPropensity: "a propensity of 0 or less: what was shown had a chance to be shown"
        case .greatPropensity: "a propensity over 1; is it in percent?"
        }
    }
}

/// The bad lines of a log: how many, and the first of each kind.
package struct BadLines: Sendable {
    package struct Sample: Sendable {
        package var kind: BadLine
        package var line: Int64
        package var count: Int64
    }

    /// By kind; the line is that of the first.
    private var byKind: [Sample] = BadLine.allCases.map { Sample(kind: $0, line: 0, count: 0) }

    /// The kinds there are, in the order of their first lines.
    package var samples: [Sample] { byKind.filter { $0.count > 0 }.sorted { $0.line < $1.line } }

    package var count: Int64 { byKind.reduce(0) { $0 + $1.count } }

    mutating func add(_ kind: BadLine, line: Int64, count: Int64 = 1) {
        if byKind[kind.rawValue].count == 0 { byKind[kind.rawValue].line = line }
        byKind[kind.rawValue].count += count
    }

    /// Adds those of a later part of the log.
    mutating func add(_ later: BadLines) {
        for sample in later.byKind where sample.count > 0 { add(sample.kind, line: sample.line, count: sample.count) }
    }
}
