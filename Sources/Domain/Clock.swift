import CLibrary

/// Where commands ask what time it is: the machine's clock, or one that somebody set for a replay, a test or a simulation.
package struct Clock: Equatable, Sendable {
    private let fixed: Int64?

    /// The machine's clock.
    package static let system = Clock(fixed: nil)

    /// A clock that stands still at an instant, in seconds since the epoch.
    package static func fixed(at instant: Int64) -> Clock { Clock(fixed: instant) }

    private init(fixed: Int64?) {
        self.fixed = fixed
    }

    /// Seconds since the epoch.
    package var now: Int64 { fixed ?? Int64(time(nil)) }
}
