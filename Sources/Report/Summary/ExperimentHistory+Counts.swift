import Domain

/// Which days have counts.
extension ExperimentHistory {
    /// The newest day when it has no statistics: the next night counts it.
    func isPending(_ day: Int) -> Bool {
        day == counts.count - 1 && counts[day].allSatisfy { $0 == nil }
    }

    /// Nobody was counted: the day has no statistics, or none of the experiment.
    func isWithoutVisitors(_ day: Int) -> Bool {
        counts[day].allSatisfy { ($0?.visitors ?? 0) == 0 }
    }

    /// What was counted on the newest day that brought visitors, by arm; nil when none did.
    var newestCounts: [ArmCounts?]? {
        counts.indices.last { !isWithoutVisitors($0) }.map { counts[$0] }
    }
}
