package import Domain
package import Pipeline

/// A day of the world, and the night after it.
package struct EndToEndNight: Sendable {
    /// How the night ended.
    package enum Ending: Sendable {
        /// The next day's table was published.
        case published
        /// Nothing to count was found; the table was published with the shares there were.
        case noData
        /// Of these experiments, as platform/slot, the rows were taken over from the last table.
        case carriedOver([String])
        /// The run stopped, and nothing was published: the next day is served by the same table.
        case stopped(RunFailure)

        /// As in `nights.csv`.
        package var word: String {
            switch self {
            case .published: "published"
            case .noData: "no data"
            case .carriedOver: "carried over"
            case .stopped: "stopped"
            }
        }
    }

    /// From 0.
    package var day: Int
    package var date: CalendarDate
    /// By experiment.
    package var served: [ServedDay]
    package var bots: Int
    /// Lines of the log; 0 in an outage.
    package var lines: Int
    package var ending: Ending
}
