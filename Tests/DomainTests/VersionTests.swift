import Domain
import Foundation
import TestSupport
import Testing

@Suite struct VersionTests {
    @Test("The changelog begins with the version that the program names")
    func changelogIsOfThisVersion() throws {
        let file = SourceTree.root + "/Sources/Pipeline/Documentation/Changelog.md"
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.first { $0.hasPrefix("## ") } == "## \(Version.text)")
    }
}
