import Domain
import EventLog
import Foundation
import Randomizer
import Simulation
import State
import TestSupport
import TestExpectations
import Testing

/// Which table a lived world's visitors are served by, hour by hour.
@Suite struct EndToEndServingTests {
    /// A day of 23 hours among them; 02:30 comes on none of its clocks.
    @Test(
        "Every view shows what the table that served at its instant gives", .slow,
        arguments: ["00:00", "01:30", "02:30", "14:45"])
    func viewsFollowTheJournal(publishAt: String) throws {
        let site = try EndToEndSite(EndToEndLogTests.world("publishAt: \"\(publishAt)\","))
        let history = try ServingJournal(site.state).history
        #expect(history.entries.map(\.table) == (0...3).map(site.date))
        let tables = try history.entries.map { try AllocationTable(path: site.state.allocation(on: $0.table)) }
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        var byTable = [Int](repeating: 0, count: tables.count)
        var differing = 0
        for day in 0..<3 {
            for event in try site.events(day) where event.type == "view" {
                let time = try #require(formatter.date(from: event.ts)).timeIntervalSince1970
                let served = try #require(history.entries.lastIndex { Double($0.since) <= time })
                func shown(_ table: Int) -> Assignment? {
                    tables[table].assign(
                        platform: event.platform, slot: event.slot, segment: event.segment ?? "*",
                        visitor: event.visitor)
                }
                let assignment = try #require(shown(served))
                #expect(event.variant == assignment.variant)
                #expect(abs((event.propensity ?? 0) - assignment.propensity) < 1e-9)
                byTable[served] += 1
                if served > 0, event.variant != shown(served - 1)?.variant { differing += 1 }
            }
        }
        // The tables differ, so that a view under the wrong one would show.
        #expect(differing > 20)
        #expect(byTable.dropLast().allSatisfy { $0 > 0 })
    }

    @Test("The journal has each table from the hour of its day on the clocks there")
    func hours() throws {
        let site = try EndToEndSite(EndToEndLogTests.world("publishAt: \"02:30\","))
        let since = try ServingJournal(site.state).history.entries.map { RFC3339.text($0.since) }
        // Day 0 begins at 23:00 UTC. On the 29th the clocks jump from 02:00 to 03:00, so that 02:30 is read as 03:30.
        #expect(
            since == [
                "2026-03-27T23:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z",
            ])
    }

    @Test("Days are counted by table, and the visitors of both come in their shares")
    func strata() throws {
        let site = try EndToEndSite(EndToEndLogTests.world("publishAt: \"10:00\","))
        for day in 1..<3 {
            let tables = Set(try site.statistics(day).map(\.table))
            #expect(tables == [site.date(day - 1), site.date(day)])
            let quality = try JSONFile.value(
                Quality.self, try FileSystem.read(site.state.statistics(on: site.date(day)) + "/quality.json"))
            #expect(quality.sampleRatio.count == 3)
            #expect(quality.sampleRatio.allSatisfy { !$0.isSuspicious && $0.withoutTraffic.isEmpty })
            for stated in quality.propensities ?? [] {
                #expect(stated.notStated == 0 && stated.differing == 0 && stated.incomparable == 0)
            }
            #expect(quality.propensities?.count == 3)
        }
    }

    @Test("A time that is none is a fault of the world file", arguments: ["24:00", "1:30", "01:60", "half past one"])
    func faults(text: String) {
        let world = EndToEndLogTests.world("publishAt: \"\(text)\",")
        #expect(throws: (any Error).self) { try WorldFile.from(bytes: world.utf8, file: "world.json5") }
    }
}
