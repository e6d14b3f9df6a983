package import Domain

/// Why a group cannot be allocated.
package struct AllocationError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// No competing arm may be shown, nor a control.
        case noEligibleArm
        /// The floors of the eligible arms exceed what the control leaves them.
        case floorsExceedTraffic(floors: Double, available: Double)
        /// A share that is no share: the control's, or a floor below 0.
        case invalidShare(Name, Double)
        /// A posterior without finite mean and quantiles.
        case notFinite(Name)
        case bestArm(BestArmProbabilityError)
        /// Nothing counts before a day that is still to come.
        case notBegun(since: CalendarDate)
    }

    package var experiment: SlotKey
    package var segment: Name
    package var problem: Problem

    package init(experiment: SlotKey, segment: Name, problem: Problem) {
        self.experiment = experiment
        self.segment = segment
        self.problem = problem
    }

    package var description: String {
        let group = "\(experiment.platform)/\(experiment.slot), segment \(segment)"
        let fault =
            switch problem {
            case .noEligibleArm:
                "no variant may be shown (blacklisted, outside its dates, or stopped), and no control in their place: there is none, or it is "
                    + "blacklisted too; declare another variant, or end what keeps one away"
            case .floorsExceedTraffic(let floors, let available):
                "the floors add up to \(PlainDecimal.string(floors)) of \(PlainDecimal.string(available)); lower them"
            case .invalidShare(let variant, let share):
                "\(variant) has the share or floor \(PlainDecimal.string(share)); use one from 0 to below 1"
            case .notFinite(let variant):
                "the posterior of \(variant) is not finite; check its rows in the statistics and the priors"
            case .bestArm(let error):
                "\(error)"
            case .notBegun(let since):
                "learning.since is \(since), so no day counts yet; write a day that has begun, or wait"
            }
        return "\(group): \(fault)"
    }
}
