import Foundation
import Randomizer
import TestSupport
import Testing

@Suite struct ManifestTests {
    static let table = Array("date\n".utf8)

    static func read(_ json: String) throws(TableError) -> Manifest {
        try Manifest(json: Array(json.utf8), file: "manifest.json")
    }

    static let needed = """
        "format": "sluice-allocation/1", "date": "2026-11-21", "rows": 3, "bytes": 100, "xxh64": "00000000000000fF"
        """

    @Test func isReadAsWritten() throws {
        var manifest = Manifest(date: "2026-11-21", rows: 0, table: Self.table)
        #expect(try Manifest(json: manifest.json, file: "") == manifest)
        manifest.statisticsThrough = "2026-11-20"
        manifest.pipeline = "ban\"ners\\ \n\u{1}\u{7F}é🙂"
        manifest.configuration = "c0"
        manifest.blacklist = "b0"
        manifest.priors = "p0"
        manifest.partitions = ["2026-11-19": "1", "2026-11-20": "2"]
        manifest.holdouts = [
            Manifest.Holdout(platform: "web", slot: "hero", name: "site"),
            Manifest.Holdout(platform: "\"wéb\"", slot: "a b", name: "🙂"),
        ]
        #expect(try Manifest(json: manifest.json, file: "") == manifest)
    }

    /// Any JSON reader must read what is written.
    @Test func isPlainJSON() throws {
        var manifest = Manifest(date: "2026-11-21", rows: 4, table: Self.table)
        manifest.pipeline = "tab\tquote\""
        manifest.partitions = ["2026-11-20": "x"]
        let object = try #require(try JSONSerialization.jsonObject(with: Data(manifest.json)) as? [String: Any])
        #expect(object["format"] as? String == "sluice-allocation/2")
        #expect(object["rows"] as? Int == 4)
        #expect(object["bytes"] as? Int == 5)
        #expect(object["pipeline"] as? String == "tab\tquote\"")
        #expect(object["xxh64"] as? String == XXH64.hexadecimal(XXH64.hash(Self.table)))
        #expect(object["partitions"] as? [String: String] == ["2026-11-20": "x"])
    }

    @Test func unknownKeysAreLegal() throws {
        let manifest = try Self.read(
            "{\(Self.needed), \"future\": [1, -2.5e+3, {\"a\": [true, false, null, {}, []]}], \"pipeline\": null, "
                + "\"priors\": \"\\u00e9\\ud83d\\ude42\\/\\b\\f\\n\\r\\t\"}")
        #expect(manifest.xxh64 == 255)
        #expect(manifest.rows == 3)
        #expect(manifest.pipeline == nil)
        #expect(manifest.priors == "é🙂/\u{8}\u{C}\n\r\t")
    }

    /// An experiment may say more than its holdout, and need not have one.
    @Test func holdoutsAreReadFromTheExperiments() throws {
        let manifest = try Self.read(
            """
            {\(Self.needed), "experiments": [
                {"platform": "web", "slot": "a", "reward": "click", "holdout": "site"},
                {"platform": "web", "slot": "b", "floors": {"x": 0.1}}, {"holdout": null}, {}
            ]}
            """)
        #expect(manifest.holdouts == [Manifest.Holdout(platform: "web", slot: "a", name: "site")])
        #expect(try Self.read("{\(Self.needed), \"experiments\": null}").holdouts.isEmpty)
    }

