package import Domain
import Learning

/// A rule that sets the shares of traffic night by night: a pure function of what has been seen.
package protocol Policy: Sendable {
    /// As tables show it.
    var name: String { get }
    /// Whether the nightly run publishes its tables: on a day without a new one the last goes on serving. The oracle needs none.
    var isPublishedNightly: Bool { get }

    /// The table of a day, from the rows of the days before.
    func table(_ night: Night) throws(PolicyError) -> PolicyTable
}

extension Policy {
    package var isPublishedNightly: Bool { true }
}

/// What a policy may look at.
package struct Night: Sendable {
    package let experiment: WorldExperiment
    /// For the oracle alone.
    package let truth: Truth
    /// The day whose table is set, from 0.
    package let day: Int
    package let date: CalendarDate
    /// What the days before have left, in their order.
    package let rows: [DailyRow]
    /// The arms that compete for the day's table, ascending; at least one.
    package let competing: [Int]
    /// The day whose table serves until this one is made; −1: none.
    package let servingTable: Int

    /// - Parameter servingTable: nil: that of the day before.
    package init(
        experiment: WorldExperiment, truth: Truth, day: Int, date: CalendarDate, rows: [DailyRow], competing: [Int],
        servingTable: Int? = nil
    ) {
        self.experiment = experiment
        self.truth = truth
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

    /// Weights by arm, 0 outside the competition.
    package func weights(_ weight: (Int) -> Double) -> [Double] {
        var weights = [Double](repeating: 0, count: experiment.arms.count)
        for arm in competing { weights[arm] = weight(arm) }
        return weights
    }
}

/// A table that could not be made.
package struct PolicyError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension WorldExperiment {
    /// The place of a variant among the arms.
    package func position(of variant: Name) -> Int? {
        arms.firstIndex { $0.variant == variant }
    }

    /// What a rewarded visitor of an arm is worth: 1, or the mean of a purchase in major units.
    package func value(ofArm arm: Int) -> Double {
        reward == .revenue ? arms[arm].revenue.mean : 1
    }
}
