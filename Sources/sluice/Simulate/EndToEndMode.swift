import Domain
import Pipeline
import Simulation
import State

/// `simulate` without a switch: a world end to end, with real logs and real nights.
enum EndToEndMode: SimulationMode {
    static let switchName: String? = nil
    static let options = [
        Option(name: "output", value: "DIR", help: "the directory to write to (default: simulation)"),
        Option(name: "compression", value: "KIND", help: "of the logs: none, gzip or zstd (default: none)"),
    ]
    static let shared: Set<SharedOption> = [.world, .days, .seed, .workers, .quiet, .horizon]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try WorldFile(arguments)
        let horizon = try CountLevelOptions.horizon(arguments, ofDays: file.world.days)
        let output: OutputDirectory
        do throws(OutputDirectory.Refusal) {
            output = try OutputDirectory(path: arguments["output"] ?? "simulation")
        } catch {
            throw UsageError("--output: \(error)")
        }
        var world = EndToEndWorld(file: file, output: output.path)
        if let text = arguments["compression"] {
            guard let compression = LogCompression(rawValue: text) else {
                let words = LogCompression.allCases.map(\.rawValue)
                throw UsageError(
                    "--compression is '\(text)'; give \(words.joined(separator: ", "))"
                        + Suggestion.text(for: text, among: words))
            }
            world.compression = compression
        }
        if let text = arguments["workers"] {
            guard let workers = Int(text), (1...1024).contains(workers) else {
                throw UsageError("--workers is '\(text)'; give a number from 1 to 1024")
            }
            world.workers = workers
        }
        let faults = try world.faults()
        for fault in faults { Console.error(fault) }
        guard faults.isEmpty else { return .configuration }
        let priors = try file.priors()
        let lock: StateLock
        do {
            lock = try output.prepare(
                world: try provenance(arguments), reading: [try arguments.required("world")] + world.inputs())
        } catch let refusal as OutputDirectory.Refusal {
            throw UsageError("--output: \(refusal)")
        }
        defer { withExtendedLifetime(lock) {} }
        let nights = try simulate(world, isQuiet: arguments.has("quiet"))
        let experiments = try file.world.experiments.indices.map { number in
            var experiment = EndToEndExperiment(number, of: file.world, nights: nights)
            for policy in CountLevelMode.baselines(file.experiments[number], priors[number], horizon: horizon) {
                try experiment.compare(with: policy, on: file.world, number: number)
            }
            return experiment
        }
        let folder = try OutputFolder(output.path)
        try folder.write(EndToEndFiles.nights(nights, of: file.world), to: "nights.csv")
        try folder.write(EndToEndFiles.regret(experiments, nights), to: "regret.csv")
        try folder.commit()
        Console.output(EndToEndPrinter.text(of: experiments, nights, start: file.world.start))
        if !arguments.has("quiet") {
            Console.information("\(output.path): wrote nights.csv, regret.csv, the logs and the state of all nights")
        }
        return .done
    }

    /// The world file's bytes under the options that change what it says. What an earlier simulation wrote there of its own
    /// options is left out: they are not these.
    private static func provenance(_ arguments: Arguments) throws -> [UInt8] {
        let changes = ["seed", "days"].compactMap { name in arguments[name].map { "--\(name) \($0)" } }
        let comment = changes.isEmpty ? "" : "\(provenanceMark)\(changes.joined(separator: " ")).\n"
        var world = (try FileSystem.read(try arguments.required("world")))[...]
        while world.starts(with: provenanceMark.utf8) {
            world = world.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
        }
        return Array(comment.utf8) + world
    }

    private static let provenanceMark = "// Simulated with "

    private static func simulate(_ world: EndToEndWorld, isQuiet: Bool) throws -> [EndToEndNight] {
        var nights: [EndToEndNight] = []
        let days = world.file.world.days
        try world.run { event in
            // What nights say when all is well is the same every night; the line below says enough.
            if event.severity == .warning { Console.show(event) }
        } finished: { night in
            nights.append(night)
            guard !isQuiet else { return }
            let people = night.served.reduce(0) { $0 + $1.visitors }
            Console.information(
                "\(night.date): day \(night.day) (\(nights.count) of \(days)): \(Text.count(Int64(people), "visitor")), "
                    + "\(Text.count(Int64(night.bots), "bot")), \(Text.count(Int64(night.lines), "line")): "
                    + night.ending.word)
        }
        return nights
    }
}
