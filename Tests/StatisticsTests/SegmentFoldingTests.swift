import Domain
import EventLog
import Statistics
import TestSupport
import Testing

/// Segments that a day's file does not tell apart: folded as numbers while the log is counted, and as rows when parts are added.
@Suite struct SegmentFoldingTests {
    private func folding(_ seed: UInt64, rows: [DayStatistics.Row], keepsServed: Bool) -> SegmentFolding {
        var generator = SplitMix64(seed: seed)
        var bound = SegmentBound()
        bound.atMost = Int.random(in: 0...3, using: &generator)
        let names = Set(rows.map(\.key.segment)).sorted()
        if Bool.random(using: &generator) { bound.declared = Set(names.filter { _ in Bool.random(using: &generator) }) }
        let served = Set(names.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 })
        return SegmentFolding(bound) { keepsServed && !$0.isEmpty ? served : [] }
    }

    @Test(arguments: 0..<60)
    func numbersAndRowsAreFoldedAlike(seed: Int) throws {
        let scratch = try ScratchDirectory()
        var scenario = Scenario(seed: UInt64(seed) + 70_000)
        try scenario.write(to: scratch)
        let files = scenario.files
        var all = try scenario.statistics.job().run(files.map { .path($0.name) }).statistics
        let folding = folding(UInt64(seed), rows: all.rows, keepsServed: seed % 3 > 0)
        var job = scenario.statistics.job(Machinery(workers: 1 + seed % 3))
        job.folding = folding
        let folded = try job.run(files.map { .path($0.name) }).statistics
        let before = all
        try all.fold(folding)
        #expect(folded == all)
        // Nobody is lost, and what stands is what the bound says of all rows.
        #expect(sum(of: folded.rows) == sum(of: before.rows))
        let (outside, _) = try folding.bound.outsiders(in: before.rows.map { ($0.key, $0.counts.visitors) }) {
            folding.served(Set(before.rows.compactMap(\.table)))
        }
        #expect(folded.folded.reduce(0) { $0 + $1.segments } == outside.values.reduce(0) { $0 + $1.count })
        #expect(folded.rows.allSatisfy { !(outside[$0.key.slotKey]?.contains($0.key.segment) ?? false) })
        // Folding again changes nothing.
        try all.fold(folding)
        #expect(all == folded)
    }

    private func sum(of rows: [DayStatistics.Row]) -> [ArmKey: ArmCounts] {
        rows.reduce(into: [:]) { sums, row in
            var key = row.key
            key.segment = .everyone
            try? sums[key, default: ArmCounts()].add(row.counts)
        }
    }
}