    @Test(arguments: [
        "\"experiments\": {}", "\"experiments\": [7]", "\"experiments\": [{\"holdout\": 7}]",
        "\"experiments\": [{\"slot\": \"a\", \"holdout\": \"site\"}]",
        "\"rows\": 1.5", "\"rows\": -1", "\"rows\": \"3\"", "\"bytes\": 1e3", "\"bytes\": 99999999999999999999",
        "\"date\": \"2026-13-01\"", "\"date\": 20261121", "\"xxh64\": \"ff\"", "\"xxh64\": \"+0000000000000ff\"",
        "\"xxh64\": \"000000000000000g\"", "\"pipeline\": 7", "\"partitions\": []",
        "\"partitions\": {\"2026-11-20\": 7}",
    ])
    func wrongValuesAreRefused(member: String) throws {
        // The member takes the place of the good one, as a key may not stand twice.
        let key = member.prefix { $0 != ":" }
        let others = Self.needed.split(separator: ", ").filter { !$0.hasPrefix(key + ":") }
        let error = #expect(throws: TableError.self) {
            try Self.read("{\((others + [Substring(member)]).joined(separator: ", "))}")
        }
        #expect(error?.code == .malformed)
        #expect(error?.problem.contains(key.filter { $0 != "\"" }) == true, "\(error?.problem ?? "")")
    }

    static let second = needed.replacing("/1", with: "/2")

    @Test("Of experiments the holdouts alone are read; version 1 has none")
    func holdouts() throws {
        let experiments = """
            "experiments": [{"slot": "hero", "floors": {"holdout": 1}, "groups": [{"arms": [{"platform": 7}]}], "holdout": "site",
            "platform": "web"}, {"platform": "web", "slot": "cart", "holdout": null}, {}]
            """
        let manifest = try Self.read("{\(experiments), \(Self.second)}")
        #expect(manifest.holdouts == [Manifest.Holdout(platform: "web", slot: "hero", name: "site")])
        #expect(try Self.read("{\(Self.needed), \(experiments)}").holdouts.isEmpty)
        #expect(try Self.read("{\(Self.needed), \"experiments\": 7}").holdouts.isEmpty)
        var written = Manifest(date: "2026-11-21", rows: 0, table: Self.table)
        written.holdouts = manifest.holdouts
        #expect(try Manifest(json: written.json, file: "") == written)
    }

    @Test(
        "A holdout that is not whole is refused: its visitors would be others",
        arguments: ["{}", "[7]", "[{\"holdout\": 7}]", "[{\"holdout\": \"site\", \"slot\": \"hero\"}]"])
    func damagedHoldouts(experiments: String) {
        let error = #expect(throws: TableError.self) {
            try Self.read("{\(Self.second), \"experiments\": \(experiments)}")
        }
        #expect(error?.code == .malformed)
    }

    @Test("Both versions are read, later ones refused with what to do")
    func versions() throws {
        #expect(try Self.read("{\(Self.needed)}") == Self.read("{\(Self.second)}"))
        let later = Self.needed.replacing("/1", with: "/3").replacing("\"rows\": 3", with: "\"rows\": [3]")
        let error = #expect(throws: TableError.self) { try Self.read("{\(later)}") }
        #expect(error?.code == .foreignFormat)
        #expect(error?.description.contains("format is 'sluice-allocation/3'") == true)
    }

    @Test(arguments: ["format", "date", "rows", "bytes", "xxh64"])
    func missingKeysAreRefused(key: String) {
        let others = Self.needed.split(separator: ", ").filter { !$0.hasPrefix("\"\(key)\"") }
        let error = #expect(throws: TableError.self) { try Self.read("{\(others.joined(separator: ", "))}") }
        #expect(error?.problem.contains("no key '\(key)'") == true)
    }

    /// Texts that are no JSON; a lenient reader takes some of them.
    @Test(arguments: [
        "", " ", "{", "[]", "7", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":nul}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ud83d\\u0041\"}", "{\"a\":\"\\ude42\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"b}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":1} {}", "{\"a\":1}x", "{\"a\":1,\"a\":1}",
        "{\"a\":1 // b\n}",
        "{\"a\":\"\\", "{\"a\":\"\\u", "\u{FEFF}{}",
    ])
    func malformedTextsAreRefused(text: String) {
        let error = #expect(throws: TableError.self) { try Self.read(text) }
        #expect(error?.code == .malformed)
    }

    /// The same as values that nobody asks for.
    @Test(arguments: [
        "", "01", "1.", ".5", "+1", "1e", "-", "tru", "True", "nul", "\"\\x\"", "\"\\ud83d\"", "\"\n\"", "\"b", "[1,]",
        "[1 2]", "[", "{",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "1 // b", "]", "}", "[}", "{]", "\"\\",
    ])
    func malformedValuesAreRefused(value: String) throws {
        let error = #expect(throws: TableError.self) {
            try Self.read("{\(Self.needed), \"future\": [\(value), 1]}")
        }
        #expect(error?.problem.hasPrefix("not JSON: ") == true, "\(String(describing: error))")
        #expect(throws: TableError.self) { try Self.read("{\(Self.needed), \"future\": \(value)") }
    }

    @Test func deepNestingIsRefused() {
        let text = "{\"a\":" + String(repeating: "[", count: 100_000)
        #expect(throws: TableError.self) { try Self.read(text) }
    }

    /// No cut and no changed byte may trap.
    @Test func damagedTextsNeverTrap() {
        var generator = SplitMix64(seed: 5)
        let good = Array("{\(Self.needed), \"x\": [\"\\ud83d\\ude42\", 1.5e3, true, null]}".utf8)
        for end in good.indices {
            #expect(throws: TableError.self) { try Manifest(json: Array(good[..<end]), file: "") }
        }
        for _ in 0..<3_000 {
            var bytes = good
            for _ in 0..<3 {
                bytes[Int.random(in: good.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? Manifest(json: bytes, file: "")
        }
    }
}
