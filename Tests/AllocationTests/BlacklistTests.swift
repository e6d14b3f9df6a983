import Allocation
import Domain
import Learning
import TestSupport
import Testing

@Suite struct BlacklistTests {
    let header = "platform,slot,segment,variant,until,reason\n"
    let date = CalendarDate(dayNumber: 20_400)

    func arm(_ platform: Name, _ slot: Name, _ segment: Name, _ variant: Name) -> ArmKey {
        ArmKey(platform: platform, slot: slot, segment: segment, variant: variant)
    }

    @Test func readsEntries() throws {
        let text = header + "web,hero,*,autumn,2026-11-20,\"sold out, again\"\n*,*,pune,*,,\n"
        let blacklist = try Blacklist(Array(text.utf8), file: "blacklist.csv")
        #expect(blacklist.entries.map(\.key) == [arm("web", "hero", "*", "autumn"), arm("*", "*", "pune", "*")])
        #expect(blacklist.entries.map(\.until) == [CalendarDate(year: 2026, month: 11, day: 20), nil])
        #expect(blacklist.entries.map(\.reason) == ["sold out, again", ""])
        #expect(blacklist.entries.map(\.line) == [2, 3])
    }

    @Test func namesSegmentsOnlyWhereAnEntryReachesAnArm() {
        let experiment = Experiment(key: SlotKey(platform: "web", slot: "hero"), variants: ["a", "b"])
        let blacklist = Blacklist([
            .init(key: arm("web", "hero", "*", "a")), .init(key: arm("app", "hero", "Pune", "a")),
            .init(key: arm("web", "*", "Kochi", "b")),
            .init(key: arm("web", "*", "Surat", "b"), until: date.advanced(by: -1)),
        ])
        #expect(blacklist.segments(of: experiment, on: date) == ["Kochi"])
        #expect(blacklist.entriesWithoutEffect([experiment]).map(\.key) == [arm("app", "hero", "Pune", "a")])
    }

    @Test func refusesWhatIsNotUTF8() {
        let bytes = Array((header + "web,hero,*,a,,\nweb,hero,*,").utf8) + [0xE9, 0x2C, 0x2C, 0x0A]
        #expect(throws: InputFileError(file: "b.csv", line: 3, problem: .notUTF8)) {
            try Blacklist(bytes, file: "b.csv")
        }
    }

    @Test(
        arguments: [
            (["web", "hero", "x", "a"], true), (["web", "hero", "*", "a"], false), (["*", "*", "*", "a"], true),
            (["web", "hero", "x", "b"], false), (["*", "*", "*", "*"], true), (["app", "hero", "x", "a"], false),
            (["web", "*", "x", "a"], true), (["web", "footer", "x", "a"], false),
        ] as [([Name], Bool)])
    func matchesWildcards(pattern: [Name], isExpected: Bool) {
        let blacklist = Blacklist([.init(key: arm(pattern[0], pattern[1], pattern[2], pattern[3]))])
        let isEveryone = pattern == ["web", "hero", "*", "a"]
        #expect(blacklist.contains(arm("web", "hero", "x", "a"), on: date) == (isExpected || isEveryone))
        // An entry for a segment does not reach everyone's group.
        #expect(
            blacklist.contains(arm("web", "hero", "*", "a"), on: date)
                == (pattern[2] == "*" && (isExpected || isEveryone)))
    }

    @Test func holdsUntilItsLastDate() {
        let key = arm("web", "hero", "*", "a")
        let blacklist = Blacklist([.init(key: key, until: date)])
        #expect(blacklist.contains(key, on: date.advanced(by: -30)))
        #expect(blacklist.contains(key, on: date))
        #expect(!blacklist.contains(key, on: date.advanced(by: 1)))
    }

    @Test func namesTheArmsOfAnExperiment() {
        let experiment = Experiment(
            key: SlotKey(platform: "web", slot: "hero"), variants: ["a", "b"],
            control: .init(variant: "plain", traffic: 0.1))
        let blacklist = Blacklist([
            .init(key: arm("web", "hero", "*", "plain")), .init(key: arm("*", "*", "x", "b")),
            .init(key: arm("*", "*", "*", "other")),
        ])
        #expect(blacklist.variants(of: experiment, segment: "x", on: date) == ["plain", "b"])
        #expect(blacklist.variants(of: experiment, segment: "*", on: date) == ["plain"])
    }

    @Test(arguments: [
        ("web,hero,*,a,tomorrow,x", "until is 'tomorrow', expected the last date it holds, YYYY-MM-DD, or nothing"),
        ("web,hero,,a,,x", "segment is '', expected a segment, or * for all"),
        ("web,hero,*,a", "4 fields where the header has 6; put text that holds the separator in double quotes"),
    ])
    func saysWhereTheFileIsWrong(line: String, message: String) {
        #expect {
            try Blacklist(Array((header + "web,hero,*,b,,\n" + line + "\n").utf8), file: "pipelines/blacklist.csv")
        } throws: { error in
            "\(error)" == "pipelines/blacklist.csv:3: \(message)"
        }
    }
}
