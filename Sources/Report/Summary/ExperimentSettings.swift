package import Domain
package import Learning

/// What only the configuration knows of an experiment.
package struct ExperimentSettings: Sendable {
    package var reward: Reward
    /// By variant, as shares of all traffic.
    package var floors: [Name: Double]
    package var memory: BestForecast.Memory

    package init(reward: Reward, floors: [Name: Double], memory: BestForecast.Memory = BestForecast.Memory()) {
        self.reward = reward
        self.floors = floors
        self.memory = memory
    }
}
