import Allocation
import CSV
import Domain
import Foundation
import Learning
import Report
import State
import StateGenerator
import TestExpectations
import TestSupport
import Testing

@Suite(.slow) struct PageTests {
    private struct Data: Decodable {
        var key: String
        var first: String
        var days: Int
        var arms: [String]
        var traffic: [String]
        var probabilityBest: [String]
        var mean: [String]
        var meanLow: [String]
        var meanHigh: [String]
        var visitors: [String]
        var successes: [String]
        var marks: String

        /// Numbers from their differences, read character by character from the last: the digits of each are its bits, the
        /// sign in the lowest.
        static func numbers(_ text: String) -> [Int128?] {
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
            var differences: [Int128?] = []
            for character in text.reversed() {
                guard let digit = alphabet.firstIndex(of: character) else {
                    differences.append(nil)
                    continue
                }
                if digit < 32 { differences.append(0) }
                let index = differences.count - 1
                differences[index] = (differences[index] ?? 0) * 32 + Int128(digit % 32)
            }
            var sum: Int128 = 0
            return differences.reversed().map { difference in
                difference.map { quantity in
                    sum += quantity % 2 == 0 ? quantity / 2 : -(quantity / 2)
                    return sum
                }
            }
        }
    }

    private static func data(_ page: String) throws -> [Data] {
        let pieces = page.components(separatedBy: "<script type=\"application/json\"").dropFirst()
        return try pieces.map { piece in
            let body = piece.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" }
            return try JSONDecoder().decode(Data.self, from: Foundation.Data(body.utf8))
        }
    }

    /// A file's records as they stand, by column.
    private static func records(_ path: String) throws -> [[String: String]] {
        var reader = CSVReader(try FileSystem.read(path))
        var record = CSVRecord()
        _ = try reader.read(&record)
        let header = (0..<record.count).map { record.string($0) }
        var records: [[String: String]] = []
        while try reader.read(&record) {
            records.append(Dictionary(uniqueKeysWithValues: header.enumerated().map { ($1, record.string($0)) }))
        }
        return records
    }

    private static func scaled(_ text: String?, _ decimals: Int) -> Int128? {
        text.flatMap { Decimal(string: $0) }.flatMap { value in
            Int128((value * pow(Decimal(10), decimals)).description)
        }
    }

    @Test("The numbers in the page are those of the files, all of them, exactly")
    func numbers() throws {
        let written = try WrittenState(SyntheticState(days: 12, experiments: 3, arms: 5, segments: 2))
        let experiments = try Self.data(try written.page())
        #expect(experiments.count == 3)
        for data in experiments {
            let first = try #require(CalendarDate(data.first))
            #expect(data.days == 13)
            for offset in 0..<data.days {
                let date = first.advanced(by: offset)
                let table = try? Self.records(written.state.allocation(on: date) + "/allocation.csv")
                let counts = try? Self.records(written.state.statistics(on: date) + "/statistics.csv")
                for (arm, variant) in data.arms.enumerated() {
                    func isArm(_ record: [String: String]) -> Bool {
                        "\(record["platform"] ?? "")/\(record["slot"] ?? "")" == data.key
                            && record["variant"] == variant
                    }
                    let row = table?.first { isArm($0) && $0["segment"] == "*" }
                    func number(_ texts: [String]) -> Int128? { Data.numbers(texts[arm])[offset] }
                    #expect(number(data.traffic) == Self.scaled(row?["traffic"], 6))
                    #expect(number(data.probabilityBest) == Self.scaled(row?["probability_best"], 9))
                    let mean = number(data.mean)
                    #expect(mean == Self.scaled(row?["mean"], 9))
                    #expect(number(data.meanLow).map { mean! - $0 } == Self.scaled(row?["mean_low"], 9))
                    #expect(number(data.meanHigh).map { mean! + $0 } == Self.scaled(row?["mean_high"], 9))
                    let visitors = counts.map { rows in
                        rows.filter(isArm).reduce(Int128(0)) { $0 + (Int128($1["visitors"] ?? "") ?? 0) }
                    }
                    #expect(number(data.visitors) == visitors)
                    let isRevenue = data.key == "web/slot-3"
                    let successes = counts.map { rows in
                        rows.filter(isArm).reduce(Int128(0)) { sum, record in
                            sum + (Self.scaled(record[isRevenue ? "revenue" : "clickers"], isRevenue ? 6 : 0) ?? 0)
                        }
                    }
                    #expect(number(data.successes) == successes)
                }
            }
            // The day without data, and the day before the first table.
            #expect(data.marks == "m......c.....")
        }
    }

