import Configuration
import Domain
import Essentials
import Learning
import Pipeline
import Simulation
import State

extension WorldFile {
    /// The world file that `--world` names, with the seed and the days that `--seed` and `--days` ask for.
    init(_ arguments: Arguments) throws {
        self = try WorldFile.read(file: try arguments.required("world"))
        if let text = arguments["seed"] {
            guard let seed = UInt64(text) else { throw UsageError("--seed is '\(text)'; give a whole number") }
            world.seed = seed
        }
        if let text = arguments["days"] {
            guard let days = Int(text), (1...3_660).contains(days) else {
                throw UsageError("--days is '\(text)'; give a number from 1 to 3660")
            }
            world.days = days
            if let excess = world.excesses.first {
                throw UsageError("--days is '\(text)': \(excess.message); \(excess.suggestion)")
            }
        }
    }

    /// What the files that `learning.priors` names hold, by experiment; nothing where none is named.
    ///
    /// - Throws: `RunFailure`, as the nightly run does, when one cannot be read.
    func priors() throws(RunFailure) -> [PriorCounts] {
        var read: [String: PriorCounts] = [:]
        var priors: [PriorCounts] = []
        for path in experiments.map(\.learning.priors) {
            if let path, read[path] == nil { read[path] = try WorldFile.priors(path) }
            priors.append(path.flatMap { read[$0] } ?? PriorCounts())
        }
        return priors
    }

    private static func priors(_ path: String) throws(RunFailure) -> PriorCounts {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileSystem.read(path)
        } catch {
            throw .input(error)
        }
        do throws(InputFileError) {
            return try PriorCounts(bytes, file: path)
        } catch {
            throw .inputFile(error)
        }
    }
}

/// What the simulations at count level share: how many worlds, from what seed, on how many threads, and where to.
struct CountLevelOptions {
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
