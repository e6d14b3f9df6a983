package import Domain
import Learning

/// A test that was really run: how often its arms were shown and clicked.
package struct MeasuredTest: Equatable, Sendable {
    package struct Arm: Equatable, Sendable {
        package var variant: Name
        /// At least 1.
        package var impressions: Int64
        /// 0…`impressions`
        package var clicks: Int64

        package init(variant: Name, impressions: Int64, clicks: Int64) {
            self.variant = variant
            self.impressions = impressions
            self.clicks = clicks
        }

        package var rate: Double { Double(clicks) / Double(impressions) }
    }

    package var name: String
    /// In the order of the file.
    package var arms: [Arm]

    package init(name: String, arms: [Arm]) {
        self.name = name
        self.arms = arms
    }

    package var impressions: Int64 { arms.reduce(0) { $0 + $1.impressions } }
    package var clicks: Int64 { arms.reduce(0) { $0 + $1.clicks } }
    /// Clicks per impression of all arms together.
    package var rate: Double { Double(clicks) / Double(max(1, impressions)) }

    package static let columns = ["test", "arm", "impressions", "clicks"]

    /// Reads a CSV with the columns test, arm, impressions and clicks among others; rows of one test and arm add.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Returns: the tests in the order of the file.
    /// - Throws: `InputFileError` when a name is empty, or a count is none or too large: clicks are at most the impressions,
    ///   and neither exceeds 10¹².
    package static func read(_ bytes: [UInt8], file: String) throws(InputFileError) -> [MeasuredTest] {
        var table = try InputTable(bytes, file: file, columns: columns)
        var tests: [MeasuredTest] = []
        var positions: [String: Int] = [:]
        while try table.next() {
            let name = try table.name(0, expected: "the name of a test").string
            let variant = try table.name(1, expected: "the name of an arm")
            guard let impressions = Int64(table.text(2)), (1...1_000_000_000_000).contains(impressions) else {
                throw table.fault(2, expected: "a count of at least 1")
            }
            guard let clicks = Int64(table.text(3)), (0...impressions).contains(clicks) else {
                throw table.fault(3, expected: "a count of at most the impressions")
            }
            let position = positions[name] ?? tests.count
            if position == tests.count {
                positions[name] = position
                tests.append(MeasuredTest(name: name, arms: []))
            }
            tests[position].add(Arm(variant: variant, impressions: impressions, clicks: clicks))
        }
        return tests
    }

    private mutating func add(_ arm: Arm) {
        guard let same = arms.firstIndex(where: { $0.variant == arm.variant }) else { return arms.append(arm) }
        arms[same].impressions += arm.impressions
        arms[same].clicks += arm.clicks
    }
}
