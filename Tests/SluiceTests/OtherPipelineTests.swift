import Foundation
import TestSupport
import Testing

/// The state directory of another pipeline: a crontab line that was copied, a name that was changed.
@Suite struct OtherPipelineTests {
    private static let counts = "date,platform,slot,variant,visitors,clickers\n2026-11-18,web,hero,a,10,1\n"

    /// All but the lock, which names its last holder.
    private func files(_ site: OneSlotSite) throws -> [String: Data] {
        try site.directory.files(below: "state").filter { $0.key != ".lock" }
    }

    @Test func nothingWritesToTheStateOfAnother() throws {
        let site = try OneSlotSite()
        for date in ["2026-11-19", "2026-11-20"] {
            try site.log(date, views: OneSlotSite.visitors(20))
            #expect(try site.run(date).status == 0)
        }
        let other = try site.directory.text("p.json5").replacing(#"pipeline: "t""#, with: #"pipeline: "u""#)
        try site.directory.write(other, to: "u.json5")
        try site.directory.write(Self.counts, to: "counts.csv")
        let before = try files(site)
        let commands = [
            "run --date 2026-11-20", "run --date 2026-11-20 --dry-run", "statistics --date 2026-11-20",
            "allocate --date 2026-11-20 --accept", "import counts.csv", "prune --keep 1d",
            "statistics --date 2026-11-20 --part parts/0", "merge --date 2026-11-20 parts/0",
        ]
        for command in commands {
            let words = command.split(separator: " ").map(String.init) + ["--config", "u.json5", "--state", "state"]
            let result = try Binary.sluice(words, in: site.directory.path)
            #expect(result.status == 78, "\(command): \(result.errors)")
            let message = #"table of 2026-11-21 is of pipeline "t", the configuration of "u""#
            #expect(result.errors.contains(message), "\(command)")
            #expect(try files(site) == before, "\(command)")
        }
        #expect(!site.directory.exists("parts"))
        // Where no table serves the newest tells it.
        try site.directory.remove("state/current")
        #expect(try site.run("2026-11-20", config: "u.json5").status == 78)
        #expect(try site.run("2026-11-20").status == 0)
    }

    @Test func aStateWithoutTablesIsAnybodys() throws {
        let site = try OneSlotSite()
        try site.log("2026-11-20", views: OneSlotSite.visitors(20))
        #expect(try site.run("2026-11-20", command: "statistics").status == 0)
        let other = try site.directory.text("p.json5").replacing(#"pipeline: "t""#, with: #"pipeline: "u""#)
        try site.directory.write(other, to: "u.json5")
        #expect(try site.run("2026-11-20", config: "u.json5").status == 0)
    }
}
