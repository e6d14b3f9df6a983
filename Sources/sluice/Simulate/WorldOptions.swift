import Pipeline
import Simulation

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
}
