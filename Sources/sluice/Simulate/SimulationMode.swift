/// A way to run `sluice simulate`: a set of options, and what they ask for.
protocol SimulationMode {
    /// The switch that asks for it; nil for the one without.
    static var switchName: String? { get }
    /// Its own options, beside those of all modes.
    static var options: [Option] { get }

    static func run(_ arguments: Arguments) throws -> ExitCode
}
