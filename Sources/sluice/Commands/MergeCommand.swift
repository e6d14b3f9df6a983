import CSV
import Domain
import State

/// The sum of statistics parts.
enum MergeCommand: Command {
    static let name = "merge"
    static let summary = "Adds up statistics files made from disjoint visitors."
    static let discussion = """
        Reads statistics.csv files, adds up the rows of one date and arm, and prints the sum on standard output. The parts
        must come from different visitors, as when machines share the log by a hash of the visitor.
        """
    static let examples = ["sluice merge part-0/statistics.csv part-1/statistics.csv > statistics.csv"]
    static let options: [Option] = []
    static let operands: String? = "PART.csv…"

    static func run(_ arguments: Arguments) throws -> ExitCode {
        guard !arguments.operands.isEmpty else { throw UsageError("no file given") }
        var parts: [[DailyRow]] = []
        for path in arguments.operands {
            let bytes = try FileSystem.read(path)
            do throws(CSVError) {
                parts.append(try StatisticsFile.rows(bytes))
            } catch {
                throw InputError(description: "\(path):\(error.line): \(error)")
            }
        }
        do throws(CountOverflow) {
            Console.output(StatisticsFile.bytes(of: try StatisticsFile.merged(parts)))
        } catch {
            throw InputError(description: "\(error)")
        }
        return .done
    }
}
