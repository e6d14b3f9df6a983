import Foundation
import Randomizer
import Synchronization
import TestSupport
import TestExpectations
import Testing

/// Readers on all cores while tables are swapped, half of them bad. Meant for the thread sanitizer as well.
@Suite struct HostStressTests {
    static let swaps = 2_000
    static let days = (10...29).map { "2026-11-\($0)" }

    /// What readers saw, for the test's thread.
    final class Tally: Sendable {
        let reads = Atomic<Int>(0)
        let faults = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
    }

    /// Every answer belongs to one table that was good, and each table agrees with itself.
    @Test(.slow) func readersSeeWholeTables() throws {
        let site = try HostSite()
        for day in Self.days {
            try site.write(day)
            // The same day's table with a byte that its manifest does not know.
            try site.write(day, to: "bad=\(day)")
            let csv = HostSite.csv(day, variant: "wrong-\(day)")
            try site.scratch.write(csv.dropLast(3) + [], to: "state/allocations/bad=\(day)/allocation.csv")
        }
        try site.point(at: Self.days[0])
        let host = RandomizerHost(path: site.state)
        let (tally, threads) = (Tally(), Threads())
        let known = Set(Self.days)
        for reader in 0..<(ProcessInfo.processInfo.activeProcessorCount + 2) {
            threads.start {
                var visitor = reader
                while !tally.isOver.load(ordering: .relaxed) {
                    visitor += 1
                    let isGood =
                        switch visitor % 3 {
                        case 0: Self.isGood(host.table, "\(visitor)", known)
                        case 1: host.withTable { Self.isGood($0, "\(visitor)", known) } ?? false
                        default:
                            host.assign(platform: "web", slot: "home-hero", segment: "x", visitor: "\(visitor)")
                                .map { $0.variant.hasPrefix($0.date) && known.contains($0.date) } ?? false
                        }
                    if !isGood { tally.faults.add(1, ordering: .relaxed) }
                    tally.reads.add(1, ordering: .relaxed)
                }
            }
        }
        host.watch(every: .milliseconds(1))
        var (loaded, refused) = (0, 0)
        for swap in 0..<Self.swaps {
            let day = Self.days[swap % Self.days.count]
            if swap % 2 == 1 {
                try Self.point(site, at: "bad=\(day)")
            } else {
                try Self.point(site, at: "date=\(day)")
            }
            switch host.refresh() {
            case .loaded: loaded += 1
            case .refused: refused += 1
            case .unchanged: break
            }
        }
        host.stopWatching()
        tally.isOver.store(true, ordering: .relaxed)
        threads.wait()
        host.refresh()
        #expect(tally.faults.load(ordering: .relaxed) == 0)
        #expect(tally.reads.load(ordering: .relaxed) > 1_000)
        #expect(host.status.loads > Self.swaps / 4)
        #expect(host.status.refusals > Self.swaps / 4)
        #expect(loaded > 0 && refused > 0)
        #expect(host.lentTables == 0)
    }

    /// Whether an answer is of the table that gives it, and the table one that was published.
    static func isGood(_ table: AllocationTable?, _ visitor: String, _ known: Set<String>) -> Bool {
        guard let table, let shown = table.assign(platform: "web", slot: "home-hero", visitor: visitor) else {
            return false
        }
        return known.contains(table.date) && shown.date == table.date && shown.variant.hasPrefix(table.date)
            && shown.propensity == 0.125
    }

    static func point(_ site: HostSite, at name: String) throws {
        let temporary = site.state + "/.current.tmp"
        try FileManager.default.createSymbolicLink(atPath: temporary, withDestinationPath: "allocations/" + name)
        guard rename(temporary, site.state + "/current") == 0 else { throw CancellationError() }
    }
}
