import Allocation
import Configuration
import Domain
import Learning
import Report

extension Arguments {
    /// What the configuration that `--config` names says of each experiment, for tables that do not; empty without the option.
    func experimentSettings() throws -> [SlotKey: ExperimentSettings] {
        guard let file = self["config"] else { return [:] }
        var settings: [SlotKey: ExperimentSettings] = [:]
        for configured in try Configuration.read(file: file).experiments {
            let experiment = configured.experiment
            let available = 1 - (experiment.control?.traffic ?? 0)
            let common = configured.allocation.commonFloor(arms: experiment.variants.count, available: available)
            var floors: [Name: Double] = [:]
            for variant in experiment.variants {
                floors[variant] = configured.allocation.floors[variant.string] ?? common
            }
            let learning = configured.learning
            settings[experiment.key] = ExperimentSettings(
                reward: learning.reward, floors: floors,
                memory: BestForecast.Memory(window: learning.window, halfLife: learning.halfLife))
        }
        return settings
    }
}
