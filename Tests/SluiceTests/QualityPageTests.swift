import Foundation
import TestSupport
import Testing

/// The page of quality.json beside real files, so that neither goes its own way.
@Suite("The page of quality.json")
struct QualityPageTests {
    /// Types by key, as the page has them.
    private static func page() throws -> [String: String] {
        var types: [String: String] = [:]
        let text = try String(contentsOfFile: SourceTree.root + "/pipelines/quality.md", encoding: .utf8)
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 3 && !cells[2].isEmpty, "\(line)")
            for key in cells[0].split(separator: ",") {
                let name = key.filter { $0 != "`" && $0 != " " }
                #expect(types.updateValue(cells[1], forKey: name) == nil, "\(name) stands there twice")
            }
        }
        return types
    }

    /// Objects whose keys are names.
    private static let named: Set = ["events", "bots.rules"]

    /// The keys of the leaves of a file, and their types.
    private static func leaves(_ value: Any, _ path: String, into found: inout [String: String]) {
        switch value {
        case let object as [String: Any]:
            if path == "undeclared" { found[path] = "object" }
            for (key, value) in object {
                let name = named.contains(path) ? "*" : key
                leaves(value, path.isEmpty ? name : path + "." + name, into: &found)
            }
        case let list as [Any]:
            for value in list { leaves(value, path + "[]", into: &found) }
        case is String: found[path] = "text"
        case let number as NSNumber:
            found[path] = String(cString: number.objCType) == "c" ? "yes or no" : "number"
        default: found[path] = "?"
        }
    }

    private static func leaves(of text: String, into found: inout [String: String]) throws {
        leaves(try JSONSerialization.jsonObject(with: Data(text.utf8)), "", into: &found)
    }

    @Test func everyKeyIsOnItAndNoOther() throws {
        let site = try OneSlotSite(#"statistics: { conversionWindow: "1d", revenueCap: 500 },"#)
        var found: [String: String] = [:]
        let columns = OneSlotSite.columns + ",platform,propensity,user_agent"
        let config = try site.directory.text("p.json5").replacing(
            #", fields: { platform: { constant: "web" } }"#, with: "")
        try site.directory.write(config, to: "p.json5")
        for day in 20...21 {
            var lines = [columns]
            for number in 0..<60 {
                for variant in ["a", "b"] {
                    // Half of the visitors know their propensity, and nobody of b comes on the second day: an arm that was out.
                    let propensity = number % 2 == 0 ? (day == 20 ? "0.5" : "0.25") : ""
                    if variant == "b", day == 21 { continue }
                    lines.append(
                        "2026-11-\(day)T10:00:00Z,view,\(variant)\(number),hero,\(variant),,,web,\(propensity),")
                }
            }
            let time = "2026-11-\(day)T09:00:00Z"
            lines += [
                "\(time),purchase,a1,hero,,o1,9,web,,", "\(time),view,x1,hero,B,,,web,,",
                "\(time),view,x2,heroo,a,,,web,,",
                "\(time),view,x3,hero,a,,,webb,,", "not a time,view,x3,hero,a,,,web,,", "\(time),scroll,x4,,,,,web,,",
                "\(time),view,bot,hero,a,,,web,,curl/8.0",
            ]
            try site.directory.write(lines.joined(separator: "\n") + "\n", to: "log/2026-11-\(day).csv")
        }
        let text = try site.directory.text("p.json5").replacing(
            #"paths: ["log/{date}.csv"]"#, with: #"paths: ["log/{date}.csv"], maxRejected: 0.5"#)
        try site.directory.write(text, to: "p.json5")
        let first = try site.run("2026-11-20", "--now", "2026-11-21T00:00:00Z")
        #expect(first.status == 0, "\(first.errors)")
        // b gets no traffic from then on, and a visitor all the same.
        try site.directory.write(
            "platform,slot,segment,variant,until,reason\nweb,hero,*,b,,\n", to: "blacklist.csv")
        try site.directory.write(
            text.replacing("experiments:", with: #"blacklist: "blacklist.csv", experiments:"#), to: "p.json5")
        #expect(try site.run("2026-11-20", "--now", "2026-11-21T00:00:01Z", command: "allocate").status == 0)
        let log = try site.directory.text("log/2026-11-21.csv")
        try site.directory.write(log + "2026-11-21T10:00:00Z,view,z1,hero,b,,,web,,\n", to: "log/2026-11-21.csv")
        let second = try site.run("2026-11-21", "--now", "2026-11-22T00:00:00Z", "--accept")
        #expect(second.status == 0, "\(second.errors)")
        for day in 20...21 {
            try Self.leaves(of: site.directory.text("state/statistics/date=2026-11-\(day)/quality.json"), into: &found)
        }
        try site.directory.write(
            "date,platform,slot,variant,visitors,clickers\n2026-11-18,web,hero,a,10,1\n", to: "counts.csv")
        let imported = try Binary.sluice(
            ["import", "counts.csv", "--config", "p.json5", "--state", "state"], in: site.directory.path)
        #expect(imported.status == 0, "\(imported.errors)")
        try Self.leaves(of: site.directory.text("state/statistics/date=2026-11-18/quality.json"), into: &found)

        let page = try Self.page()
        for (key, type) in found.sorted(by: { $0.key < $1.key }) {
            #expect(page[key] == type, "\(key) is \(type) in the file, and \(page[key] ?? "not") on the page")
        }
        // What takes more than two days to happen.
        let rare: Set = [
            "other_types_one_of", "files_without_lines[]", "files_without_events[]", "repeated_files[].file",
            "repeated_files[].same_as", "folded_segments[].platform", "folded_segments[].slot",
            "folded_segments[].segments",
            "folded_segments[].units", "unreadable_addresses.events", "unreadable_addresses.samples[]",
            "sample_ratio[].expected_of_others", "sample_ratio[].p_value", "sample_ratio[].without_traffic[].variant",
            "sample_ratio[].without_traffic[].visitors", "sample_ratio[].without_traffic[].expected",
        ]
        #expect(Set(page.keys).subtracting(found.keys).subtracting(rare) == [])
    }
}
