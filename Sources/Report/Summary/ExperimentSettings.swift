package import Allocation
package import Domain
package import Learning

/// What an experiment's newest table was made with: as its manifest says, or, for a table of version 1, as the configuration does.
package struct ExperimentSettings: Equatable, Sendable {
    package var reward: Reward
    /// By variant, as shares of all traffic.
    package var floors: [Name: Double]
    package var memory: BestForecast.Memory

    package init(reward: Reward, floors: [Name: Double], memory: BestForecast.Memory = BestForecast.Memory()) {
        self.reward = reward
        self.floors = floors
        self.memory = memory
    }

    package init(_ facts: ExperimentFacts) {
        self.init(
            reward: facts.reward, floors: facts.floors,
            memory: BestForecast.Memory(window: facts.window, halfLife: facts.halfLife))
    }
}
