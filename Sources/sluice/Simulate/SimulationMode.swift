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
    static var words: String { switchName.map { "--\($0)" } ?? "the full simulation" }

    static func takes(_ name: String) -> Bool {
        options.contains { $0.name == name } || shared.contains { $0.rawValue == name }
    }
}
