package import Allocation
package import Domain
package import Learning

/// How to learn and to share traffic, from a file of which nothing else counts: a whole configuration, or only its `learning` and
/// `allocation`.
package struct SettingsFile: Sendable {
    /// Empty when the file names no pipeline.
    package var pipeline = ""
    private var learning = LearningSettings()
    private var allocation = AllocationSettings()
    private var experiments: [SlotKey: (learning: LearningSettings, allocation: AllocationSettings)] = [:]

    /// Reads the file. Throws every fault of it at once.
    package static func read(file: String) throws(ConfigurationError) -> SettingsFile {
        let bytes = try ConfigurationReader.contents(of: file)
        return try ConfigurationReader.document(bytes, file: file) { reader, root in
            guard let root = reader.section(root, of: "") else { return nil }
            var settings = SettingsFile()
            if root["pipeline"] != nil { settings.pipeline = reader.pipelineName(root["pipeline"]) ?? "" }
            settings.learning = reader.learning(root["learning"], over: LearningSettings())
            settings.allocation = reader.allocation(root["allocation"], over: AllocationSettings())
            if let experiments = root["experiments"] {
                let configured = reader.experiments(
                    experiments, learning: settings.learning, allocation: settings.allocation)
                for one in configured { settings.experiments[one.experiment.key] = (one.learning, one.allocation) }
            }
            return settings
        }
    }

    /// What holds for an experiment: the file's own of it, or what it says for all.
    package func settings(of slot: SlotKey) -> (learning: LearningSettings, allocation: AllocationSettings) {
        experiments[slot] ?? (learning, allocation)
    }
}
