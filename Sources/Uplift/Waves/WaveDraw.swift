import Domain
import Randomizer

/// Who gets what in a wave, as serving code would draw it.
///
///     stage 1   salt (campaign)             u < c: control             no word of the wave is in it: the same in all waves
///     stage 2   salt (campaign, wave-N)     weighted rendezvous among the others
///
/// The first is the randomizer's control of a holdout called like the campaign: an experiment of the night with that holdout and the
/// same share keeps the same customers untouched. The second is its assignment with platform = campaign and slot = `wave-N`.
package struct WaveDraw: Sendable {
    package let shares: WaveShares
    /// In millionths.
    package let control: Int
    private let controlSalt: UInt64
    private let waveSalt: UInt64
    private let arms: [UInt64]
    /// By the decision's action and then by action, as text.
    private let propensities: [[String]]
    package let controlPropensity: String

    package init(campaign: String, wave: Int, control: Int, shares: WaveShares) {
        self.shares = shares
        self.control = control
        controlSalt = XXH64.hash(campaign)
        waveSalt = XXH64.hash(RendezvousHash.key(platform: campaign, slot: "wave-\(wave)"))
        arms = shares.actions.map { XXH64.hash($0) }
        controlPropensity = ExactDecimal.text(control, scale: 6)
        propensities = shares.actions.indices.map { decided in
            guard shares.actions[decided] != "out" else { return [] }
            return shares.actions.indices.map { action in
                ExactDecimal.text(
                    (WaveShares.one - control) * shares.share(of: action, decided: decided), scale: 12)
            }
        }
    }

    /// Whether a customer is left untouched in the whole campaign.
    package func isControl(_ customer: UnsafeBufferPointer<UInt8>) -> Bool {
        let unit = XXH64.hash(UnsafeRawBufferPointer(customer), seed: controlSalt)
        let uniform = RendezvousHash.uniform(unit: unit, arm: RendezvousHash.control)
        return uniform < Double(control) / Double(WaveShares.one)
    }

    /// The place of the action of a customer who is not control.
    package func action(_ customer: UnsafeBufferPointer<UInt8>, decided: Int) -> Int {
        let unit = XXH64.hash(UnsafeRawBufferPointer(customer), seed: waveSalt)
        var chosen = (score: Double.infinity, action: decided)
        for action in arms.indices {
            let traffic = Double(shares.share(of: action, decided: decided)) / Double(WaveShares.one)
            guard traffic > 0 else { continue }
            let uniform = RendezvousHash.uniform(unit: unit, arm: arms[action])
            if RendezvousHash.cannotWin(uniform: uniform, traffic: traffic, against: chosen.score) { continue }
            let score = RendezvousHash.score(uniform: uniform, traffic: traffic)
            if score < chosen.score { chosen = (score, action) }
        }
        return chosen.action
    }

    /// The probability of an action with 12 decimals: the product of two exact millionths.
    package func propensity(_ action: Int, decided: Int) -> String { propensities[decided][action] }
}
