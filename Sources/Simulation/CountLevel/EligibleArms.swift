import Domain

/// The arms among which an experiment's traffic is shared on a day: those that its table could have been made of.
///
/// A night that stops publishes nothing, and an experiment without an arm to choose from keeps its rows: then the last table
/// goes on serving, with the arms that competed for it, blacklisted since or not. All policies, the oracle and the even split
/// among them, are bound to these arms, so nobody is measured by what nobody could have shown.
package struct EligibleArms: Equatable, Sendable {
    /// The day for which the table was made: at most the day itself.
    package let tableDay: Int
    /// Ascending; at least one.
    package let arms: [Int]

    /// Works out the eligible arms of a day. The day after the last, which has a table but no visitors, has those of the last.
    ///
    /// - Complexity: O(arms), and O(days · arms) where nights stopped or nothing competed.
    package init(of experiment: WorldExperiment, truth: Truth, day: Int, in world: World) {
        func competing(_ day: Int) -> [Int] {
            experiment.arms.indices.filter { truth.competes(arm: $0, day: min(day, truth.days - 1)) }
        }
        var tableDay = day
        var arms = competing(day)
        while tableDay > 0, arms.isEmpty || world.stops(nightAfter: tableDay - 1) {
            tableDay -= 1
            arms = competing(tableDay)
        }
        self.tableDay = tableDay
        self.arms = arms.isEmpty ? Array(experiment.arms.indices) : arms
    }
}

extension World {
    /// Whether the night after a day stops, because more lines of the day's log are broken than may be rejected.
    package func stops(nightAfter day: Int) -> Bool {
        !outages.contains(day) && (brokenLines[day] ?? 0) > maxRejected
    }

    /// Whether the night after a day has something to learn from.
    package func isRead(_ day: Int) -> Bool {
        !outages.contains(day) && !stops(nightAfter: day)
    }
}
