import Foundation
import TestSupport
import Testing

/// What a run says of what the tables brought: on the night on which it is new, the same as `history`, and no longer than a few lines.
@Suite struct BroughtTests {
    private let directory: ScratchDirectory
    private let slots: Int
    private static let first = 10

    init() throws { try self.init(slots: 1) }

    private init(slots: Int) throws {
        directory = try ScratchDirectory()
        self.slots = slots
        let experiments = (1...slots).map { #"{ platform: "web", slot: "s\#($0)", variants: ["good", "poor"] }"# }
        try directory.write(
            """
            { pipeline: "shop", timezone: "UTC", events: { paths: ["none/{date}"] }, allocation: { floor: 0.25 },
              experiments: [\(experiments.joined(separator: ",\n"))] }
            """, to: "shop.json5")
    }

    private static func date(_ day: Int) -> String { "2026-03-\(day)" }

    /// Counts of a day on which 10,000 visitors came in the shares of its table, 5.5 % of `good`'s and 5 % of `poor`'s clicked.
    private func count(_ day: Int) throws {
        let date = Self.date(day)
        var shares: [String: Double] = [:]
        if day > Self.first {
            for line in try directory.text("state/allocations/date=\(date)/allocation.csv").split(separator: "\n")
                .dropFirst()
            {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                shares["\(fields[2]) \(fields[4])"] = Double(fields[5])
            }
        }
        var lines = [
            "date,platform,slot,segment,table,variant,visitors,views,clicks,purchases,clickers,purchasers,revenue,"
                + "revenue_squared"
        ]
        for slot in 1...slots {
            for (variant, rate) in [("good", 0.055), ("poor", 0.05)] {
                let visitors = Int((10_000 * (shares["s\(slot) \(variant)"] ?? 0.5)).rounded())
                let clickers = Int((Double(visitors) * rate).rounded())
                let table = day > Self.first ? date : ""
                lines.append(
                    "\(date),web,s\(slot),*,\(table),\(variant),\(visitors),\(visitors),\(clickers),0,\(clickers),0,0,0"
                )
            }
        }
        try directory.write(lines.joined(separator: "\n") + "\n", to: "state/statistics/date=\(date)/statistics.csv")
    }

    private func allocate(_ dates: String, _ more: String...) throws -> Binary.Result {
        let words = ["allocate", "--config", "shop.json5", "--date", dates, "--now", "2026-05-01T00:00:00Z"] + more
        let result = try Binary.sluice(words, in: directory.path)
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    /// What a line says after its time.
    private func gains(_ result: Binary.Result) -> [String] {
        result.errors.split(separator: "\n").filter { $0.hasSuffix("gain-known]") || $0.hasSuffix("gains-known]") }
            .map { $0.split(separator: " ", maxSplits: 1).last.map(String.init) ?? "" }
    }

    @Test func aRunSaysWhatTheTablesBroughtOnTheNightOnWhichItIsNew() throws {
        var nights: [Int] = []
        for day in Self.first...Self.first + 12 {
            try count(day)
            let result = try allocate(Self.date(day))
            let told = gains(result)
            #expect(told.count <= 1)
            // The same again, to the byte, and nothing else changes.
            let files = try directory.files(below: "state/allocations/date=\(Self.date(day + 1))")
            #expect(gains(try allocate(Self.date(day))) == told)
            #expect(try directory.files(below: "state/allocations/date=\(Self.date(day + 1))") == files)
            guard let line = told.first else { continue }
            nights.append(day)
            let last = try #require(result.errors.split(separator: "\n").last)
            #expect(last.hasSuffix("[gain-known]"), "the last line")
            // The words of `history`, whose figures are those of `evaluate`.
            let history = try Binary.sluice(["history"], in: directory.path).output
                .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
            let start = try #require(line.range(of: "from "))
            let end = try #require(line.range(of: ", which is known"))
            let words = line[start.upperBound..<end.lowerBound]
            #expect(words.contains("clickers more than an even split would have"), "\(line)")
            #expect(history.contains("From \(words); doubly robust"), "\(history)")
        }
        #expect(nights.count == 1, "\(nights)")
        // Of several nights in one run, what is known at their end and was not before them.
        let night = try #require(nights.first)
        #expect(gains(try allocate("\(Self.date(night - 1))..\(Self.date(night + 1))")).count == 1)
        #expect(gains(try allocate("\(Self.date(night + 1))..\(Self.date(night + 2))")).isEmpty)
    }

    @Test func ofManyExperimentsThreeAreNamed() throws {
        let shop = try BroughtTests(slots: 5)
        var told: [[String]] = []
        for day in Self.first...Self.first + 12 {
            try shop.count(day)
            told.append(shop.gains(try shop.allocate(Self.date(day))))
        }
        let lines = try #require(told.first { !$0.isEmpty })
        #expect(lines.count == 4)
        for (slot, line) in zip(1...3, lines) { #expect(line.contains("web/s\(slot): ")) }
        #expect(lines[3].contains("2 more experiments"))
        #expect(told.filter { !$0.isEmpty }.count == 1)
    }
}
