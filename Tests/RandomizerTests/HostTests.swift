import Foundation
import Randomizer
import TestSupport
import Testing

@Suite struct HostTests {
    let site: HostSite
    static let (first, second, third) = ("2026-11-21", "2026-11-22", "2026-11-23")

    init() throws {
        site = try HostSite()
    }

    func refusal(_ outcome: RefreshOutcome) throws -> TableError {
        guard case .refused(let error) = outcome else {
            Issue.record("\(outcome)")
            throw CancellationError()
        }
        return error
    }

    @Test func servesNothingUntilThereIsATable() throws {
        let host = RandomizerHost(path: site.state)
        #expect(HostSite.shown(host) == nil)
        #expect(host.table == nil)
        #expect(host.status.fault?.code == .missing)
        #expect(host.status.age == nil && host.status.loads == 0 && host.status.refusals == 1)
        try site.write(Self.first)
        try site.point(at: Self.first)
        #expect(host.refresh() == .loaded)
        #expect(host.refresh() == .unchanged)
        #expect(HostSite.shown(host) == Self.first)
        let status = host.status
        #expect(status.date == Self.first && status.pipeline == "banners" && status.fault == nil)
        #expect(status.loads == 1 && status.refusals == 1 && !status.isWatching)
        #expect(abs((status.loadedAt ?? 0) - Date().timeIntervalSince1970) < 60)
        #expect((status.age ?? -1) >= 0 && (status.checkedAt ?? 0) >= (status.loadedAt ?? 1))
    }

    @Test(arguments: ["state", "state/", "state/allocations", "state/current"])
    func everyDirectoryIsWatched(name: String) throws {
        try site.write(Self.first)
        try site.write(Self.second)
        try site.point(at: Self.first)
        let host = RandomizerHost(path: site.scratch.path + "/" + name)
        #expect(HostSite.shown(host) == Self.first)
        try site.point(at: Self.second)
        #expect(host.refresh() == .loaded)
        #expect(HostSite.shown(host) == Self.second)
        // Back again on purpose: the link is made anew.
        try site.point(at: Self.first)
        #expect(host.refresh() == .loaded)
        #expect(HostSite.shown(host) == Self.first)
    }

    @Test func tableIsReplacedInPlace() throws {
        try site.write(Self.first, to: "served")
        let host = RandomizerHost(path: site.allocations + "/served")
        try site.write(Self.first, variant: "2026-other", to: "served")
        #expect(host.refresh() == .loaded)
        #expect(HostSite.shown(host) == "2026-other")
        try site.write(Self.second, to: "served")
        #expect(host.refresh() == .loaded)
        #expect(HostSite.shown(host) == Self.second)
    }

    /// What a network file system or a torn copy may show; then the rest of it comes.
    @Test(arguments: [
        "no table", "part of the table", "no manifest", "another byte", "half a manifest", "old manifest",
    ])
    func incompleteTableIsRefusedUntilItIsWhole(defect: String) throws {
        try site.write(Self.first)
        try site.point(at: Self.first)
        let host = RandomizerHost(path: site.state)
        try site.write(Self.second)
        let directory = "state/allocations/date=\(Self.second)"
        let csv = HostSite.csv(Self.second)
        let manifest = HostSite.manifest(Self.second, csv).json
        switch defect {
        case "no table": try site.remove(directory + "/allocation.csv")
        case "part of the table": try site.scratch.write(Array(csv.dropLast(40)), to: directory + "/allocation.csv")
        case "no manifest": try site.remove(directory + "/manifest.json")
        case "another byte": try site.scratch.write(csv.dropLast() + [0x20], to: directory + "/allocation.csv")
        case "half a manifest": try site.scratch.write(Array(manifest.dropLast(30)), to: directory + "/manifest.json")
        default: try site.scratch.write(HostSite.manifest(Self.second, [1]).json, to: directory + "/manifest.json")
        }
        try site.point(at: Self.second)
        for look in 1...3 {
            let error = try refusal(host.refresh())
            #expect([.missing, .unverified, .malformed].contains(error.code))
            #expect(error.file.contains("/current"))
            #expect(host.status.fault == error && host.status.refusals == look)
            #expect(HostSite.shown(host) == Self.first && host.status.date == Self.first)
        }
        try site.write(Self.second)
        #expect(host.refresh() == .loaded)
        #expect(HostSite.shown(host) == Self.second)
        #expect(host.status.fault == nil && host.status.refusals == 3 && host.status.loads == 2)
    }

