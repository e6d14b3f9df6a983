import Foundation
import TestSupport
import Testing

/// The page of the log says what the program does: its blocks are run.
@Suite struct LogPageTests {
    private struct Block {
        var kind: [String]
        var text: String
    }

    private static func page() throws -> String {
        try String(contentsOfFile: SourceTree.root + "/pipelines/log.md", encoding: .utf8)
    }

    private static func blocks() throws -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        for line in try page().split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("```") else {
                open?.text += line + "\n"
                continue
            }
            if let block = open {
                blocks.append(block)
                open = nil
            } else {
                open = Block(kind: line.dropFirst(3).split(separator: " ").map(String.init), text: "")
            }
        }
        return blocks
    }

    @Test func examplesAreRead() throws {
        var settings = ""
        var logs = 0
        for block in try Self.blocks() {
            if block.kind[0] == "json5" {
                settings = block.text
                continue
            }
            let lines = block.text.split(separator: "\n").count - (block.kind[0] == "csv" ? 1 : 0)
            let night = try SourceTrials.run(block.text, as: "a.\(block.kind[0])", events: settings)
            let ignored = block.kind.count > 2 && block.kind[1] == "ignored" ? lines : 0
            let repeated = block.kind.count > 2 && block.kind[1] == "repeated" ? Int(block.kind[2]) : 0
            #expect(night["lines"] == lines, "\(block.text)")
            #expect((night.quality["rejected"] as? [String: Any])?["total"] as? Int == 0, "\(night.result.errors)")
            #expect((night.quality["ignored"] as? [String: Any])?["total"] as? Int == ignored, "\(night.quality)")
            #expect(night["repeated_events"] == repeated)
            settings = ""
            logs += 1
        }
        #expect(logs >= 7)
    }
}
