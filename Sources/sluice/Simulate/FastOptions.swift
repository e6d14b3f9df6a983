import Domain
import Essentials
import Simulation
import State

/// What the fast kinds of simulation share: how many worlds, from what seed, on how many threads, and where to.
struct FastOptions {
    var worlds: Int
    var seed: UInt64?
    var workers: Int?
    private var figures: OutputFile?
    var isQuiet: Bool

    init(_ arguments: Arguments, worlds: Int) throws {
        self.worlds = try Self.number(arguments, "worlds", in: 1...10_000_000) ?? worlds
        workers = try Self.number(arguments, "workers", in: 1...1024)
        if let text = arguments["seed"] {
            guard let seed = UInt64(text) else {
                throw UsageError("--seed is '\(text)'; give a whole number of at least 0")
            }
            self.seed = seed
        }
        figures = try arguments["csv"].map { try OutputFile($0) }
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

    /// The days of the A/B test's even split.
    static func horizon(_ arguments: Arguments, ofDays days: Int) throws(UsageError) -> Int {
        try number(arguments, "horizon", in: 1...10_000) ?? max(1, days / 2)
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

    /// Writes the figures, when that was asked for.
    func write(_ bytes: [UInt8]) throws { try figures?.write(bytes) }
}