    /// A table that is whole and verified, but breaks a rule.
    @Test func malformedTableIsRefused() throws {
        try site.write(Self.first)
        try site.point(at: Self.first)
        let host = RandomizerHost(path: site.state)
        let directory = "state/allocations/date=\(Self.second)"
        let csv = Array(
            String(decoding: HostSite.csv(Self.second), as: UTF8.self).replacing("0.125000", with: "0.120000").utf8)
        try site.scratch.write(csv, to: directory + "/allocation.csv")
        try site.scratch.write(HostSite.manifest(Self.second, csv).json, to: directory + "/manifest.json")
        try site.point(at: Self.second)
        let error = try refusal(host.refresh())
        #expect(error.code == .malformed && error.problem.contains("sums to 0.960000"))
        #expect(try refusal(host.refresh()) == error)
        #expect(HostSite.shown(host) == Self.first)
    }

    @Test func tableOfAnotherPipelineIsRefused() throws {
        try site.write(Self.first)
        try site.point(at: Self.first)
        let host = RandomizerHost(path: site.state)
        for pipeline in ["shops", nil] {
            try site.write(Self.second, pipeline: pipeline)
            try site.point(at: Self.second)
            #expect(try refusal(host.refresh()).code == .otherPipeline)
            #expect(HostSite.shown(host) == Self.first)
        }
        let other = RandomizerHost(path: site.state, pipeline: "shops")
        #expect(other.status.fault?.code == .otherPipeline && other.table == nil)
    }

    /// An older table comes back: refused unless `current` was made anew to lead to it.
    @Test func olderTableNeedsANewLink() throws {
        for date in [Self.first, Self.second] { try site.write(date) }
        try site.point(at: Self.second, time: 2_000)
        let host = RandomizerHost(path: site.state)
        // A stale view of the directory: the link from before.
        try site.point(at: Self.first, time: 1_000)
        #expect(try refusal(host.refresh()).code == .older)
        #expect(HostSite.shown(host) == Self.second)
        // A rollback.
        try site.point(at: Self.first, time: 3_000)
        #expect(host.refresh() == .loaded)
        #expect(HostSite.shown(host) == Self.first)
        // The stale view of what the rollback undid is of a later day, and the night publishes it again in time.
        try site.write(Self.third)
        try site.point(at: Self.third, time: 4_000)
        #expect(host.refresh() == .loaded)
        try site.point(at: Self.second, time: 2_000)
        #expect(try refusal(host.refresh()).code == .older)
    }

    @Test func olderTableInPlaceIsRefused() throws {
        try site.write(Self.second, to: "served")
        let host = RandomizerHost(path: site.allocations + "/served")
        try site.write(Self.first, to: "served")
        #expect(try refusal(host.refresh()).code == .older)
        // Behind the same link, too.
        try site.write(Self.second)
        try site.point(at: Self.second)
        let linked = RandomizerHost(path: site.state)
        try site.write(Self.first, to: "date=\(Self.second)")
        #expect(try refusal(linked.refresh()).code == .older)
        #expect(HostSite.shown(linked) == Self.second)
    }

    @Test func bareFileIsRefused() throws {
        try site.scratch.write(HostSite.csv(Self.first), to: "my.csv")
        let host = RandomizerHost(path: site.scratch.path + "/my.csv")
        #expect(host.status.fault?.problem.contains("bare CSV") == true)
        #expect(host.table == nil)
    }

    @Test func watchingPicksUpWhatIsPublished() throws {
        let host = RandomizerHost(path: site.state)
        #expect(host.watch(every: .milliseconds(2)))
        #expect(host.watch(every: .milliseconds(1)))
        #expect(host.status.isWatching)
        for date in [Self.first, Self.second, Self.third] {
            try site.write(date)
            try site.point(at: date)
            let deadline = Date().addingTimeInterval(30)
            while HostSite.shown(host) != date && Date() < deadline { usleep(1_000) }
            #expect(HostSite.shown(host) == date)
        }
        host.stopWatching()
        host.stopWatching()
        #expect(!host.status.isWatching)
        let checked = host.status.checkedAt
        usleep(20_000)
        #expect(host.status.checkedAt == checked)
    }

    /// A table that is lent outlives its service, and no longer than that.
    @Test func lentTableIsKept() throws {
        try site.write(Self.first)
        try site.write(Self.second)
        try site.point(at: Self.first)
        let host = RandomizerHost(path: site.state)
        try host.withTable { table in
            try site.point(at: Self.second)
            #expect(host.refresh() == .loaded)
            #expect(host.lentTables == 1)
            #expect(table.date == Self.first)
            #expect(host.withTable { $0.date } == Self.second)
            host.refresh()
            #expect(host.lentTables == 1)
        }
        host.refresh()
        #expect(host.lentTables == 0)
    }

    /// More readers at once than the host has slots, all nested in one another.
    @Test func manyReadersAtOnce() throws {
        try site.write(Self.first)
        try site.point(at: Self.first)
        let host = RandomizerHost(path: site.state)
        func nested(_ depth: Int) -> Int {
            depth == 0 ? 0 : host.withTable { ($0.date == Self.first ? 1 : 0) + nested(depth - 1) } ?? 0
        }
        #expect(nested(200) == 200)
        #expect(HostSite.shown(host) == Self.first)
    }
}
