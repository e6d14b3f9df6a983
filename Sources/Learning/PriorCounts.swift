package import Domain

/// Successes and failures of arms before their experiment began: the file that `learning.priors` names.
///
/// They are added to the Beta prior of exactly the row group they name (`*`: everyone's) and never discounted by age.
/// A reward of revenue counts no successes and failures, so it takes nothing from them.
package struct PriorCounts: Equatable, Sendable {
    /// Pseudo-visitors that did and did not do what the reward counts: finite, at least 0, not necessarily whole.
    package struct Counts: Equatable, Sendable {
        package var successes: Double
        package var failures: Double

        package init(successes: Double, failures: Double) {
            self.successes = successes
            self.failures = failures
        }
    }

    private var counts: [ArmKey: Counts]

    package init(_ counts: [ArmKey: Counts] = [:]) {
        self.counts = counts
    }

    /// The counts of an arm; zeros when there are none.
    package subscript(key: ArmKey) -> Counts {
        counts[key] ?? Counts(successes: 0, failures: 0)
    }

    /// The arms that have counts, in byte order.
    package var keys: [ArmKey] { counts.keys.sorted() }

    /// Reads a file with the columns platform, slot, segment, variant, successes and failures.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Throws: `InputFileError` when a key is empty or stands twice, or a count is not a finite number of at least 0.
    package init(_ bytes: [UInt8], file: String) throws(InputFileError) {
        var table = try InputTable(
            bytes, file: file, columns: ["platform", "slot", "segment", "variant", "successes", "failures"])
        counts = [:]
        while try table.next() {
            let key = ArmKey(
                platform: try table.name(0, expected: "a platform"), slot: try table.name(1, expected: "a slot"),
                segment: try table.name(2, expected: "a segment, or * for everyone"),
                variant: try table.name(3, expected: "a variant"))
            try table.refuseSecondRow(of: key)
            counts[key] = Counts(
                successes: try PriorCounts.count(4, of: table), failures: try PriorCounts.count(5, of: table))
        }
    }

    private static func count(_ column: Int, of table: InputTable) throws(InputFileError) -> Double {
        guard let value = PlainDecimal.number(table.text(column)), value >= 0 else {
            throw table.fault(column, expected: "a number of at least 0")
        }
        return value
    }
}
