/// A way to run `sluice simulate`: a set of options, and what they ask for.
protocol SimulationMode {
    /// The switch that asks for it; nil for the one without.
    static var switchName: String? { get }
    /// Its own options.
    static var options: [Option] { get }
    /// What it takes of the others.
    static var shared: Set<SharedOption> { get }

    static func run(_ arguments: Arguments) throws -> ExitCode
}

extension SimulationMode {
    /// As messages name it.
    static var words: String { switchName.map { "--\($0)" } ?? "the end-to-end simulation" }

    static func takes(_ name: String) -> Bool {
        options.contains { $0.name == name } || shared.contains { $0.rawValue == name }
    }
}

/// Options of `sluice simulate` that several of its modes take.
enum SharedOption: String, CaseIterable {
    case world, days, seed, workers, quiet, horizon, worlds, csv

    var option: Option {
        switch self {
        case .world: Option(name: rawValue, value: "FILE", help: "the world file")
        case .days: Option(name: rawValue, value: "N", help: "how many days (default: the world's)")
        case .seed: Option(name: rawValue, value: "S", help: "of everything random (default: the world's, or 1)")
        case .workers:
            Option(name: rawValue, value: "N", help: "threads (default: the machine's); they change no figure")
        case .quiet: Option(name: rawValue, value: nil, help: "say nothing but warnings and errors")
        case .horizon:
            Option(
                name: rawValue, value: "N",
                help: "days of the A/B test, where there is one (default: half of the days)")
        case .worlds:
            Option(
                name: rawValue, value: "N",
                help: "worlds of each kind, or replays of each test: the more, the narrower the intervals")
        case .csv:
            Option(
                name: rawValue, value: "FILE",
                help: "of all but the end-to-end simulation: write every figure with its interval")
        }
    }
}
