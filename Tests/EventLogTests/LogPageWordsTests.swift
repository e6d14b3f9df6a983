import EventLog
import Foundation
import TestSupport
import Testing

/// The page of the log has every field, type and word.
@Suite struct LogPageWordsTests {
    @Test func everyFieldAndWordIsThere() throws {
        let page = try String(contentsOfFile: SourceTree.root + "/pipelines/log.md", encoding: .utf8)
        for field in EventField.allCases {
            let meaning = field.meaning.prefix(1).lowercased() + field.meaning.dropFirst().dropLast()
            let row =
                "| `\(field.rawValue)` | \(field.need) | \(field.meaning.hasPrefix("`") ? String(field.meaning.dropLast()) : meaning) |"
            #expect(page.contains(row), "\(row)")
        }
        for type in EventSchema.ownTypes.keys { #expect(page.contains("`\(type)`"), "\(type)") }
        for word in NobodyWords.usual { #expect(page.contains("`\(word)`"), "\(word)") }
    }
}
