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

    @Test func everyCodeIsOnThePage() throws {
        let page = try Self.text("pipelines/README.md")
        let events = try Self.codes(in: "Sources/Pipeline/RunEvent.swift")
        let failures = try Self.codes(in: "Sources/Pipeline/RunFailure.swift")
        let errors = try Self.codes(in: "Sources/sluice/ExitCode.swift")
        #expect(events.count > 15 && failures.count > 10 && errors.count > 3)
        for code in events + failures + errors { #expect(page.contains("`\(code)`"), "\(code) is not on the page") }
        #expect(Set(events + failures).count == events.count + failures.count)
    }
}
