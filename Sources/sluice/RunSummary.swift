import Essentials
import Pipeline
import State

/// What `--json` prints.
struct RunSummary: Encodable {
    var command: String
    var pipeline: String?
    var exitCode: Int32 = 0
    var error: String?
    /// A word by which machines know the error.
    var errorCode: String?
    /// First and last day.
    var dates: [String] = []
    var nights: [NightOutcome] = []
    /// What the run told, in the order of time.
    var messages: [RunEvent] = []
    /// How long the run took.
    var seconds = 0.0

    init(command: String) {
        self.command = command
    }

    var bytes: [UInt8] { JSONFile.bytes(of: self) }
}
