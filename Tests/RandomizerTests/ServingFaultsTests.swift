import Foundation
import Randomizer
import Synchronization
import TestExpectations
import TestSupport
import Testing

/// Threads assign while tables are swapped, cut short, mangled, swapped back and replaced by another pipeline's: every answer is of a
/// table that was good, the last good one stays, and what is refused is refused for its reason. Meant for the thread sanitizer as well.
@Suite struct ServingFaultsTests {
    /// SLUICE_SWAPS of them, or fewer than anybody waits for.
    static let swaps = ProcessInfo.processInfo.environment["SLUICE_SWAPS"].flatMap { Int($0) } ?? 1_000
    static let threads = 8

    enum Disturbance: CaseIterable {
        case none, shortTable, shortManifest, mangledTable, mangledManifest, otherPipeline, noManifest, pipe,
            deepManifest
    }

    @Test(.slow) func noAnswerIsWrong() throws {
        let site = try HostSite()
        let days = HostStressTests.days
        for day in days { try site.write(day) }
        try site.point(at: days[0])
        let host = RandomizerHost(path: site.state, pipeline: "banners")
        let (tally, threads) = (HostStressTests.Tally(), Threads())
        let known = Set(days)
        for reader in 0..<Self.threads {
            threads.start {
                var visitor = reader
                while !tally.isOver.load(ordering: .relaxed) {
                    visitor += Self.threads
                    let isGood =
                        visitor % 2 == 0
                        ? HostStressTests.isGood(host.table, "\(visitor)", known)
                        : host.withTable { HostStressTests.isGood($0, "\(visitor)", known) } ?? false
                    if !isGood { tally.faults.add(1, ordering: .relaxed) }
                    tally.reads.add(1, ordering: .relaxed)
                }
            }
        }
        var generator = SplitMix64(seed: 5)
        var served = days[0]
        var counts: [Disturbance: Int] = [:]
        for swap in 0..<Self.swaps {
            let day = days[swap % days.count]
            let kind = swap % 2 == 0 ? .none : Disturbance.allCases.randomElement(using: &generator) ?? .none
            // A disturbed table lies in a folder of its own, as a broken publisher would leave it.
            let folder = "bad=\(swap % 7)"
            try? site.remove("state/allocations/" + folder)
            try site.write(day, pipeline: kind == .otherPipeline ? "feed" : "banners", to: folder)
            try Self.disturb(site, folder, kind, &generator)
            try HostStressTests.point(site, at: kind == .none ? "date=\(day)" : folder)
            let outcome = host.refresh()
            counts[kind, default: 0] += 1
            if kind == .none {
                // The same table is not loaded again, and a link made anew may go back.
                #expect(outcome == (served == day ? .unchanged : .loaded), "\(swap)")
                served = day
            } else {
                let isRefused = if case .refused = outcome { true } else { false }
                #expect(isRefused, "\(swap): \(kind) \(outcome)")
                #expect(host.refresh() == outcome, "refused again for the same reason: \(kind)")
            }
            #expect(HostSite.shown(host) == served, "\(swap): \(kind)")
        }
        tally.isOver.store(true, ordering: .relaxed)
        threads.wait()
        host.refresh()
        #expect(tally.faults.load(ordering: .relaxed) == 0)
        #expect(tally.reads.load(ordering: .relaxed) > Self.swaps)
        #expect(host.lentTables == 0 && counts.count == Disturbance.allCases.count)
    }

    private static func disturb(
        _ site: HostSite, _ folder: String, _ kind: Disturbance, _ generator: inout SplitMix64
    ) throws {
        let table = "state/allocations/\(folder)/allocation.csv"
        let manifest = "state/allocations/\(folder)/manifest.json"
        func change(_ name: String, _ body: (inout [UInt8]) -> Void) throws {
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: site.scratch.path + "/" + name)))
            body(&bytes)
            try site.scratch.write(bytes, to: name)
        }
        switch kind {
        case .none, .otherPipeline: break
        case .shortTable:
            try change(table) { $0.removeLast(Int.random(in: 1...$0.count, using: &generator)) }
        case .shortManifest:
            // Without its last brace at least, which its line end follows.
            try change(manifest) { $0.removeLast(Int.random(in: 2...$0.count, using: &generator)) }
        case .mangledTable:
            try change(table) { $0[Int.random(in: 0..<$0.count, using: &generator)] ^= 1 }
        case .mangledManifest:
            try change(manifest) { bytes in
                bytes = Array(
                    String(decoding: bytes, as: UTF8.self).replacing("\"xxh64\": \"", with: "\"xxh64\": \"f").utf8)
            }
        case .noManifest: try site.remove(manifest)
        case .pipe:
            try site.remove(manifest)
            #expect(mkfifo(site.scratch.path + "/" + manifest, 0o644) == 0)
        case .deepManifest:
            try site.scratch.write([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20), to: manifest)
        }
    }

    /// Looking among all keys before for each would take minutes.
    @Test func aManifestOfManyKeysIsRead() throws {
        let csv = HostSite.csv("2026-11-21")
        let plain = String(decoding: HostSite.manifest("2026-11-21", csv).json, as: UTF8.self)
        let more = (0..<200_000).map { "\"k\($0)\": \($0),\n" }.joined()
        let json = Array(plain.replacing("{", with: "{" + more, maxReplacements: 1).utf8)
        #expect(try Manifest(json: json, file: "m").rows == 8)
    }

    @Test func whatIsTooLargeIsNotRead() throws {
        let site = try HostSite()
        try site.write("2026-11-21")
        let folder = site.allocations + "/date=2026-11-21/"
        for name in ["manifest.json", "allocation.csv"] {
            // Without blocks: it takes no room, and reading it all would take long.
            #expect(truncate(folder + name, 3 << 30) == 0)
            let error = #expect(throws: TableError.self) { try AllocationTable(path: folder) }
            #expect(
                error.map { ["manifest.json", "allocation.csv"].contains(String($0.file.suffix(name.utf8.count))) }
                    == true)
            try site.write("2026-11-21")
        }
        #expect(truncate(folder + "allocation.csv", 3 << 30) == 0)
        let error = #expect(throws: TableError.self) { try AllocationTable(path: folder + "allocation.csv") }
        #expect(error?.description.contains("over 1024 MiB") == true)
    }
}
