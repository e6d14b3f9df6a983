import Domain
import Essentials
import Synchronization

/// A bar on the terminal that shows how much of the log is read, or of other work done. Any thread may move it.
final class ProgressBar: Sendable {
    private struct State {
        var drawn = Date.distantPast
        var isVisible = false
    }

    private static let width = 30
    private let start = Date()
    private let state = Mutex(State())
    /// What is counted; nil: bytes.
    private let noun: String?

    init(counting noun: String? = nil) {
        self.noun = noun
    }

    /// Shows that `done` of `total` bytes are read, or of what is counted done; 0 in total: unknown.
    func show(_ done: Int64, of total: Int64) {
        state.withLock { state in
            let now = Date()
            guard now.timeIntervalSince(state.drawn) >= 0.1 else { return }
            state.drawn = now
            state.isVisible = true
            let seconds = max(0.001, now.timeIntervalSince(start))
            var line = "\r\u{1B}[K"
            if total > 0 {
                let fraction = min(1, Double(done) / Double(total))
                let filled = Int(fraction * Double(ProgressBar.width))
                line += "[" + String(repeating: "#", count: filled)
                line += String(repeating: " ", count: ProgressBar.width - filled)
                line += "] \(Text.decimal(fraction * 100, 0)) %  "
            }
            if let noun {
                line += "\(Text.count(done)) \(noun), \(Text.decimal(Double(done) / seconds * 60, 0)) a minute"
            } else {
                let megabytes = Double(done) / 1e6
                line += "\(Text.decimal(megabytes, 0)) MB, \(Text.decimal(megabytes / seconds, 0)) MB/s"
            }
            Console.write(Array(line.utf8), to: 2)
        }
    }

    /// Takes the bar away, so that a message can stand in its place.
    func clear() {
        state.withLock { state in
            guard state.isVisible else { return }
            state.isVisible = false
            Console.write(Array("\r\u{1B}[K".utf8), to: 2)
        }
    }
}
