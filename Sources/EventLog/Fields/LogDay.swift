/// The day being read: its instants, and how a clock in its timezone names them.
package struct LogDay: Sendable {
    /// Microseconds since the epoch, from the day's first instant to the next day's.
    package let range: Range<Int64>
    package let localTime: LocalTime

    package init(range: Range<Int64>, localTime: LocalTime) {
        self.range = range
        self.localTime = localTime
    }
}

/// The offsets from UTC of a timezone around a day.
package struct LocalTime: Sendable {
    /// A stretch of time with one offset.
    package struct Period: Equatable, Sendable {
        /// Its first instant, in seconds since the epoch.
        package var start: Int64
        /// Seconds to add to UTC to get local time.
        package var offset: Int64

        package init(start: Int64, offset: Int64) {
            self.start = start
            self.offset = offset
        }
    }

    private let periods: [Period]

    /// Periods in order of start; the first also stands for all time before it. None: UTC.
    package init(periods: [Period]) {
        self.periods = periods.isEmpty ? [Period(start: 0, offset: 0)] : periods
    }

    package static let utc = LocalTime(periods: [])

    /// The instant, in seconds since the epoch, at which a local clock shows `local` (seconds, counted as if in UTC).
    ///
    /// An hour that comes twice is taken the first time; one that is skipped is read with the offset before the skip.
    package func instant(local: Int64) -> Int64 {
        for (index, period) in periods.enumerated() {
            let instant = local - period.offset
            guard index + 1 < periods.count else { return instant }
            let next = periods[index + 1]
            if instant < next.start { return instant }
            if local - next.offset < next.start { return instant }
        }
        return local
    }
}
