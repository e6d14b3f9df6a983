import Domain

/// Lines of a file that were left out: how many, and the first of each kind.
package struct RejectedLines: Sendable {
    /// What is wrong with a line.
    package enum Kind: Equatable, Sendable {
        case malformed, tooLong, fieldCount
        case empty(column: String)
        case number(column: String)
        case time(column: String)

        fileprivate func words(_ text: String) -> String {
            switch self {
            case .malformed: "quotes that are not around a whole field"
            case .tooLong: "a line longer than a mebibyte"
            case .fieldCount: "not as many fields as the header; put text with commas in double quotes"
            case .empty(let column): "\(column) is empty"
            case .number(let column):
                "\(column) is '\(text)', no number"
                    + (RejectedLines.isGrouped(text) ? ": write it without commas between thousands" : "")
            case .time(let column):
                "\(column) is '\(text)', no time: write 2026-11-20T08:15:00Z or 2026-11-20"
            }
        }
    }

    private struct Entry: Sendable {
        var kind: Kind
        var line: Int64
        var text: String
        var count: Int64
    }

    private var entries: [Entry] = []
    package private(set) var count: Int64 = 0

    package init() {}

    package mutating func add(_ kind: Kind, line: Int64, text: String) {
        add(Entry(kind: kind, line: line, text: text, count: 1))
    }

    /// Adds those of a later part of the file.
    package mutating func add(_ later: RejectedLines) {
        for entry in later.entries { add(entry) }
    }

    private mutating func add(_ entry: Entry) {
        count += entry.count
        if let index = entries.firstIndex(where: { $0.kind == entry.kind }) {
            entries[index].count += entry.count
        } else {
            entries.append(entry)
        }
    }

    private static func isGrouped(_ text: String) -> Bool {
        text.contains(",") && text.allSatisfy { $0.isNumber || ",.-".contains($0) }
    }

    /// The first of each kind, at most three of them.
    package func samples(file: String) -> String {
        entries.sorted { $0.line < $1.line }.prefix(3).map {
            "\(file):\($0.line): \(Text.printable($0.kind.words(String($0.text.prefix(40))))) "
                + "(\(Text.count($0.count, "line")))"
        }.joined(separator: "; ")
    }

    /// Throws where more than one line in a hundred is rejected.
    package func refuse(rows: Int64, file: String) throws(UpliftError) {
        guard count > 0, Double(count) > 0.01 * Double(count + rows) else { return }
        throw .input(
            "\(file): \(Text.count(count)) of \(Text.count(count + rows)) lines are rejected, more than 1 %: "
                + samples(file: file) + "; mend the file")
    }

    /// A sentence about what was left out; nil when nothing was.
    package func remark(file: String) -> String? {
        guard count > 0 else { return nil }
        return "\(file): \(Text.count(count, "line")) rejected and left out: \(samples(file: file))"
    }
}
