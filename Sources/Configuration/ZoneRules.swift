package import EventLog

/// A timezone's offsets from UTC at all times: changes that are known one by one, and the rule that holds after the last of them.
///
///     changes       1970-04-26 … 2006-10-29   the offset from each on
///     rule          2007 …                    from the second Sunday of March on, from the first of November on, every year
///
/// Instants are seconds since the epoch, offsets the seconds that local time is ahead of UTC.
package struct ZoneRules: Equatable, Sendable {
    /// A time from which clocks show another offset, or none but another name.
    struct Change: Equatable, Sendable {
        var instant: Int64
        var offset: Int64
    }

    /// Before all changes.
    var firstOffset: Int64
    /// In ascending order of their instants, no two at one.
    var changes: [Change]
    /// After the last change, or at all times where there is none; nil: the last offset stays.
    var rule: YearlyRule?

    /// The offset at an instant. O(log n).
    package func offset(at instant: Int64) -> Int64 {
        let index = firstChange(after: instant)
        let last = index == 0 ? nil : changes[index - 1]
        if index == changes.count, last?.instant != instant, let rule { return rule.offset(at: instant) }
        return last?.offset ?? firstOffset
    }

    /// The periods of one offset each that lie in `instants`, the first of them from its start.
    package func periods(in instants: Range<Int64>) -> [LocalTime.Period] {
        var periods = [LocalTime.Period(start: instants.lowerBound, offset: offset(at: instants.lowerBound))]
        var starts = changes[firstChange(after: instants.lowerBound)...].map(\.instant)
        let ruled = max(instants.lowerBound, changes.last?.instant ?? .min)
        if let rule, ruled < instants.upperBound {
            // Some files have a rule that contradicts the last change at once.
            starts += [ruled + 1] + rule.changes(in: ruled..<instants.upperBound).map(\.instant)
        }
        for start in starts.prefix(while: { $0 < instants.upperBound }) {
            let offset = offset(at: start)
            if offset != periods[periods.count - 1].offset {
                periods.append(LocalTime.Period(start: start, offset: offset))
            }
        }
        return periods
    }

    /// The index of the first change after an instant.
    private func firstChange(after instant: Int64) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].instant <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
