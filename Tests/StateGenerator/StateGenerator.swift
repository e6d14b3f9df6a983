import Foundation
import State

/// Writes the state directories that the browser test opens: `StateGenerator KIND DIRECTORY`.
@main
enum StateGenerator {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 3 else { fail() }
        let state = StateDirectory(path: words[2])
        switch words[1] {
        case "one-day": try SyntheticState(days: 1, experiments: 2, arms: 4, segments: 2).write(to: state)
        case "ninety-days": try SyntheticState(days: 90, experiments: 20, arms: 10, segments: 4).write(to: state)
        // Large amounts, most of them returned: labels and stacks of every sign.
        case "losses":
            var synthetic = SyntheticState(days: 5, experiments: 3, arms: 3)
            synthetic.prices = -9_900_000_000...900_000_000
            try synthetic.write(to: state)
        case "hostile": try HostileState.write(to: state.path)
        default: fail()
        }
    }

    private static func fail() -> Never {
        FileHandle.standardError.write(
            Data("usage: StateGenerator one-day|ninety-days|losses|hostile DIRECTORY\n".utf8))
        exit(64)
    }
}
