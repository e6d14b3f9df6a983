import EventLog
import Foundation
import TestSupport
import Testing

/// The page of the log has every field, type and word.
@Suite struct LogPageWordsTests {
    @Test func everyFieldAndWordIsThere() throws {
        let page = try String(contentsOfFile: SourceTree.root + "/pipelines/log.md", encoding: .utf8)
        for field in EventField.allCases { #expect(page.contains("| `\(field.rawValue)` |"), "\(field.rawValue)") }
        for type in EventSchema.ownTypes.keys { #expect(page.contains("`\(type)`"), "\(type)") }
        for word in NobodyWords.usual { #expect(page.contains("`\(word)`"), "\(word)") }
    }
}
