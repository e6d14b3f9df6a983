import Dispatch
import EventLog
import Foundation
import Synchronization
import TestSupport
import CLibrary

/// Everything that reading logs tells, without what depends on the machine.
struct FormatReading: Equatable {
    struct Reason: Equatable {
        var name: String
        var count: Int64
        /// File's position and line.
        var samples: [String]
    }

    var events: [String] = []
    var lines: Int64 = 0
    var bytes: Int64 = 0
    var types: [EventType: Int64] = [:]
    var rejected: [Reason] = []
    var ignored: [Reason] = []

    /// Reads files with one sink a worker.
    static func of(
        _ files: [LogFile], workers: Int = 1, blockSize: Int = 1 << 18, maximumLineLength: Int = 400,
        schema: EventSchema = EventSchema(), csv: CSVFormat = CSVFormat(), each: [String]? = nil,
        progress: (@Sendable (Int64) -> Void)? = nil
    ) throws(LogError) -> FormatReading {
        let start: Int64 = 1_795_132_800_000_000  // 2026-11-20T00:00:00Z
        let day = LogDay(range: start..<start + 86_400_000_000, localTime: .utc)
        var reader = LogReader(schema: schema, day: day)
        reader.blockSize = blockSize
        reader.maximumLineLength = maximumLineLength
        reader.progress = progress
        reader.csv = csv
        reader.each = each
        let sinks = (0..<workers).map { _ in Collector() }
        let tally = try reader.read(files, into: sinks)
        func reasons(_ entries: [LogTally.Entry]) -> [Reason] {
            entries.map { entry in
                Reason(
                    name: entry.name, count: entry.count,
                    samples: entry.samples.map { sample in
                        "\(files.firstIndex { $0.name == sample.file } ?? -1):\(sample.line)"
                    })
            }
        }
        return FormatReading(
            events: sinks.flatMap { $0.events.withLock { $0 } }.sorted(), lines: tally.lines, bytes: tally.bytes,
            types: tally.events.filter { $0.value > 0 }, rejected: reasons(tally.rejected),
            ignored: reasons(tally.ignored))
    }

    var rejectedLines: Int64 { rejected.reduce(0) { $0 + $1.count } }

    private final class Collector: EventSink {
        let events = Mutex<[String]>([])

        func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
            self.events.withLock { texts in
                for event in events {
                    let fields = [
                        event.visitor, event.platform, event.slot, event.variant, event.segment, event.order,
                        event.userAgent, event.address,
                    ]
                    let rest = fields.map { $0.isEmpty ? "-" : $0.string.debugDescription }.joined(separator: " ")
                    texts.append("\(event.time) \(event.type) \(event.revenue) \(rest)")
                }
            }
        }
    }
}

/// A named pipe that somebody writes to in pieces.
final class SlowPipe: Sendable {
    private let done = DispatchSemaphore(value: 0)

    /// Makes the pipe and begins to write as soon as somebody reads, `sizes` bytes at a time.
    init(_ path: String, bytes: [UInt8], sizes: ClosedRange<Int>, seed: UInt64) {
        precondition(mkfifo(path, 0o600) == 0)
        // A reader that has seen enough closes its end.
        signal(SIGPIPE, SIG_IGN)
        let thread = Thread { [done] in
            var generator = SplitMix64(seed: seed)
            let descriptor = open(path, O_WRONLY)
            var position = 0
            while position < bytes.count {
                let size = min(Int.random(in: sizes, using: &generator), bytes.count - position)
                let written = bytes[position..<position + size].withUnsafeBytes {
                    write(descriptor, $0.baseAddress, $0.count)
                }
                if written <= 0 { break }
                position += written
            }
            close(descriptor)
            done.signal()
        }
        thread.start()
    }

    /// Waits until all is written, or nobody reads any more.
    func wait() { done.wait() }
}
