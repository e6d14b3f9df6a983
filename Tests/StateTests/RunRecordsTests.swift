import Domain
import State
import TestSupport
import Testing

@Suite struct RunRecordsTests {
    @Test func twoRunsOfOneSecondDoNotOverwriteEachOther() throws {
        let site = try StateSite()
        let records = RunRecords(site.state)
        for number in 0..<3 { try records.add(Array("\(number)".utf8), start: 1_795_138_200) }
        #expect(
            try records.names() == [
                "2026-11-20T01-30-00Z.json", "2026-11-20T01-30-00Z_002.json", "2026-11-20T01-30-00Z_003.json",
            ])
        #expect(try site.scratch.text("state/runs/2026-11-20T01-30-00Z_002.json") == "1")
        #expect(try FileSystem.list(records.directory).count == 3)
    }

    @Test func theLastOnesAreKept() throws {
        let site = try StateSite()
        let records = RunRecords(site.state)
        let count = RunRecords.limit + 5
        for number in 0..<count { try records.add([], start: Int64(number) * 86_400) }
        let names = try records.names()
        #expect(names.count == RunRecords.limit)
        #expect(names.first == "1970-01-06T00-00-00Z.json")
        // One of long ago, from a replay, stays itself.
        try records.add([], start: -86_400)
        #expect(try records.names().contains("1969-12-31T00-00-00Z.json"))
    }

    @Test func aPlaceThatIsNoDirectoryIsAnError() throws {
        let site = try StateSite()
        try site.scratch.write("", to: "state/runs")
        #expect(throws: FileError.self) { try RunRecords(site.state).add([], start: 0) }
    }
}
