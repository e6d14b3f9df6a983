import Essentials
import Pipeline
import State

/// What `--json` prints.
struct RunSummary: Encodable {
    var command: String
    var pipeline: String?
    var exitCode: Int32 = 0
    var error: String?
    var nights: [NightOutcome] = []
    /// How long the run took.
    var seconds = 0.0

    init(command: String) {
        self.command = command
    }

    var bytes: [UInt8] { JSONFile.bytes(of: self) }
}
