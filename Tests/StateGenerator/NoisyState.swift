import Allocation
import Domain
import Learning
import Randomizer
package import State
import TestSupport

/// A state in which nothing goes on from one day to the next, so that no drawing is smooth: the worst for the size of a page.
package struct NoisyState {
    package var days = 90
    package var experiments = 20
    package var arms = 10
    /// Of the first experiment, in the newest table.
    package var segments = 1000

    package init() {}

    package func write(to state: StateDirectory) throws {
        var generator = SplitMix64(seed: 90)
        let first = CalendarDate(dayNumber: 20_600)
        for offset in 0..<days {
            let date = first.advanced(by: offset)
            var rows: [AllocationRow] = []
            var counts: [DailyRow] = []
            for experiment in 0..<experiments {
                let groups = offset == days - 1 && experiment == 0 ? segments : 0
                for segment in ["*"] + (0..<groups).map({ Name("segment-\($0)") }) {
                    let group = self.rows(experiment, segment, date, using: &generator)
                    rows += group
                    guard segment == .everyone else { continue }
                    counts += group.map { row in
                        var counts = ArmCounts()
                        counts.visitors = Int64.random(in: 100...9_999, using: &generator)
                        counts.clickers = Int64.random(in: 1...counts.visitors / 4, using: &generator)
                        return DailyRow(date: date, key: row.key, counts: counts)
                    }
                }
            }
            rows.sort(by: AllocationRow.precedes)
            try state.publish([("statistics.csv", StatisticsFile.bytes(of: counts))], as: state.statistics(on: date))
            let bytes = AllocationFile.bytes(rows)
            var manifest = Manifest(date: date.description, rows: rows.count, table: bytes)
            manifest.statisticsThrough = date.advanced(by: -1).description
            try state.publish(
                [
                    (AllocationFormat.tableFile, bytes),
                    (AllocationFormat.manifestFile, manifest.json(experiments: facts(rows))),
                ],
                as: state.allocation(on: date))
        }
        try state.setCurrent(first.advanced(by: days - 1))
    }

    /// A posterior for each row of everyone's, whatever its interval says.
    private func facts(_ rows: [AllocationRow]) -> [String] {
        (0..<experiments).map { experiment in
            let key = SlotKey(platform: "web", slot: Name("slot-\(experiment)"))
            let own = rows.filter { $0.key.slotKey == key && $0.key.segment == .everyone }
            let arms = own.map { row in
                let evidence = Double(row.visitors)
                return LearnedArm(
                    variant: row.key.variant,
                    posterior: .beta(alpha: row.mean * evidence, beta: (1 - row.mean) * evidence),
                    visitors: row.visitors, successes: row.successes)
            }
            return ExperimentFacts(
                experiment: Experiment(key: key, variants: own.map(\.key.variant)), learning: LearningSettings(),
                allocation: AllocationSettings(), groups: [LearnedGroup(segment: .everyone, arms: arms)], rows: own
            ).json
        }
    }

    /// A group's rows, everything in them drawn anew.
    private func rows(
        _ experiment: Int, _ segment: Name, _ date: CalendarDate, using generator: inout SplitMix64
    ) -> [AllocationRow] {
        let weights = (0..<arms).map { _ in Double.random(in: 0.01...1, using: &generator) }
        let sum = weights.reduce(0, +)
        var traffic = weights.map { Int($0 / sum * 1e6) }
        traffic[0] += 1_000_000 - traffic.reduce(0, +)
        let remaining = Double.random(in: 0...0.5, using: &generator)
        return (0..<arms).map { arm in
            let mean = Double.random(in: 0.02...0.2, using: &generator)
            let visitors = Int64.random(in: 1_000...999_999, using: &generator)
            return AllocationRow(
                date: date,
                key: ArmKey(
                    platform: "web", slot: Name("slot-\(experiment)"), segment: segment, variant: Name("banner-\(arm)")),
                traffic: traffic[arm], status: .active, probabilityBest: weights[arm] / sum, mean: mean,
                meanLow: mean * Double.random(in: 0.3...0.95, using: &generator),
                meanHigh: mean * Double.random(in: 1.05...1.7, using: &generator), visitors: visitors,
                successes: Int128(Double(visitors) * mean) * 1_000_000, valueRemaining: remaining)
        }
    }
}
