import Configuration
import EventLog
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
        var preset: String?
        var presets: Set<String> = []
        var logs = 0
        for block in try Self.blocks() {
            if block.kind[0] == "json5" {
                settings = block.text
                preset = block.kind.count > 2 && block.kind[1] == "preset" ? block.kind[2] : nil
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
            if let preset {
                // The word says what the block says.
                let short = try SourceTrials.run(block.text, as: "a.\(block.kind[0])", events: "preset: \"\(preset)\"")
                #expect(!night.rows.isEmpty && short.rows == night.rows, "\(preset)")
                #expect(short["visitors"] == night["visitors"] && short["lines"] == lines, "\(preset)")
                #expect(short["repeated_events"] == repeated, "\(preset)")
                presets.insert(preset)
            }
            settings = ""
            preset = nil
            logs += 1
        }
        #expect(logs >= 7)
        #expect(presets == Set(LogPreset.allCases.map(\.rawValue)))
    }

    /// Source by source, a block of the page and its preset are one.
    @Test func presetsAreWhatThePageSays() throws {
        func configuration(_ events: String) throws -> Configuration {
            let text = """
                { pipeline: "p", events: { paths: ["a"], \(events) },
                  experiments: [{ platform: "w", slot: "s", variants: ["a"] }] }
                """
            return try Configuration.from(bytes: Array(text.utf8), file: "page.json5")
        }
        for block in try Self.blocks() where block.kind.count > 2 && block.kind[1] == "preset" {
            let long = try configuration(block.text).events
            let short = try configuration("preset: \"\(block.kind[2])\"").events
            #expect(EventField.allCases.map { long.schema[$0] } == EventField.allCases.map { short.schema[$0] })
            #expect(long.schema.types == short.schema.types && long.each == short.each, "\(block.kind)")
        }
    }

    @Test func whatIsSaidGoesBeforeThePreset() throws {
        let text = """
            { pipeline: "p", events: { paths: ["a"], preset: "opentelemetry", each: null, fields: { visitor: "who" },
              types: { "Feature_Flag.Evaluation": "click" } }, experiments: [{ platform: "w", slot: "s", variants: ["a"] }] }
            """
        let events = try Configuration.from(bytes: Array(text.utf8), file: "page.json5").events
        #expect(events.each == nil && events.schema[.visitor] == .keys(["who"]))
        #expect(events.schema[.type] == .keys(["eventName", "attributes[key=event.name].value.stringValue"]))
        #expect(events.schema.types.count == 5 && events.schema.types["Feature_Flag.Evaluation"] == .click)
        // A source that only the preset names may be absent without a word.
        #expect(events.schema.isMapped(.visitor) && !events.schema.isMapped(.slot))
    }
}
