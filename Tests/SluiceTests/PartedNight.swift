import Foundation
import TestSupport
import Testing

/// A night of several machines, in a directory with a configuration: split, counted in parts, merged.
struct PartedNight {
    let directory: ScratchDirectory
    var configuration = "shop.json5"
    var parts = 3
    var options: [String] = []
    /// The log days that are split.
    var logDays: [String]

    @discardableResult
    func sluice(_ words: [String]) throws -> Binary.Result { try Binary.sluice(words, in: directory.path) }

    /// Splits the logs of all log days: blocks and tallies below `name`.
    func split(_ name: String = "cluster") throws {
        for day in logDays {
            let result = try sluice([
                "split", "--config", configuration, "--date", day, "--parts", "\(parts)",
                "--tally", "\(name)-\(day).tally", "--output", "\(name)/blocks/\(day)/{part}",
            ])
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    /// Counts every part, by what `state` knows of earlier nights.
    func count(_ date: String, _ name: String = "cluster", state: String = "parted") throws {
        for part in 0..<parts {
            let result = try sluice(
                [
                    "statistics", "--config", configuration, "--date", date, "--state", state, "--part",
                    "\(name)/parts/\(part)", "\(name)/blocks/{date}/\(part)",
                ] + options)
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    func partPaths(_ name: String = "cluster") -> [String] { (0..<parts).map { "\(name)/parts/\($0)" } }

    func tallies(_ name: String = "cluster") -> [String] { logDays.flatMap { ["--tally", "\(name)-\($0).tally"] } }

    func merge(_ date: String, _ words: [String], state: String = "parted") throws -> Binary.Result {
        try sluice(["merge", "--config", configuration, "--date", date, "--state", state] + options + words)
    }

    /// The whole night but its table.
    func run(_ date: String, state: String = "parted") throws -> Binary.Result {
        try split()
        try count(date, state: state)
        return try merge(date, tallies() + partPaths(), state: state)
    }

    /// What a state directory holds of statistics.
    func statistics(_ state: String) throws -> [String: String] {
        try directory.files(below: state + "/statistics").mapValues { String(decoding: $0, as: UTF8.self) }
    }
}
