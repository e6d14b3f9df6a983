import Learning
import Pipeline
import Vocabulary

/// Arms of real tests, from a file with a row for each test, week and arm: impressions and clicks. An arm's rate is its
/// clicks / impressions over all rows of the test.
struct MeasuredArms {
    enum Failure: Error {
        /// The file cannot be read, or a row of it is wrong.
        case file(String)
        /// There is no such test; those there are, at most a hundred.
        case test([String])
    }

    private static let columns = ["test", "week", "arm", "impressions", "clicks"]
    static let columnList = "the columns " + columns.joined(separator: ", ")

    private var tests: [String] = []
    private var arms: [String: [(variant: Name, impressions: Double, clicks: Double)]] = [:]

    init(file: String) throws(Failure) {
        do {
            var table = try InputTable(try FileSystem.read(file), file: file, columns: Self.columns)
            while try table.next() { try add(table) }
        } catch {
            throw .file("\(error)")
        }
    }

    private mutating func add(_ table: InputTable) throws(InputFileError) {
        let test = try table.name(0, expected: "the name of a test").string
        let variant = try table.name(2, expected: "the name of an arm")
        guard !variant.runsAsFormula else { throw table.fault(2, expected: "a name that no spreadsheet runs") }
        guard let impressions = Int64(table.text(3)), impressions > 0 else {
            throw table.fault(3, expected: "a count of at least 1")
        }
        guard let clicks = Int64(table.text(4)), (0...impressions).contains(clicks) else {
            throw table.fault(4, expected: "a count of at most the impressions")
        }
        if arms[test] == nil { tests.append(test) }
        var own = arms[test] ?? []
        let index = own.firstIndex { $0.variant == variant } ?? own.count
        if index == own.count { own.append((variant, 0, 0)) }
        own[index].impressions += Double(impressions)
        own[index].clicks += Double(clicks)
        arms[test] = own
    }

    /// The arms of a test, in the order of the file.
    func arms(of test: String) throws(Failure) -> [WorldArm] {
        guard let own = arms[test] else { throw .test(Array(tests.prefix(100))) }
        return own.map { WorldArm(variant: $0.variant, rate: $0.clicks / $0.impressions) }
    }
}
