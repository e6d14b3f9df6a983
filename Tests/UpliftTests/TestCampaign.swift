import TestSupport
import Uplift

/// A campaign in memory, written to files when it is analysed.
struct TestCampaign: Sendable {
    struct Row: Sendable {
        var customer: String
        var action: String
        var outcome: Double
        var propensity: Double
        var wave: String
        var reason = ""
    }

    var rows: [Row]
    /// Of the message m.
    var scores: [String: Double]
    /// Of the message n, which has control where it is added.
    private var others: [String: Double] = [:]

    init(rows: [Row], scores: [String: Double]) {
        self.rows = rows
        self.scores = scores
    }

    /// Adds a message n and customers of control who have scores of it alone.
    mutating func addComparableMessage() {
        for number in 0..<40 {
            let name = "z\(number)"
            others[name] = Double(number % 7)
            rows.append(
                Row(
                    customer: name, action: number % 2 == 0 ? "n" : "control", outcome: Double(number % 3 / 2),
                    propensity: 0.5,
                    wave: ""))
        }
    }

    var scoresCSV: String {
        "message,uplift,customer,baseline\n"
            + scores.sorted { $0.key > $1.key }.map { "m,\($0.value),\($0.key),0.1\n" }.joined()
            + others.sorted { $0.key < $1.key }.map { "n,\($0.value),\($0.key),0.1\n" }.joined()
    }

    var outcomesCSV: String {
        "customer,message,outcome,propensity,wave,reason\n"
            + rows.map { "\($0.customer),\($0.action),\($0.outcome),\($0.propensity),\($0.wave),\($0.reason)\n" }
            .joined()
    }

    /// Analyses the campaign as the program does.
    func analysis(
        bins: Int, workers: Int = 2, change: (inout UpliftSettings) -> Void = { _ in }
    ) throws -> UpliftAnalysis {
        let directory = try ScratchDirectory()
        var settings = UpliftSettings(
            scores: try directory.write(Array(scoresCSV.utf8), to: "scores.csv"),
            outcomes: [try directory.write(Array(outcomesCSV.utf8), to: "outcomes.csv")])
        settings.bins = bins
        settings.workers = workers
        change(&settings)
        return try UpliftAnalysis(settings)
    }

    /// A campaign of chance.
    ///
    /// - Parameters:
    ///   - distinct: how many different scores there are.
    ///   - isAdaptive: whether propensities differ by customer.
    ///   - waves: rows of each customer; one is the common case.
    static func random(
        seed: UInt64, customers: Int, distinct: Int, isAdaptive: Bool, waves: Int = 1, isBinary: Bool = true
    ) -> TestCampaign {
        var generator = SplitMix64(seed: seed)
        var rows: [Row] = []
        var scores: [String: Double] = [:]
        for number in 0..<customers {
            let name = "c\(Int.random(in: 0..<10, using: &generator))-\(number)"
            let score = Double(Int.random(in: 0..<distinct, using: &generator)) / Double(distinct) - 0.4
            scores[name] = score
            let share = isAdaptive ? Double(Int.random(in: 2...8, using: &generator)) / 10 : 0.6
            for wave in 1...waves {
                let isTreated = Double.random(in: 0..<1, using: &generator) < share
                let chance = 0.2 + (isTreated ? 0.3 * score : 0)
                let hit = Double.random(in: 0..<1, using: &generator) < chance
                let amount = isBinary ? 1 : Double(Int.random(in: -100...4000, using: &generator)) / 8
                rows.append(
                    Row(
                        customer: name, action: isTreated ? "m" : "control", outcome: hit ? amount : 0,
                        propensity: isTreated ? share : 1 - share, wave: waves > 1 ? "\(wave)" : ""))
            }
        }
        return TestCampaign(rows: rows, scores: scores)
    }
}
