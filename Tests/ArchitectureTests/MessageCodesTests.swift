import Foundation
import TestSupport
import Testing

/// The codes of messages: those in the sources are on the operators' page, and each belongs to one message.
@Suite struct MessageCodesTests {
    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: SourceTree.root + "/" + path, encoding: .utf8)
    }

    /// The words of the lines `case .name: "word"` of a file.
    private static func codes(in path: String) throws -> [String] {
        try text(path).split(separator: "\n").compactMap { line in
            guard line.contains("case "), let match = line.firstMatch(of: /: "([a-z]+(-[a-z]+)*)"$/) else { return nil }
            return String(match.1)
        }
    }

    /// The page's rows, by code: the exit code, and what stands in the others.
    private static func rows() throws -> [String: [String]] {
        var rows: [String: [String]] = [:]
        for line in try text("pipelines/messages.md").split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(rows.updateValue(Array(cells.dropFirst()), forKey: cells[0].filter { $0 != "`" }) == nil, "\(line)")
        }
        return rows
    }

    @Test func everyCodeIsOnThePage() throws {
        let rows = try Self.rows()
        let events = try Self.codes(in: "Sources/Pipeline/RunEvent.swift")
        let failures = try Self.codes(in: "Sources/Pipeline/RunFailure.swift")
        let errors = try Self.codes(in: "Sources/sluice/ExitCode.swift")
        #expect(events.count > 15 && failures.count > 10 && errors.count > 3)
        #expect(Set(rows.keys) == Set(events + failures + errors), "the page has every code and no other")
        let information = [
            "day-read", "days-recounted", "table-published", "winner-named", "traffic-moved", "other-traffic-moved",
            "traffic-stays", "dry-run", "gain-known", "other-gains-known",
        ]
        for (code, cells) in rows {
            #expect(Int(cells[0]) != nil, "\(code) has an exit code")
            // What happened, common causes, what to do.
            let said = cells.dropFirst().filter { !$0.isEmpty }.count
            #expect(said == (information.contains(code) ? 1 : 3), "\(code): \(cells)")
        }
        #expect(Set(events + failures).count == events.count + failures.count)
    }
}
