import BotFilter
package import Configuration
import Domain
import Learning
import Pipeline

// What is checked before the first day is simulated, and before anything of an earlier simulation is removed.
extension EndToEndWorld {
    /// What would stop the simulation after a while, each with what to do: the files that the settings name, and the memory
    /// that the busiest day takes. Throws when the nights' own configuration is at fault.
    ///
    /// - Parameter memory: bytes that the whole process may take.
    package func faults(memory: Int = ProcessMemory.standard) throws(ConfigurationError) -> [String] {
        var faults = NightlyRun.faultsOfInputs(try firstConfiguration()).map(\.description)
        let events =
            (0..<file.world.days).map { SimulatedDay.expectedEvents($0, of: file.world, truths: truths) }.max() ?? 0
        let needed = events * SimulatedDay.bytesPerEvent
        if needed > Double(memory) {
            func megabytes(_ bytes: Double) -> String { "\(Text.count(Int64(bytes) >> 20)) MiB" }
            faults.append(
                "the busiest day has some \(Text.count(Int64(events))) events, which take \(megabytes(needed)); there are "
                    + "\(megabytes(Double(memory))), half of the machine's; lower visitorsPerDay or crowd.bots, or simulate "
                    + "with --fast, which draws days of any size")
        }
        return faults
    }

    /// Paths of the files that the settings name; `{date}` may stand in them.
    package func inputs() throws(ConfigurationError) -> [String] {
        let configuration = try firstConfiguration()
        return configuration.experiments.compactMap(\.learning.priors) + configuration.bots.denyLists
            + configuration.bots.denyNetworks
    }

    /// That of the night before day 0, without the blacklist, which is the world's own.
    private func firstConfiguration() throws(ConfigurationError) -> Configuration {
        let pipeline = NightPipeline(file: file, output: output)
        var configuration = try Configuration.from(
            bytes: pipeline.configuration(forTableOf: 0), file: pipeline.configurationPath)
        configuration.blacklist = nil
        return configuration
    }
}
