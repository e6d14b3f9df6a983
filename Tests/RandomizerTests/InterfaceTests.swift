import Foundation
import Randomizer
import TestExpectations
import TestSupport
import Testing

/// What others build on, held fast: the declarations of the library and of its header, and what they write and read.
///
/// pipelines/serving/stability.md says what may change and what may not. A test that fails here is a change that somebody will notice.
@Suite struct InterfaceTests {
    @Test("Public declarations of Randomizer")
    func declarations() throws {
        let folder = SourceTree.root + "/Sources/Randomizer"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }
            .sorted()
        var found: [String] = []
        for file in files {
            let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
            found += Self.declarations(
                of: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
        #expect(found.count > 60)
        try expect(found.sorted(), named: "swift-interface.txt")
    }

    @Test("Declarations of sluice_randomizer.h")
    func header() throws {
        let path = SourceTree.root + "/Sources/CSluiceRandomizer/include/sluice_randomizer.h"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        let code = lines.filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
        #expect(code.contains { $0.contains("sluice_assign(") })
        try expect(code, named: "c-interface.txt")
    }

    @Test("What serving reads and writes")
    func formats() throws {
        let rows = [
            TestRow("autumn", "0.9", status: "active"), TestRow("plain", "0.1", status: "control"),
            TestRow("autumn", "1", segment: "Pune", status: "stopped"),
            TestRow("one", "1", platform: "app", slot: "feed"),
        ]
        let holdout = Manifest.Holdout(platform: "web", slot: "home-hero", name: "site")
        let table = try TestTable.table(rows, holdouts: [holdout])
        let explanation = try #require(table.explain(platform: "web", slot: "home-hero", visitor: "visitor-1"))
        try expect(
            [
                "formats \(AllocationFormat.readNames.joined(separator: " ")) \(AllocationFormat.exportName)",
                "served columns \(AllocationFormat.servedColumns.joined(separator: ",")) \(AllocationFormat.statusColumn)",
                "status \(AllocationFormat.controlStatus), everyone \(AllocationFormat.everyone)",
                "files \(AllocationFormat.tableFile) \(AllocationFormat.manifestFile)",
                "export " + String(decoding: table.exported(), as: UTF8.self).trimmingCharacters(in: .newlines),
                // Of scores the last digits are the C library's.
                "explanation "
                    + explanation.json(visitor: "visitor-1").replacing(/"score": [0-9.e-]+/, with: "\"score\": 0"),
            ], named: "formats.txt")
    }

    /// The first line is the digest of those that follow.
    private func expect(_ lines: [String], named name: String) throws {
        let text = lines.map { $0 + "\n" }.joined()
        try Golden.expect("digest \(XXH64.hexadecimal(XXH64.hash(text)))\n\(text)".utf8, named: name)
    }

    /// The public declarations of a file, each behind the types that it is in; and the cases of public enumerations.
    private static func declarations(of lines: [String]) -> [String] {
        var found: [String] = []
        // The types around a line, by their indentation.
        var around: [(indent: Int, name: String, isPublicEnum: Bool)] = []
        for (index, line) in lines.enumerated() {
            let code = line.trimmingCharacters(in: .whitespaces)
            let indent = line.prefix { $0 == " " }.count
            guard !code.isEmpty, !code.hasPrefix("//"), !code.hasPrefix("@") else { continue }
            around.removeAll { $0.indent >= indent }
            let isCase = code.hasPrefix("case ") && around.last?.isPublicEnum == true
            if code.hasPrefix("public ") && !code.hasPrefix("public import") || isCase {
                let names = around.map(\.name).joined(separator: ".")
                found.append((names.isEmpty ? "" : names + ": ") + signature(lines[index...]))
            }
            let words = code.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }
            let kinds: Set<Substring> = ["struct", "class", "enum", "extension", "protocol"]
            if code.hasSuffix("{"), let kind = words.firstIndex(where: kinds.contains), kind < 4, kind + 1 < words.count
            {
                let isPublicEnum = words[kind] == "enum" && code.hasPrefix("public")
                around.append((indent, String(words[kind + 1]), isPublicEnum))
            }
        }
        return found
    }

    /// A declaration without its body, on one line.
    private static func signature(_ lines: ArraySlice<String>) -> String {
        var text = ""
        for line in lines {
            let code = line.trimmingCharacters(in: .whitespaces)
            text += (text.isEmpty || text.hasSuffix("(") ? "" : " ") + code
            let isOpen = text.count { $0 == "(" } > text.count { $0 == ")" }
            if !isOpen { break }
        }
        if let body = text.range(of: " {") { text = String(text[..<body.lowerBound]) }
        return text
    }
}
