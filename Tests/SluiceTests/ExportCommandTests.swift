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
        #expect(printed.status == 0 && printed.errors.contains("warning: table.csv is read without a manifest.json"))
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

    /// A table's own CSV is read with what the manifest knows: its digest, and who shares a holdout.
    @Test func theManifestBesideATableIsRead() throws {
        try scratch.write(
            """
            { pipeline: "p", timezone: "UTC", events: { paths: ["none.jsonl"] }, experiments: [
              { platform: "web", slot: "hero", variants: ["a", "b"], control: { variant: "plain", traffic: 0.1 }, holdout: "site" },
              { platform: "web", slot: "cart", variants: ["x", "y"], control: { variant: "z", traffic: 0.1 }, holdout: "site" } ] }
            """, to: "c.json5")
        let night = try Binary.sluice(
            ["run", "--config", "c.json5", "--state", "state", "--date", "2026-11-20"], in: scratch.path)
        #expect(night.status == 66, "\(night.errors)")
        let folder = "state/allocations/date=2026-11-21"
        let (whole, file) = (try export("--table", folder), try export("--table", folder + "/allocation.csv"))
        #expect(whole.output.contains("site") && whole.output == file.output && file.errors.isEmpty, "\(file)")
        let text = try scratch.text(folder + "/allocation.csv")
        try scratch.write(text.replacingOccurrences(of: "0.45", with: "0.44"), to: folder + "/allocation.csv")
        let damaged = try export("--table", folder + "/allocation.csv")
        #expect(damaged.status != 0 && damaged.output.isEmpty, "\(damaged)")
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
