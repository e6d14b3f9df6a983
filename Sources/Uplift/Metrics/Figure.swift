/// A number with what is known of its error: nil is not defined.
package struct Figure: Sendable, Equatable {
    package var value: Double?
    package var error: Double?
    package var low: Double?
    package var high: Double?

    package init(_ value: Double? = nil) {
        self.value = value
    }

    /// A number with its standard error, and its interval by the normal distribution.
    package init(_ value: Double?, error: Double?, z: Double) {
        self.value = value
        guard let value, let error else { return }
        self.error = error
        low = value - z * error
        high = value + z * error
    }

    /// The uplift of a part of the rows.
    package init(_ rates: RateDifference, z: Double) {
        value = rates.uplift
        error = rates.deviation
        guard let interval = rates.interval(z: z) else { return }
        (low, high) = interval
    }
}
