package import Allocation
package import BotFilter
package import Domain
package import EventLog
package import Guards
package import Learning
package import Statistics

/// What a pipeline does, as its file says, checked, and with every default filled in.
package struct Configuration: Sendable {
    /// The pipeline's name, of letters, digits, dots, underscores and hyphens.
    package var pipeline: String
    /// The zone whose midnights begin the days.
    package var timeZone: SystemTimeZone
    package var events: EventSource
    package var bots: BotSettings
    package var statistics: StatisticsSettings
    /// At least one, in the order of the file, no two of one platform and slot.
    package var experiments: [ExperimentConfiguration]
    /// Path of the blacklist; nil: nothing is blacklisted.
    package var blacklist: String?
    /// What holds a night's table.
    package var guards = GuardSettings()
    /// Arms and experiments that are meant to be gone.
    package var retired = Retired()

    package init(
        pipeline: String, timeZone: SystemTimeZone, events: EventSource, bots: BotSettings,
        statistics: StatisticsSettings,
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
        /// Paths, at least one, with what `PathTemplate` writes out and patterns that match names.
        package var paths: [String]
        package var schema = EventSchema()
        /// How separated values are written, where their first line does not say it.
        package var csv = CSVFormat()
        /// The keys that lead from an object of the log to the list of its events; nil: each object is one.
        package var each: [String]?
        /// The zone of times that are written without an offset; nil: the pipeline's.
        package var timesWithoutOffset: SystemTimeZone?
        /// The share of lines, 0…1, that may be rejected before the run stops.
        package var maxRejected = 0.01

        package init(paths: [String]) {
            self.paths = paths
        }
    }

    /// How a day's events become units, of which each is a visitor in an experiment on a day.
    package struct StatisticsSettings: Equatable, Sendable {
        package var onMixed = MixedUnits.first
        /// How long after its exposure a unit's clicks and purchases count; nil: to the end of its day.
        package var conversionWindow: ConversionWindow?
        /// The most that a unit's revenue may be above or below 0, in millionths of the major unit; nil: no bound.
        package var revenueCap: Int64?
        /// Which segments are told apart.
        package var segments = SegmentBound()

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
    /// Variants that are meant to be gone.
    package var retired: Set<Name> = []

    package init(experiment: Experiment, learning: LearningSettings, allocation: AllocationSettings) {
        self.experiment = experiment
        self.learning = learning
        self.allocation = allocation
    }
}

extension ConversionWindow {
    package init(hours: Int) {
        self.init(microseconds: Int64(hours) * 3_600_000_000)
    }

    /// The window as the configuration has it: `7d`, `36h`.
    package var text: String {
        let hours = microseconds / 3_600_000_000
        return hours % 24 == 0 ? "\(hours / 24)d" : "\(hours)h"
    }

    /// The log days that an ordinary night reads: its own, and those before it whose windows reach into it.
    package var logDays: Int {
        Int((microseconds + 86_399_999_999) / 86_400_000_000) + 1
    }
}

extension Configuration {
    /// Reads a configuration file. Throws every fault of it at once; a file that cannot be read is one fault without a place.
    package static func read(file: String) throws(ConfigurationError) -> Configuration {
        try from(bytes: try ConfigurationReader.contents(of: file), file: file)
    }

    /// Reads the text of a configuration, JSON5 in UTF-8. Throws every fault at once, in the order of the text; text that is
    /// not JSON5 is one fault.
    ///
    /// - Parameter file: the name that the faults are reported under.
    package static func from(bytes: some Collection<UInt8>, file: String) throws(ConfigurationError) -> Configuration {
        try ConfigurationReader.document(bytes, file: file) { $0.configuration($1) }
    }
}
