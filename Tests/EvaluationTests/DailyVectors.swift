import CSV
import Domain
import Evaluation
import Foundation
import Learning
import Policies
import Testing

/// The cases of `Vectors/evaluate_daily.json`: figures computed twice from the formulas, by rows and by exploded visitors.
struct DailyVectors: Decodable {
    struct Figures: Decodable {
        var value: Double?
        var se: Double?
        var plain: Double?
        var seDays: Double?
        var relative: Double?
        var relativeSe: Double?
        var difference: Double?
        var differenceSe: Double?
        var differenceSeDays: Double?
        var differenceP: Double?
    }

    struct Policy: Decodable {
        var ess: Double?
        var maxWeight: Double?
        var meanWeight: Double?
        var meanWeightZ: Double?
        var weightBound: Double?
        var rewarded: Int64?
        var unsupported: Double?
        var estimators: [String: Figures]
    }

    struct Expected: Decodable {
        var handoverEstimate: Double?
        var handoverSe: Double?
        var daysWithoutTable: Int
        var offTable: Int64
        var leftOut: Int64
        var exit: Int
        var visitors: Int64
        var days: Int?
        var policies: [String: Policy]?
    }

    enum Handover: Decodable {
        case share(Double)
        case estimate

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = if let share = try? container.decode(Double.self) { .share(share) } else { .estimate }
        }
    }

    struct Case: Decodable, CustomTestStringConvertible {
        var name: String
        var reward: String
        var support: String
        var handover: Handover
        var statistics: [String: String]
        var allocations: [String: String]
        var policies: [String: String]
        var expected: Expected

        var testDescription: String { name }
    }

    var cases: [Case]

    static let all: [Case] = {
        guard
            let url = Bundle.module.url(
                forResource: "evaluate_daily", withExtension: "json", subdirectory: "Vectors"),
            let data = try? Data(contentsOf: url)
        else { return [] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode(DailyVectors.self, from: data))?.cases ?? []
    }()
}

extension DailyVectors.Case {
    var rewardChoice: Reward { Reward(rawValue: reward) ?? .click }

    var rows: [DailyRow] {
        get throws { try statistics.values.flatMap { try StatisticsFile.rows(Array($0.utf8)) } }
    }

    var archive: TableArchive {
        get throws {
            TableArchive(
                try allocations.map { date, text in
                    var groups: [Name: [ServedTable.Arm]] = [:]
                    for row in try Self.records(text, ["segment", "variant", "traffic", "status"]) {
                        let standing: LoggedExperiment.Standing =
                            switch row[3] {
                            case "control": .control
                            case "blacklisted": .out
                            default: .competing
                            }
                        groups[Name(row[0]), default: []].append(
                            ServedTable.Arm(
                                variant: Name(row[1]), traffic: Int((Double(row[2])! * 1e6).rounded()),
                                standing: standing))
                    }
                    return ServedTable(date: CalendarDate(date)!, groups: groups)
                })
        }
    }

    /// `served` first, the others in byte order.
    var targets: [TargetPolicy] {
        get throws {
            [TargetPolicy(name: "served", source: .served)]
                + (try policies.sorted { $0.key < $1.key }.map { name, text in
                    TargetPolicy(name: name, source: try Self.source(text))
                })
        }
    }

    private static func source(_ text: String) throws -> TargetPolicy.Source {
        if text == "even" { return .segments(EvenPolicy()) }
        if text.hasPrefix("always:") { return .segments(AlwaysPolicy(Name(String(text.dropFirst(7))))) }
        let slot = SlotKey(platform: "web", slot: "hero")
        return .segments(try TablePolicy(name: "table", Array(text.utf8), file: "table", slot: slot))
    }

    private static func records(_ text: String, _ names: [String]) throws -> [[String]] {
        var reader = CSVReader(Array(text.utf8))
        let columns = try reader.columns(names)
        var record = CSVRecord()
        var rows: [[String]] = []
        while try reader.read(&record) { rows.append(columns.map { record.string($0) }) }
        return rows
    }
}
