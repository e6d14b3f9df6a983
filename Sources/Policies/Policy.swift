package import Domain
package import Learning

/// A rule that sets the shares of traffic night by night: a pure function of what has been seen.
package protocol Policy: Sendable {
    /// As tables show it.
    var name: String { get }

    /// The table of a day, from the rows of the days before.
    func table(_ night: Night) throws(PolicyError) -> PolicyTable
}

/// A table that could not be made.
package struct PolicyError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// An experiment as the site that serves it knows it: nothing of the true rates.
///
/// Arms and segments keep their positions from day to day; tables hold shares by position.
package struct ServedExperiment: Equatable, Sendable {
    package struct Arm: Equatable, Sendable {
        package var variant: Name
        /// The first day on which the arm is declared.
        package var declared: Int

        package init(variant: Name, declared: Int = 0) {
            self.variant = variant
            self.declared = declared
        }
    }

    package struct Segment: Equatable, Sendable {
        package var name: Name
        /// Of the experiment's visitors, 0…1: how policies weigh what they do in a segment.
        package var share: Double

        package init(name: Name, share: Double) {
            self.name = name
            self.share = share
        }
    }

    package var key: SlotKey
    package var reward: Reward
    /// All arms, the control too.
    package var arms: [Arm]
    package var control: Experiment.Control?
    /// At least one; shares add up to 1. A site that tells no visitors apart has one, of everyone.
    package var segments: [Segment]

    package init(
        key: SlotKey, reward: Reward, arms: [Arm], control: Experiment.Control? = nil,
        segments: [Segment] = [Segment(name: .everyone, share: 1)]
    ) {
        self.key = key
        self.reward = reward
        self.arms = arms
        self.control = control
        self.segments = segments
    }

    /// The position of a variant among the arms.
    package func position(of variant: Name) -> Int? {
        arms.firstIndex { $0.variant == variant }
    }

    /// The experiment as it is declared on a day.
    package func declared(on day: Int) -> Experiment {
        let variants = arms.lazy.filter { $0.declared <= day }.map(\.variant)
        return Experiment(key: key, variants: variants.filter { $0 != control?.variant }, control: control)
    }
}

/// What a policy may look at when it sets the table of a day.
package struct Night: Sendable {
    package let experiment: ServedExperiment
    /// The day whose table is set, from 0.
    package let day: Int
    package let date: CalendarDate
    /// The rows of the days before, in the order of days.
    package let rows: [DailyRow]
    /// The arms among which the day's traffic is shared, ascending: declared, not blacklisted, not the control. At least one.
    package let competing: [Int]
    /// The day whose table serves until this one is made; −1: none.
    package let servingTable: Int

    /// - Parameter servingTable: nil: that of the day before.
    package init(
        experiment: ServedExperiment, day: Int, date: CalendarDate, rows: [DailyRow], competing: [Int],
        servingTable: Int? = nil
    ) {
        self.experiment = experiment
        self.day = day
        self.date = date
        self.rows = rows
        self.competing = competing
        self.servingTable = servingTable ?? day - 1
    }

    /// Shares that leave the control its own and give the rest by weights of the other arms, which add up to 1.
    package func table(_ weights: [Double]) -> PolicyTable {
        guard let control = experiment.control, let arm = experiment.position(of: control.variant) else {
            return PolicyTable(everyone: weights)
        }
        var shares = weights.map { $0 * (1 - control.traffic) }
        shares[arm] = control.traffic
        return PolicyTable(everyone: shares)
    }

    /// Equal weights of the competing arms.
    package var even: [Double] {
        weights { _ in 1 / Double(competing.count) }
    }

    /// Weights by arm, 0 for those that do not compete.
    package func weights(_ weight: (Int) -> Double) -> [Double] {
        var weights = [Double](repeating: 0, count: experiment.arms.count)
        for arm in competing { weights[arm] = weight(arm) }
        return weights
    }
}