    @Test("The same state gives the same bytes, wherever it lies")
    func determinism() throws {
        let synthetic = SyntheticState(days: 10, experiments: 3, arms: 4, segments: 2)
        #expect(try WrittenState(synthetic).page() == (try WrittenState(synthetic).page()))
    }

    @Test(
        "Ninety days of twenty experiments of ten arms are less than 2.1 megabytes, even if nothing in them is smooth")
    func size() throws {
        func size(_ experiments: Int, days: Int = 90, segments: Int = 0) throws -> Int {
            var state = NoisyState()
            (state.days, state.experiments, state.segments) = (days, experiments, segments)
            return try WrittenState(noisy: state).page().utf8.count
        }
        // The style, the script and the words stand once, each experiment is as large as any other.
        let one = try size(1)
        let more = try size(2) - one
        let segments = try size(1, days: 1, segments: 200) - size(1, days: 1)
        #expect(one + 19 * more + segments < 2_100_000, "\(one) + 19 · \(more) + \(segments)")
    }

    @Test("Amounts beyond 64 bits of thousand-millionths are in the page as in the file", arguments: [1, -1])
    func largeAmounts(sign: Int) throws {
        var synthetic = SyntheticState(days: 3, experiments: 3, arms: 3)
        synthetic.visitors = 2_000
        synthetic.prices =
            sign > 0 ? 199_000_000_000_000...200_000_000_000_000 : -200_000_000_000_000...(-199_000_000_000_000)
        let written = try WrittenState(synthetic)
        let data = try #require(try Self.data(try written.page()).last)
        let table = try Self.records(written.state.allocation(on: synthetic.last.advanced(by: 1)) + "/allocation.csv")
        let rows = table.filter { "\($0["platform"] ?? "")/\($0["slot"] ?? "")" == data.key }
        #expect(rows.count == 3)
        for (arm, variant) in data.arms.enumerated() {
            let row = try #require(rows.first { $0["variant"] == variant })
            let mean = try #require(Data.numbers(data.mean[arm]).last ?? nil)
            #expect(mean == Self.scaled(row["mean"], 9) && abs(mean) > Int128(Int64.max), "\(mean)")
            // Of a loss no interval is known.
            let low = row["mean_low"] == "" ? nil : Self.scaled(row["mean_low"], 9)
            #expect((Data.numbers(data.meanLow[arm]).last ?? nil).map { mean - $0 } == low)
        }
    }

    @Test("Numbers of any size come back from their text", arguments: [1, 5, 31, 63, 64, 100, 126])
    func quantities(bits: Int) {
        var generator = SplitMix64(seed: UInt64(bits))
        var text = ""
        var sum: Int128 = 0
        var sums: [Int128?] = []
        for _ in 0..<50 {
            let limit = Int128(1) << Int128(bits)
            let next = Int128.random(in: -limit...limit, using: &generator) / 2
            VariableLengthQuantity.append(next - sum, to: &text)
            sum = next
            sums.append(sum)
        }
        #expect(Data.numbers(text) == sums)
    }

    @Test("The page loads nothing and runs nothing but its own script")
    func closed() throws {
        let page = try WrittenState(SyntheticState(days: 3, experiments: 1, arms: 3)).page()
        #expect(page.contains("default-src 'none'"))
        for word in ["http://", "https://", "src=", "@import", "unsafe-inline", " style=", " onclick"] {
            #expect(!page.contains(word), "\(word)")
        }
    }

    @Test("Only the last days asked for are shown")
    func days() throws {
        let written = try WrittenState(SyntheticState(days: 10, experiments: 1, arms: 3))
        let history = try written.history(days: 4)
        #expect(
            history.days.map(\.date)
                == (-2...1).map { SyntheticState(days: 1, experiments: 1, arms: 1).last.advanced(by: $0) })
        #expect(try Self.data(Page(history).html()).first?.days == 4)
    }
}
