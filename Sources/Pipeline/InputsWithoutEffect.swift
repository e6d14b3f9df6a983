import Allocation
import Configuration
import Domain
import Learning

extension NightlyRun {
    /// Rows of the blacklist and of priors that match nothing declared: most likely a name is misspelled.
    package func inputsWithoutEffect() throws(RunFailure) -> [String] {
        let inputs = try allocationInputs()
        let experiments = configuration.experiments.map(\.experiment)
        var texts: [String] = []
        for entry in inputs.blacklist.entriesWithoutEffect(experiments) {
            let file = configuration.blacklist ?? "blacklist"
            texts.append(
                "\(file):\(entry.line): \(described(entry.key)) matches no declared arm"
                    + suggestion(entry.key, experiments))
        }
        for configured in configuration.experiments {
            guard let path = configured.learning.priors, let counts = inputs.priors[path] else { continue }
            let own = counts.keys.filter { $0.slotKey == configured.experiment.key }
            for key in own where !configured.experiment.arms.contains(key.variant) {
                texts.append("\(path): \(described(key)) is no declared arm\(suggestion(key, experiments))")
            }
        }
        return texts
    }

    private func described(_ key: ArmKey) -> String {
        "\(key.platform),\(key.slot),\(key.segment),\(key.variant)"
    }

    private func suggestion(_ key: ArmKey, _ experiments: [Experiment]) -> String {
        let arms = experiments.flatMap { experiment in
            experiment.arms.map { "\(experiment.key.platform),\(experiment.key.slot),\(key.segment),\($0)" }
        }
        return nearest(described(key), among: arms).map { "; did you mean \($0)?" } ?? ""
    }
}
