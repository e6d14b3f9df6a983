/// The names that writers and readers of an allocation table agree on.
package enum AllocationFormat {
    /// The manifest's `format` as it is written.
    package static let name = "sluice-allocation/2"
    /// Every `format` that is read. Version 1 has no `experiments`: it does not say how its table was made.
    package static let readNames = ["sluice-allocation/1", name]

    /// The `format` of a table that is one JSON text, for key-value stores and browsers.
    package static let exportName = "sluice-table/1"

    /// The columns of the table, in order.
    package static let columns = [
        "date", "platform", "slot", "segment", "variant", "traffic", "status", "probability_best", "mean", "mean_low",
        "mean_high", "visitors", "successes", "value_remaining", "verdict", "evidence", "lift_low", "lift_high",
    ]
    /// The last columns, which tables from before there were verdicts do not have.
    package static let verdictColumns = 14..<18

    /// The columns that assigning needs; a table with these alone is complete for serving.
    package static let servedColumns = ["date", "platform", "slot", "segment", "variant", "traffic"]

    /// The column that says which arm is a group's control. A table without it has no control.
    package static let statusColumn = "status"

    /// The status of a group's control.
    package static let controlStatus = "control"

    /// The most bytes that are read of a manifest and of a table: ten times more than a million rows take.
    package static let largestManifest = 64 << 20
    package static let largestTable = 1 << 30

    package static let tableFile = "allocation.csv"
    package static let manifestFile = "manifest.json"

    /// Traffic is counted in millionths: a group's shares sum to exactly this.
    package static let wholeTraffic: UInt32 = 1_000_000

    /// The segment whose group serves everyone without a group of their own.
    package static let everyone = "*"
}
