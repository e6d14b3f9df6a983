import Domain
import Learning
import Policies

/// A small site for tests: one experiment of clicks.
enum Sites {
    static let key = SlotKey(platform: "web", slot: "hero")

    /// Arms `a`, `b`, … as many as `declared` says, each declared on the day it gives.
    static func experiment(
        declared: [Int], control: Experiment.Control? = nil,
        segments: [ServedExperiment.Segment] = [ServedExperiment.Segment(name: .everyone, share: 1)]
    ) -> ServedExperiment {
        ServedExperiment(
            key: key, reward: .click,
            arms: declared.enumerated().map { index, day in
                ServedExperiment.Arm(variant: variant(index), declared: day)
            }, control: control, segments: segments)
    }

    static func variant(_ arm: Int) -> Name { Name(String(UnicodeScalar(UInt8(97 + arm)))) }

    /// The night before a day, after days that were all alike.
    ///
    /// - Parameters:
    ///   - counts: by arm, a day's visitors and how many of them clicked.
    ///   - competing: nil: the declared arms but the control.
    static func night(
        _ experiment: ServedExperiment, day: Int, counts: [(visitors: Int64, clickers: Int64)],
        competing: [Int]? = nil
    ) -> Night {
        let start = CalendarDate(dayNumber: 20_000)
        let rows = (0..<day).flatMap { day in
            counts.enumerated().filter { $0.element.visitors > 0 }.map { arm, count in
                var sum = ArmCounts()
                sum.visitors = count.visitors
                sum.clickers = count.clickers
                return DailyRow(
                    date: start.advanced(by: day),
                    key: ArmKey(
                        platform: key.platform, slot: key.slot, segment: .everyone, variant: variant(arm)),
                    counts: sum)
            }
        }
        return Night(
            experiment: experiment, day: day, date: start.advanced(by: day), rows: rows,
            competing: competing
                ?? experiment.arms.indices.filter {
                    experiment.arms[$0].declared <= day && variant($0) != experiment.control?.variant
                })
    }
}
