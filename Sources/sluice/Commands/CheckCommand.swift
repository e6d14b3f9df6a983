import Configuration
import Domain
import Pipeline
import State

/// A look at a configuration before the night does it.
enum CheckCommand: Command {
    static let name = "check"
    static let summary = "Reads a configuration and says everything that is wrong with it."
    static let discussion = """
        Checks the configuration, and the blacklist and priors it names. Every fault is printed on standard error with its
        place in the file and what to write instead. Exits 0 when there is none, 78 when there is.
        """
    static let examples = ["sluice check --config pipelines/banners.json5"]
    static let options = [Option(name: "config", value: "FILE", help: "the pipeline's configuration", isRequired: true)]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try arguments.required("config")
        let configuration = try Configuration.read(file: file)
        let faults = NightlyRun.faultsOfInputs(configuration)
        for fault in faults { Console.error("\(fault)") }
        guard faults.isEmpty else { return .configuration }
        let night = NightlyRun(
            configuration: configuration, configurationBytes: [], state: StateDirectory(path: "state"),
            options: NightlyRun.Options(), report: { _ in })
        for event in try night.inputsWithoutEffect() { Console.show(event) }
        let arms = configuration.experiments.reduce(0) { $0 + $1.experiment.arms.count }
        Console.information(
            "\(file): pipeline '\(configuration.pipeline)' is in order: "
                + "\(Text.count(Int64(configuration.experiments.count), "experiment")), \(Text.count(Int64(arms), "arm"))"
        )
        if let window = configuration.statistics.conversionWindow {
            Console.information(
                "\(file): clicks and purchases count for \(window.text) after the exposure: each night reads "
                    + "\(window.logDays) log days, its own and the \(window.logDays - 1) before it, and counts the days "
                    + "again whose windows are open")
        }
        return .done
    }
}
