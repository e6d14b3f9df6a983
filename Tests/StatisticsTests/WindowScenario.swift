import Domain
import Foundation
import TestSupport

/// A few random days in a row, or nearly so, with a conversion window: visitors come again, orders are told of again on
/// later days, and many events lie where a window ends.
struct WindowScenario {
    /// Ascending; the rules for bots are the day's own.
    private(set) var days: [(statistics: SlowStatistics, files: [WrittenFile])] = []
    /// Microseconds.
    let window: Int64

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let model = Scenario(seed: seed).statistics
        let hour: Int64 = 3_600_000_000
        let hours = random.pick([1, 2, 12, 23, 24, 24, 25, 36, 48, 48, 71, 72, 72])
        window = random.chance(0.8) ? Int64(hours) * hour : Int64.random(in: hour...72 * hour, using: &random)

        // The day of the model, on which clocks may jump, is among them.
        let count = Int.random(in: 1...4, using: &random)
        let first = model.date.advanced(by: -Int.random(in: 0..<count, using: &random))
        var dates = (0..<count).map { first.advanced(by: $0) }
        if count > 2, random.chance(0.15) { dates.remove(at: Int.random(in: 1..<count - 1, using: &random)) }

        var author = EventAuthor(statistics: model, random: random)
        var starts: [Int64] = []
        for date in dates {
            var statistics = model
            statistics.date = date
            statistics.botLimits.eventsPerDay = random.chance(0.3) ? Int.random(in: 3...20, using: &random) : nil
            statistics.botLimits.eventsPerMinute = random.chance(0.3) ? Int.random(in: 2...8, using: &random) : nil
            statistics.botLimits.clicksWithoutView = random.chance(0.3) ? Int.random(in: 1...4, using: &random) : nil
            author.move(to: statistics, sharing: starts.flatMap { [$0 + window - 1, $0 + window, $0 + window + 1] })
            starts += author.instants
            let most = random.chance(0.3) ? 6 : 30
            let files = (0..<Int.random(in: 0...2, using: &random)).map { number in
                author.file(name: "\(date)-\(number).jsonl", lines: Int.random(in: 0...most, using: &random))
            }
            days.append((statistics, files))
        }
        let history = Scenario.history(among: starts, using: &random)
        for index in days.indices { days[index].statistics.history = history }
    }

    /// Writes the files into `scratch`, and names them by their paths.
    mutating func write(to scratch: ScratchDirectory) throws {
        for day in days.indices {
            for index in days[day].files.indices {
                let file = days[day].files[index]
                days[day].files[index].name = try scratch.write(file.content, to: file.name)
            }
        }
    }
}
