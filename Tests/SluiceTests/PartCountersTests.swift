import Foundation
import TestSupport
import Testing

/// Counts of a day that random worlds seldom have: parts carry them too.
@Suite("Rare counts in parts")
struct PartCountersTests {
    @Test func copiesLibrariesAndUnreadableAddressesAddUp() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("203.0.113.0/24\n", to: "deny.txt")
        try scratch.write(
            """
            { pipeline: "t", timezone: "UTC", events: { paths: ["a.jsonl"], fields: { event: "id" } },
              bots: { denyNetworks: ["deny.txt"] },
              experiments: [{ platform: "web", slot: "h", variants: ["a", "b"] }] }
            """, to: "p.json5")
        var log = ""
        for number in 0..<40 {
            let agent = number % 10 == 0 ? "okhttp/4.12" : "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0"
            let address = number % 7 == 0 ? "not an address" : "192.0.2.1"
            for _ in 0..<(number % 3 + 1) {
                log +=
                    #"{"ts":"2026-11-20T10:00:00Z","type":"view","visitor":"v\#(number)","platform":"web","slot":"h","#
                    + #""variant":"\#(number % 2 == 0 ? "a" : "b")","id":"e\#(number)","user_agent":"\#(agent)","#
                    + #""ip":"\#(address)"}"# + "\n"
            }
        }
        try scratch.write(log, to: "a.jsonl")
        func sluice(_ words: [String]) throws {
            let result = try Binary.sluice(words, in: scratch.path)
            #expect(result.status == 0, "\(words): \(result.errors)")
        }
        let night = ["--config", "p.json5", "--date", "2026-11-20"]
        try sluice(["statistics"] + night + ["--state", "one"])
        try sluice(["split"] + night + ["--parts", "3", "--tally", "tally", "--output", "blocks-{part}"])
        for part in 0..<3 { try sluice(["statistics"] + night + ["--part", "part-\(part)", "blocks-\(part)"]) }
        try sluice(["merge"] + night + ["--tally", "tally", "--state", "three", "part-0", "part-1", "part-2"])
        func results(_ state: String) throws -> [String: Data] {
            try scratch.files(below: state + "/statistics")
        }
        let whole = try results("one")
        #expect(try results("three") == whole)
        let quality = try #require(whole.first { $0.key.hasSuffix("quality.json") }?.value)
        let counts = try #require(JSONSerialization.jsonObject(with: quality) as? [String: Any])
        #expect(counts["repeated_events"] as? Int ?? 0 > 0)
        #expect(((counts["bots"] as? [String: Any])?["libraries"] as? [String: Any])?["visitors"] as? Int == 4)
        #expect((counts["unreadable_addresses"] as? [String: Any])?["events"] as? Int ?? 0 > 0)
    }
}
