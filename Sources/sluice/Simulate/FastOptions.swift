import Foundation
import Pipeline
import Simulation

/// What the fast kinds of simulation share: how many worlds, from what seed, on how many threads, and where to.
struct FastOptions {
    static let all: [Option] = [
        Option(
            name: "worlds", value: "N",
            help: "worlds of each kind, or replays of each test: the more, the narrower the intervals"),
        Option(
            name: "csv", value: "FILE", help: "of all but the full simulation: write every figure with its interval"),
    ]

    var worlds: Int
    var seed: UInt64?
    var workers: Int?
    var csv: String?
    var isQuiet: Bool

    init(_ arguments: Arguments, worlds: Int) throws(UsageError) {
        self.worlds = try Self.number(arguments, "worlds", in: 1...10_000_000) ?? worlds
        workers = try Self.number(arguments, "workers", in: 1...1024)
        if let text = arguments["seed"] {
            guard let seed = UInt64(text) else {
                throw UsageError("--seed is '\(text)'; give a whole number of at least 0")
            }
            self.seed = seed
        }
        csv = arguments["csv"]
        isQuiet = arguments.has("quiet")
    }

    static func number(
        _ arguments: Arguments, _ name: String, in range: ClosedRange<Int>
    ) throws(UsageError) -> Int? {
        guard let text = arguments[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw UsageError(
                "--\(name) is '\(text)'; give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Runs work that tells how much of `total` is done, under a bar where somebody watches, else with a line at the end.
    func watched<Result>(
        _ total: Int, counting noun: String = "worlds", _ work: (@escaping @Sendable (Int) -> Void) throws -> Result
    ) rethrows -> Result {
        let start = Date()
        let bar = Console.isTerminal && !isQuiet ? ProgressBar(counting: noun) : nil
        let result = try work { done in bar?.show(Int64(done), of: Int64(total)) }
        bar?.clear()
        if !isQuiet {
            let seconds = max(0.001, Date().timeIntervalSince(start))
            Console.information(
                "\(Text.count(Int64(total))) \(noun) in \(Text.decimal(seconds, 1)) s, "
                    + "\(Text.count(Int64(Double(total) / seconds * 60))) a minute")
        }
        return result
    }

    /// Writes the figures, when that was asked for: whole or not at all.
    func write(_ bytes: [UInt8]) throws {
        guard let csv else { return }
        try FileSystem.write(bytes, to: csv + ".new")
        try FileSystem.rename(csv + ".new", to: csv)
    }
}
