package import Domain
package import EventLog
package import Statistics

/// `part.json`: what one part of the visitors contributes to a night, with what tells whether parts belong together.
package struct PartFile: Codable, Sendable {
    package static let name = "part.json"
    package static let format = "sluice-part/2"

    /// A day of the night's plan, and the last log day that counts for it.
    package struct PlannedDay: Codable, Equatable, Sendable {
        package var date: CalendarDate
        package var through: CalendarDate

        package init(date: CalendarDate, through: CalendarDate) {
            self.date = date
            self.through = through
        }
    }

    /// What was found of a log day.
    package struct Day: Codable, Sendable {
        package var date: CalendarDate
        /// The list of the bot filter for want of which the day was left out.
        package var missingList: String?
        package var statistics: DayStatistics
        package var tally: LogTally
        package var found: FoundLogs
        /// The digests of the day's other files beside the part, by name.
        package var files: [String: String]

        package init(
            date: CalendarDate, missingList: String?, statistics: DayStatistics, tally: LogTally, found: FoundLogs,
            files: [String: String]
        ) {
            self.date = date
            self.missingList = missingList
            self.statistics = statistics
            self.tally = tally
            self.found = found
            self.files = files
        }
    }

    /// The program that made it.
    package var version = Version.text
    /// The night's own day.
    package var date: CalendarDate
    /// The digest of the configuration file.
    package var configuration: String
    /// The digest of the bot filter's lists of all log days.
    package var lists: String
    /// The digest of the journal of served tables, as far as it concerns the log days.
    package var journal: String
    package var isAudited: Bool
    /// Under a conversion window: the days that the night counts.
    package var plan: [PlannedDay]
    /// The log days, ascending.
    package var days: [Day]
    package var visitors: VisitorSketch

    package init(
        date: CalendarDate, configuration: String, lists: String, journal: String, isAudited: Bool,
        plan: [PlannedDay], days: [Day], visitors: VisitorSketch
    ) {
        self.date = date
        self.configuration = configuration
        self.lists = lists
        self.journal = journal
        self.isAudited = isAudited
        self.plan = plan
        self.days = days
        self.visitors = visitors
    }
}

/// A tally of `sluice split`: what it read of a log day, what it could not place, and how many lines it sent.
package struct TallyFile: Codable, Sendable {
    package static let format = "sluice-tally/2"

    package var version = Version.text
    /// The log day.
    package var date: CalendarDate
    package var configuration: String
    /// How many parts the lines went to.
    package var parts: Int
    /// Lines sent, by the number of the part.
    package var sent: [Int: PartLines]
    /// Where in its file the range begins that was read, in bytes; 0 of whole files.
    package var offset: Int64
    package var tally: LogTally
    package var found: FoundLogs

    package init(
        date: CalendarDate, configuration: String, parts: Int, sent: [Int: PartLines], offset: Int64, tally: LogTally,
        found: FoundLogs
    ) {
        self.date = date
        self.configuration = configuration
        self.parts = parts
        self.sent = sent
        self.offset = offset
        self.tally = tally
        self.found = found
    }
}
