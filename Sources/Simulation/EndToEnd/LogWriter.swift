import Allocation
import EventLog
import State

/// Writes the log of a day, some events at a time: its text is never whole in memory.
struct LogWriter {
    /// Events whose lines are made, damaged and compressed at once.
    private static let part = 65_536

    let world: World
    let compression: LogCompression

    /// Writes the log of a day into a directory, which is created.
    func write(_ simulated: SimulatedDay, _ day: Int, in directory: String) throws {
        try FileSystem.createDirectory(directory)
        let file = try FileWriter("\(directory)/events.jsonl\(compression.suffix)")
        var text = EventText(world)
        var damage = Streams(seed: world.seed).generator(.tearing, number: day)
        for first in stride(from: 0, to: simulated.count, by: LogWriter.part) {
            for place in first..<min(first + LogWriter.part, simulated.count) { text.write(simulated[place]) }
            var bytes = text.take()
            if let share = world.brokenLines[day] { bytes = TornLines.tear(bytes, share: share, using: &damage) }
            try file.append(try compression.pack(bytes))
        }
        // A day on which nobody came has a log all the same.
        if simulated.count == 0 { try file.append(try compression.pack([])) }
        try file.synchronize()
    }
}
