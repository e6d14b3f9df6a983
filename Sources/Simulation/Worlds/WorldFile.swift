package import BotFilter
package import Configuration
import Essentials

/// A world file: the truth, and the settings that are tried on it.
///
/// The settings are those of a pipeline's configuration, under the same keys and with the same defaults.
package struct WorldFile: Sendable {
    package var world: World
    /// How each experiment of the world learns and shares its traffic, in the world's order; all arms are declared, whenever
    /// they join.
    package var experiments: [ExperimentConfiguration]
    package var timeZone: SystemTimeZone
    package var bots: BotSettings
    package var statistics: Configuration.StatisticsSettings
    /// The share of a night's lines, 0…1, that may be rejected before the run stops.
    package var maxRejected: Double { world.maxRejected }
    /// The settings as the file has them, for the configuration that the nights are run with.
    let written: WrittenSettings

    /// Reads a world file, JSON5 in UTF-8. Throws every fault of it at once, each with its line and what to write instead.
    package static func read(file: String) throws(ConfigurationError) -> WorldFile {
        try from(bytes: try ConfigurationReader.contents(of: file), file: file)
    }

    /// Reads the text of a world file.
    ///
    /// - Parameter file: the name that the faults are reported under.
    package static func from(bytes: some Collection<UInt8>, file: String) throws(ConfigurationError) -> WorldFile {
        try ConfigurationReader.document(bytes, file: file) { $0.worldFile($1) }
    }
}

/// Sections of a world file that a pipeline's configuration has too, untouched.
struct WrittenSettings: Sendable {
    /// Sections of the file as a whole, by key.
    var shared: [String: JSON5Value] = [:]
    /// Sections of each experiment, by key.
    var experiments: [[String: JSON5Value]] = []
}
