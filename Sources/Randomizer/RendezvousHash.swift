import CLibrary

/// Mixes 64 bits: a bijection in which every input bit moves every output bit (SplitMix64's finalizer: Steele, Lea,
/// Flood 2014, "Fast Splittable Pseudorandom Number Generators", variant 13 of Stafford).
package func mix64(_ input: UInt64) -> UInt64 {
    var value = input
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
}

/// The formulas of weighted rendezvous hashing: every arm draws its own uniform number for a visitor, and the arm whose
/// exponential clock, running at the rate of its traffic, rings first has the visitor.
///
/// The least of independent exponentials belongs to each with probability rate / Σ rates, so P(arm) = traffic exactly.
/// Between two tables only the rates differ, so a visitor moves only because its arm lost share or another gained:
/// P(move) ≤ 2·TV / (1 + TV), TV the total variation distance of the shares.
///
/// A control takes no part in it. It has the visitors whose uniform number for the holdout is below its share c, and the
/// arms share out the others, so P(arm) = (1 − c) · traffic / (1 − c) = traffic still. A table that changes the shares of
/// the arms alone moves nobody into the holdout or out of it.
///
/// Source: Thaler and Ravishankar 1998, "Using name-based mappings to increase hit rates"; the weights: Resch 2015,
/// "New hashing algorithms for data storage".
///
/// All operations but the logarithm are exact or correctly rounded. Logarithms of two C libraries may differ in their
/// last bit, which can decide only between scores that agree to 15 digits.
package enum RendezvousHash {
    /// What names an experiment in hashes: platform ‖ 0x1F ‖ slot. Its XXH64 is the seed of the slot's visitors, which makes
    /// the slots' assignments independent.
    package static func key(platform: String, slot: String) -> [UInt8] {
        Array(platform.utf8) + [0x1F] + Array(slot.utf8)
    }

    /// XXH64("control"), which takes an arm's place when a visitor's number for the holdout is drawn.
    package static var control: UInt64 { 0x5FBA_3590_0387_9D20 }

    /// The name by which the number for the holdout is drawn.
    package static let controlName = "control"

    /// The uniform number in (0, 1] of an arm for a visitor: the centre of one of 2⁵³ equal cells, as rounded.
    package static func uniform(unit: UInt64, arm: UInt64) -> Double {
        uniform(mix64(unit ^ arm))
    }

    /// The uniform number of 64 random bits.
    @inline(__always)
    static func uniform(_ random: UInt64) -> Double {
        // Signed, because processors convert signed integers in one instruction; 53 bits leave the sign clear.
        (Double(Int64(bitPattern: random >> 11)) + 0.5) * 0x1p-53
    }

    /// The time −ln(u)/traffic at which an arm's clock rings; infinite for an arm without traffic.
    package static func score(uniform: Double, traffic: Double) -> Double {
        traffic > 0 ? -log(uniform) / traffic : .infinity
    }

    /// Whether an arm's score is certain not to be below `least`, found without a logarithm.
    ///
    /// −ln(u) ≥ 1 − u, and all roundings together (of 1 − u, the logarithm, the division and the products here) change
    /// the comparison by less than a factor 1 + 2⁻⁴⁸. Near the winner u is close to 1 and the bound close to the score:
    /// of K equal arms about ln K need their logarithm.
    package static func cannotWin(uniform: Double, traffic: Double, against least: Double) -> Bool {
        1 - uniform > least * traffic * (1 + 0x1p-48)
    }
}
