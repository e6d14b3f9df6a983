/// Why a line of the options is left out.
package enum RejectedLine: Int, CaseIterable, Sendable {
    case malformed, tooLong, fieldCount, notUTF8, noCustomer, noOption, value, groupedValue, cost, groupedCost

    package var words: String {
        switch self {
        case .malformed: "quotes that are not around a whole field"
        case .tooLong: "a line longer than a mebibyte"
        case .fieldCount: "not as many fields as the header; are there commas between thousands?"
        case .notUTF8: "not UTF-8"
        case .noCustomer: "no customer"
        case .noOption: "no option"
        case .value: "a value that is no number, or empty"
        case .groupedValue: "a value with commas between thousands; write 1234.50"
        case .cost: "a cost that is no number, or empty"
        case .groupedCost: "a cost with commas between thousands; write 1234.50"
        }
    }
}

/// The lines that were left out: how many, and the first of each kind.
package struct RejectedLines: Sendable {
    package struct Sample: Sendable {
        package var kind: RejectedLine
        package var line: Int64
        package var count: Int64
    }

    /// The share of lines above which nothing is computed.
    package static let allowedShare = 0.01

    private var byKind = RejectedLine.allCases.map { Sample(kind: $0, line: 0, count: 0) }

    /// The kinds there are, in the order of their first lines.
    package var samples: [Sample] { byKind.filter { $0.count > 0 }.sorted { $0.line < $1.line } }

    package var count: Int64 { byKind.reduce(0) { $0 + $1.count } }

    /// Counts a line; where it stands is asked only for the first of its kind.
    mutating func add(_ kind: RejectedLine, line: () -> Int64) {
        if byKind[kind.rawValue].count == 0 { byKind[kind.rawValue].line = line() }
        byKind[kind.rawValue].count += 1
    }

    /// Adds those of a later part of the file.
    mutating func add(_ later: RejectedLines) {
        for sample in later.byKind where sample.count > 0 {
            if byKind[sample.kind.rawValue].count == 0 { byKind[sample.kind.rawValue].line = sample.line }
            byKind[sample.kind.rawValue].count += sample.count
        }
    }
}
