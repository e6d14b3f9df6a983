import Allocation
import CSV
import Configuration
import Domain
import State

/// The configuration that a world's nights are run with, as a file that `sluice run --config` takes as well.
///
///     OUTPUT/pipeline.json5     the settings of the world file; arms from the night before they join
///     OUTPUT/blacklist.csv      arms from the night before they leave
///     OUTPUT/events/date=D/     the logs
struct NightPipeline {
    let file: WorldFile
    /// The directory that everything is written to.
    let output: String

    var configurationPath: String { output + "/pipeline.json5" }
    var blacklistPath: String { output + "/blacklist.csv" }

    /// The directory of a day's log.
    func events(on date: CalendarDate) -> String { "\(output)/events/date=\(date)" }

    /// The text of the configuration for the night that makes the table of a day.
    func configuration(forTableOf day: Int) -> [UInt8] {
        var root = file.written.shared
        root["pipeline"] = .string(file.world.name)
        root["events"] = .object([
            "paths": .array([.string("\(output)/events/date={date}/*.jsonl*")]),
            "maxRejected": .number(file.maxRejected),
        ])
        root["blacklist"] = .string(blacklistPath)
        let experiments = zip(file.world.experiments, file.written.experiments).map { experiment, written in
            var object = written
            object["platform"] = .string(experiment.key.platform.string)
            object["slot"] = .string(experiment.key.slot.string)
            let variants = variants(of: experiment, on: day)
            object["variants"] = .array(variants.map { .string($0) })
            if let control = experiment.control {
                object["control"] = .object([
                    "variant": .string(control.variant.string), "traffic": .number(control.traffic),
                ])
            }
            if let holdout = experiment.holdout { object["holdout"] = .string(holdout.string) }
            object["allocation"] = object["allocation"]?.keepingFloors(of: variants)
            return JSON5Value.object(object)
        }
        root["experiments"] = .array(experiments)
        let declared = file.world.experiments.flatMap { variants(of: $0, on: day) }
        root["allocation"] = root["allocation"]?.keepingFloors(of: declared)
        return JSONFile.bytes(of: JSON5Value.object(root))
    }

    /// The competing arms that have joined by a day, blacklisted ones too.
    private func variants(of experiment: WorldExperiment, on day: Int) -> [String] {
        experiment.arms.filter { $0.joins <= day && $0.variant != experiment.control?.variant }
            .map(\.variant.string)
    }

    /// The blacklist for the night that makes the table of a day.
    func blacklist(forTableOf day: Int) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(["platform", "slot", "segment", "variant", "until", "reason"])
        for experiment in file.world.experiments {
            for arm in experiment.arms where arm.blacklisted.map({ $0 <= day }) == true && arm.joins <= day {
                writer.write([
                    experiment.key.platform.string, experiment.key.slot.string, Name.everyone.string,
                    arm.variant.string, "",
                    "blacklisted from \(file.world.start.advanced(by: arm.blacklisted ?? 0)) on",
                ])
            }
        }
        return writer.bytes
    }
}

extension JSON5Value {
    /// A section `allocation` without floors of arms that are not declared yet.
    fileprivate func keepingFloors(of variants: [String]) -> JSON5Value {
        guard case .object(var section) = self, case .object(let floors)? = section["floors"] else { return self }
        let names = Set(variants.map { Name($0) })
        section["floors"] = .object(floors.filter { names.contains(Name($0.key)) })
        return .object(section)
    }
}
