/// Options of `sluice simulate` that several of its modes take.
enum SharedOption: String, CaseIterable {
    case world, days, seed, workers, quiet, horizon, worlds, csv

    var option: Option {
        switch self {
        case .world: Option(name: rawValue, value: "FILE", help: "the world file")
        case .days: Option(name: rawValue, value: "N", help: "how many days are lived (default: the world's)")
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
                help: "of all but the full simulation: write every figure with its interval")
        }
    }
}
