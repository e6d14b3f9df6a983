package import Allocation
package import BotFilter
package import EventLog
package import Foundation
package import Learning
package import Statistics
package import Vocabulary

/// What a pipeline does, as its file says, checked, and with every default filled in.
package struct Configuration: Sendable {
    /// The pipeline's name, of letters, digits, dots, underscores and hyphens.
    package var pipeline: String
    /// The zone whose midnights begin the days.
    package var timeZone: TimeZone
    package var events: EventSource
    package var bots: BotSettings
    package var statistics: StatisticsSettings
    /// At least one, in the order of the file, no two of one platform and slot.
    package var experiments: [ExperimentConfiguration]
    /// Path of the blacklist; nil: nothing is blacklisted.
    package var blacklist: String?

    package init(
        pipeline: String, timeZone: TimeZone, events: EventSource, bots: BotSettings, statistics: StatisticsSettings,
        experiments: [ExperimentConfiguration], blacklist: String?
    ) {
        self.pipeline = pipeline
        self.timeZone = timeZone
        self.events = events
        self.bots = bots
        self.statistics = statistics
        self.experiments = experiments
        self.blacklist = blacklist
    }
}

extension Configuration {
    /// The logs and how their lines are read.
    package struct EventSource: Equatable, Sendable {
        /// Paths, at least one; `*` in a path matches, and days are written as `PathTemplate` reads them.
        package var paths: [String]
        package var schema = EventSchema()
        /// The share of lines, 0…1, that may be rejected before the run stops.
        package var maxRejected = 0.01

        package init(paths: [String]) {
            self.paths = paths
        }
    }

    /// How a day's events become units.
    package struct StatisticsSettings: Equatable, Sendable {
        package var onMixed = MixedUnits.first
        /// How long after its exposure a unit's clicks and purchases count; nil: to the end of its day.
        package var conversionWindow: ConversionWindow?

        package init() {}
    }
}

/// An experiment with the settings that hold for it.
package struct ExperimentConfiguration: Equatable, Sendable {
    /// The most experiments of a pipeline: their numbers take two bytes of each visitor's unit.
    package static let maximumCount = 65_535
    /// The most variants of an experiment, which take two bytes too; a control is one more.
    package static let maximumVariants = 65_534

    package var experiment: Experiment
    /// The file's `learning`, overridden key by key by the experiment's own.
    package var learning: LearningSettings
    /// The file's `allocation`, overridden likewise; floors of single arms are those of this experiment's variants.
    package var allocation: AllocationSettings

    package init(experiment: Experiment, learning: LearningSettings, allocation: AllocationSettings) {
        self.experiment = experiment
        self.learning = learning
        self.allocation = allocation
    }
}

extension Configuration {
    /// Reads a configuration file. Throws every fault of it at once; a file that cannot be read is one fault without a place.
    package static func read(file: String) throws(ConfigurationError) -> Configuration {
        try from(bytes: try contents(of: file), file: file)
    }

    /// Reads the text of a configuration, JSON5 in UTF-8. Throws every fault at once, in the order of the text; text that is
    /// not JSON5 is one fault.
    ///
    /// - Parameter file: the name that the faults are reported under.
    package static func from(bytes: some Collection<UInt8>, file: String) throws(ConfigurationError) -> Configuration {
        let root: JSON5Value
        let locator: JSON5Locator
        do {
            (root, locator) = try parse(Array(bytes))
        } catch {
            throw ConfigurationError(file: file, faults: [error])
        }
        var reader = ConfigurationReader(locator: locator)
        guard let configuration = reader.configuration(JSON5Node(path: JSON5Path(), value: root)) else {
            throw ConfigurationError(file: file, faults: reader.sortedFaults)
        }
        return configuration
    }

    private static func contents(of file: String) throws(ConfigurationError) -> Data {
        let reason: String
        do {
            return try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
            reason = (cause ?? error).localizedDescription
        }
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory)
        let message = exists && isDirectory.boolValue ? "this is a directory" : "cannot be read: \(reason)"
        let fault = ConfigurationFault(
            path: "", line: nil, column: nil, message: message,
            suggestion: "give the path of a readable JSON5 file")
        throw ConfigurationError(file: file, faults: [fault])
    }

    private static func parse(_ bytes: [UInt8]) throws(ConfigurationFault) -> (JSON5Value, JSON5Locator) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            // The longest prefix that is UTF-8 ends where the fault begins.
            let repaired = String(decoding: bytes, as: UTF8.self)
            let index = zip(repaired.utf8, bytes).prefix { $0 == $1 }.count
            let prefix = String(decoding: bytes.prefix(index), as: UTF8.self)
            let place = JSON5Locator.place(of: prefix.unicodeScalars.count, in: prefix)
            throw ConfigurationFault(
                path: "", line: place.line, column: place.column, message: "not UTF-8",
                suggestion: "save the file in UTF-8")
        }
        let locator: JSON5Locator
        do {
            locator = try JSON5Locator(text)
        } catch {
            let place = JSON5Locator.place(of: error.index, in: text)
            throw ConfigurationFault(
                path: "", line: place.line, column: place.column, message: error.message, suggestion: error.suggestion)
        }
        do {
            return (try JSON5Value.decode(text.utf8), locator)
        } catch {
            throw ConfigurationFault(
                path: "", line: nil, column: nil, message: "not JSON5: \(error)",
                suggestion: "keys in quotes and plain spaces are read by every JSON5 reader")
        }
    }
}
