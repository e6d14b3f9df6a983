/// The parts of a night and the tallies of what they were split from, as given on the command line.
package struct PartPaths: Sendable {
    /// Folders with a `part.json`, or such files.
    package var parts: [String]
    package var tallies: [String]

    package init(parts: [String], tallies: [String]) {
        self.parts = parts
        self.tallies = tallies
    }
}
