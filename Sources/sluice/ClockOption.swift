import CLibrary
import Domain

/// What time it is for a command: `--now`, else the environment's `SLUICE_NOW`, else the machine's clock.
enum ClockOption {
    static let option = Option(
        name: "now", value: "T",
        help:
            "the time to go by, like 2026-11-20T01:30:00Z, for replays and tests (default: $SLUICE_NOW, or the clock's)"
    )

    private static let variable = "SLUICE_NOW"

    static func clock(_ arguments: Arguments) throws(UsageError) -> Clock {
        if let text = arguments[option.name] { return try clock("--\(option.name)", text) }
        // An empty variable is how shells take one away for a command.
        guard let value = getenv(variable).map({ String(cString: $0) }), !value.isEmpty else { return .system }
        return try clock(variable, value)
    }

    private static func clock(_ name: String, _ text: String) throws(UsageError) -> Clock {
        guard let instant = RFC3339.seconds(text) else {
            throw UsageError("\(name) is '\(text)'; give an instant with its offset, like 2026-11-20T01:30:00Z")
        }
        return .fixed(at: instant)
    }
}
