import Foundation
import TestSupport
import Testing

/// `sluice export` as somebody types it.
@Suite struct ExportCommandTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.write(
            """
            date,platform,slot,segment,variant,traffic,status
            2026-11-21,web,hero,*,autumn,0.9,active
            2026-11-21,web,hero,*,plain,0.1,control
            2026-11-21,app,feed,*,one,1,active

            """, to: "table.csv")
    }

    private func export(_ words: String...) throws -> Binary.Result {
        try Binary.sluice(["export"] + words, in: scratch.path)
    }

    @Test func standardOutputAndFileAreTheSame() throws {
        let printed = try export("--table", "table.csv")
        #expect(printed.status == 0 && printed.errors.isEmpty)
        #expect(printed.output.hasPrefix(#"{"format":"sluice-table/1","date":"2026-11-21","xxh64":""#))
        #expect(
            printed.output.contains(
                #""hero":{"segments":{"*":{"control":"plain","millionths":{"autumn":900000,"plain":100000}}}}"#))
        let written = try export("--table", "table.csv", "--format", "json", "--output", "out.json")
        #expect(written.status == 0 && written.output.isEmpty)
        #expect(try scratch.text("out.json") == printed.output)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["out.json", "table.csv"])
        let app = try export("--table", "table.csv", "--platform", "app", "--output", "-")
        #expect(app.output.contains("feed") && !app.output.contains("hero"))
    }

    @Test(arguments: [
        (["--table", "table.csv", "--platform", "wev"], 64, "web"),
        (["--table", "table.csv", "--format", "yaml"], 64, "json"),
        (["--table", "table.csv", "--output", ""], 64, "--output"), ([], 64, "--table"),
        (["--table", "nowhere"], 74, "nowhere"),
        (["--table", "table.csv", "--output", "missing/out.json"], 74, "missing"),
    ])
    func faultsSayWhatToDo(words: [String], status: Int32, remedy: String) throws {
        let result = try Binary.sluice(["export"] + words, in: scratch.path)
        #expect(result.status == status && result.output.isEmpty && result.errors.contains(remedy), "\(result)")
    }
}
