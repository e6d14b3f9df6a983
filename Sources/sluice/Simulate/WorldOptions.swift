import Configuration
import Domain
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
