import Allocation
import Configuration
import Domain
import Learning

extension NightlyRun {
    /// Rows of the blacklist and of priors that match nothing declared: most likely a name is misspelled.
    package func inputsWithoutEffect() throws(RunFailure) -> [RunEvent] {
        let inputs = try allocationInputs()
        let experiments = configuration.experiments.map(\.experiment)
        var events: [RunEvent] = []
        for entry in inputs.blacklist.entriesWithoutEffect(experiments) {
            events.append(
                .inputWithoutEffect(
                    place: "\(configuration.blacklist ?? "blacklist"):\(entry.line)", row: described(entry.key),
                    isBlacklist: true, suggestion: suggestion(entry.key, experiments)))
        }
        for configured in configuration.experiments {
            guard let path = configured.learning.priors, let counts = inputs.priors[path] else { continue }
            let own = counts.keys.filter { $0.slotKey == configured.experiment.key }
            for key in own where !configured.experiment.arms.contains(key.variant) {
                events.append(
                    .inputWithoutEffect(
                        place: path, row: described(key), isBlacklist: false,
                        suggestion: suggestion(key, experiments)))
            }
        }
        return events
    }

    private func described(_ key: ArmKey) -> String {
        "\(key.platform),\(key.slot),\(key.segment),\(key.variant)"
    }

    private func suggestion(_ key: ArmKey, _ experiments: [Experiment]) -> String? {
        let arms = experiments.flatMap { experiment in
            experiment.arms.map { "\(experiment.key.platform),\(experiment.key.slot),\(key.segment),\($0)" }
        }
        return nearest(described(key), among: arms)
    }
}
