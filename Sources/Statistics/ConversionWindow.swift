package import BotFilter
package import EventLog

/// How long after its exposure a unit's clicks and purchases count, in microseconds.
package struct ConversionWindow: Equatable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }
}

/// One day's log.
package struct DayLog: Sendable {
    package var files: [LogFile]
    package var day: LogDay
    package var policy: BotPolicy

    package init(files: [LogFile], day: LogDay, policy: BotPolicy) {
        self.files = files
        self.day = day
        self.policy = policy
    }
}
