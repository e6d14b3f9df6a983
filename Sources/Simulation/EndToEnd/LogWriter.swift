import Allocation
import CISAL
import CZstandard
import EventLog
import Numerics
import State

/// Writes the log of a day, some events at a time: its text is never whole in memory.
struct LogWriter {
    /// Events whose lines are made, damaged and compressed at once.
    private static let part = 65_536

    let world: World
    let compression: LogCompression

    /// Writes the log of a day into a directory, which is created; returns the number of lines.
    func write(_ simulated: SimulatedDay, _ day: Int, in directory: String) throws -> Int {
        try FileSystem.createDirectory(directory)
        let file = try FileWriter("\(directory)/events.jsonl\(compression.suffix)")
        var text = EventText(world)
        var lines = 0
        var damage = Streams(seed: world.seed).generator(.tearing, number: day)
        for first in stride(from: 0, to: simulated.count, by: LogWriter.part) {
            for place in first..<min(first + LogWriter.part, simulated.count) {
                let event = simulated[place]
                if let missing = world.missingFeeds[day], missing == event.kind.feed { continue }
                text.write(event)
                lines += 1
            }
            var bytes = text.take()
            if let share = world.brokenLines[day] { bytes = TornLines.tear(bytes, share: share, using: &damage) }
            try file.append(try compression.pack(bytes))
        }
        // A day on which nobody came has a log all the same.
        if simulated.count == 0 { try file.append(try compression.pack([])) }
        try file.synchronize()
        return lines
    }
}

/// What a producer that breaks in mid-write leaves of a log.
enum TornLines {
    /// Tears lines in two, so that the end is lost, or overwrites a byte with one that is in no UTF-8 text.
    ///
    /// No damaged line is a JSON object in UTF-8 any more, so every one of them is rejected.
    /// - Parameter share: of the lines, 0…1, each by itself.
    static func tear(_ text: [UInt8], share: Double, using generator: inout CounterGenerator) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if !generator.chance(share) {
                result.append(contentsOf: line)
            } else if generator.chance(0.5) {
                result.append(contentsOf: line.prefix(generator.within(1...line.count - 1)))
            } else {
                var mangled = Array(line)
                mangled[generator.within(0...mangled.count - 1)] = 0xFF
                result.append(contentsOf: mangled)
            }
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }
}

/// How simulated logs are compressed.
package enum LogCompression: String, CaseIterable, Sendable {
    case none
    case gzip
    case zstandard = "zstd"

    /// What follows `events.jsonl`.
    var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstandard: ".zst"
        }
    }

    /// A file with this content, or a part of one: files of each kind may stand one after the other.
    func pack(_ content: [UInt8]) throws(LogArchiveError) -> [UInt8] {
        switch self {
        case .none: content
        case .gzip: try gzip(content)
        case .zstandard: try zstandard(content)
        }
    }

    /// One gzip member (RFC 1952) for each gigabyte.
    private func gzip(_ content: [UInt8]) throws(LogArchiveError) -> [UInt8] {
        var archive: [UInt8] = []
        var rest = content[...]
        repeat {
            // ISA-L counts in 32 bits.
            let part = rest.prefix(1 << 30)
            rest = rest.dropFirst(part.count)
            var input = Array(part)
            var output = [UInt8](repeating: 0, count: input.count + input.count / 8 + 512)
            var code = COMP_OK
            let written = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    withUnsafeTemporaryAllocation(of: isal_zstream.self, capacity: 1) { streams in
                        guard let stream = streams.baseAddress else { return 0 }
                        isal_deflate_stateless_init(stream)
                        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
                        stream.pointee.end_of_stream = 1
                        stream.pointee.next_in = input.baseAddress
                        stream.pointee.avail_in = UInt32(input.count)
                        stream.pointee.next_out = output.baseAddress
                        stream.pointee.avail_out = UInt32(output.count)
                        code = isal_deflate_stateless(stream)
                        return Int(stream.pointee.total_out)
                    }
                }
            }
            guard code == COMP_OK else { throw LogArchiveError(detail: "ISA-L, code \(code)") }
            archive += output[..<written]
        } while !rest.isEmpty
        return archive
    }

    /// One Zstandard frame (RFC 8878).
    private func zstandard(_ content: [UInt8]) throws(LogArchiveError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        let written = output.withUnsafeMutableBytes { output in
            content.withUnsafeBytes { content in
                ZSTD_compress(output.baseAddress, output.count, content.baseAddress, content.count, 3)
            }
        }
        guard ZSTD_isError(written) == 0 else {
            throw LogArchiveError(detail: String(cString: ZSTD_getErrorName(written)))
        }
        return Array(output[..<written])
    }
}

/// A log that could not be compressed.
struct LogArchiveError: Error, CustomStringConvertible {
    var detail: String

    var description: String { "a log cannot be compressed (\(detail)); try --compression none" }
}
