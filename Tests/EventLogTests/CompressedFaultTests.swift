import EventLog
import Foundation
import TestSupport
import Testing
import CLibrary

/// Archives that are not whole: an error, never a crash, never half a log taken for a whole one.
struct CompressedFaultTests {
    private let scratch: TestSupport.ScratchDirectory
    private static let lines = (0..<3).flatMap { index in
        Array("{\"ts\":\"2026-11-20T10:00:00Z\",\"type\":\"purchase\",\"visitor\":\"v\(index)\"}\n".utf8)
    }

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    private func read(_ bytes: [UInt8], name: String, workers: Int = 1) throws(LogError) -> FormatReading {
        let path = "\(scratch.path)/\(name)"
        overwrite(path, with: bytes)
        return try FormatReading.of([.path(path)], workers: workers, blockSize: 64)
    }

    /// Writes a file in place: thousands of new files, or files cut to nothing first, would wait for the disk.
    private func overwrite(_ path: String, with bytes: [UInt8]) {
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        #expect(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
        #expect(ftruncate(descriptor, off_t(bytes.count)) == 0)
        close(descriptor)
    }

    private func problem(_ bytes: [UInt8], name: String, workers: Int = 1) -> LogError.Problem? {
        do throws(LogError) {
            _ = try read(bytes, name: name, workers: workers)
            return nil
        } catch {
            #expect(error.file == "\(scratch.path)/\(name)")
            return error.problem
        }
    }

    @Test(arguments: ["gz", "zst"], [1, 2])
    func everyCutIsFoundButAtBorders(_ suffix: String, _ workers: Int) {
        let pack: ([UInt8]) -> [UInt8] = suffix == "gz" ? { Archive.gzip($0) } : { Archive.zstandard($0) }
        let first = pack(CompressedFaultTests.lines)
        let whole = first + pack(CompressedFaultTests.lines)
        for count in 0..<whole.count where count != first.count {
            let problem = problem(Array(whole[..<count]), name: "events.jsonl.\(suffix)", workers: workers)
            guard case .truncated(let compression, let offset) = problem else {
                Issue.record("cut at \(count): \(String(describing: problem))")
                continue
            }
            #expect(compression == (suffix == "gz" ? .gzip : .zstandard))
            #expect(offset == Int64(count))
        }
        #expect(problem(first, name: "events.jsonl.\(suffix)") == nil)
    }

    /// A pipe has no name: what is too short to be an archive is then no line of a log either.
    @Test(arguments: ["gz", "zst"])
    func everyCutOfAPipeIsFoundOrRejected(_ suffix: String) throws {
        let whole =
            suffix == "gz" ? Archive.gzip(CompressedFaultTests.lines) : Archive.zstandard(CompressedFaultTests.lines)
        for count in 1..<whole.count {
            do throws(LogError) {
                let reading = try read(Array(whole[..<count]), name: "events")
                #expect(count == 1 && reading.rejectedLines == 1)
            } catch {
                guard case .truncated = error.problem else {
                    Issue.record("cut at \(count): \(error)")
                    continue
                }
            }
        }
    }

    @Test(arguments: ["gz", "gz with names", "zst", "zst without checksum"])
    func everyFlippedBitIsFoundOrHarmless(_ kind: String) {
        let lines = CompressedFaultTests.lines
        let archive =
            switch kind {
            case "gz": Archive.gzip(lines)
            case "gz with names": Archive.gzipWithNames(lines)
            case "zst": Archive.zstandard(lines)
            default: Archive.zstandard(lines, checksum: false)
            }
        let intact = try? read(archive, name: "events.jsonl")
        #expect(intact?.events.count == 3)
        var harmless = 0
        for bit in 0..<archive.count * 8 {
            var flipped = archive
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            // An error is what one hopes for.
            guard let reading = try? read(flipped, name: "events.jsonl") else { continue }
            if reading == intact {
                harmless += 1
            } else if kind != "zst without checksum" {
                // Without its magic number it is a log that begins with garbage.
                #expect(bit < 32 && reading.rejectedLines > 0, "bit \(bit)")
            }
        }
        // Bits that no checksum covers: time, system and some flags in a gzip header that has none of its own, one unused in
        // Zstandard's and its window; and those that fill the last byte of compressed data.
        #expect(harmless < 8 * 8)
    }

    @Test func whatFollowsAnArchiveIsAnError() {
        let lines = CompressedFaultTests.lines
        let gzip = Archive.gzip(lines)
        let zstandard = Archive.zstandard(lines)
        let end = Int64(gzip.count)
        #expect(problem(gzip + [0x41], name: "a.gz") == .trailingBytes(.gzip, offset: end))
        #expect(problem(gzip + lines, name: "a.gz") == .trailingBytes(.gzip, offset: end))
        #expect(problem(gzip + [0, 0, 7], name: "a.gz") == .trailingBytes(.gzip, offset: end + 2))
        #expect(problem(gzip + [0, 0] + gzip, name: "a.gz") == .trailingBytes(.gzip, offset: end + 2))
        #expect(problem(gzip + zstandard, name: "a.gz") == .trailingBytes(.gzip, offset: end))
        #expect(problem(gzip + Array(repeating: 0, count: 300_000), name: "a.gz") == nil)
        let frameEnd = Int64(zstandard.count)
        for tail in [[0x41], [0, 0, 0, 0, 0], lines, gzip] {
            #expect(problem(zstandard + tail, name: "a.zst") == .trailingBytes(.zstandard, offset: frameEnd))
        }
        #expect(problem(zstandard + Archive.skippable([1]), name: "a.zst") == nil)
    }

    @Test(arguments: ["events.csv.gz", "events.jsonl.zst", "log.zst", "LOG.GZ"])
    func anEmptyArchiveIsOneCutShort(_ name: String) {
        let compression: Compression = name.lowercased().hasSuffix(".gz") ? .gzip : .zstandard
        #expect(problem([], name: name) == .truncated(compression, offset: 0))
    }

    @Test func archivesOfNothingAreEmptyLogs() throws {
        for archive in [Archive.gzip([]), Archive.zstandard([]), Archive.skippable([1, 2])] {
            for name in ["a.csv", "a.jsonl", "a"] {
                let reading = try read(archive, name: name)
                #expect(reading.lines == 0)
                #expect(reading.bytes == 0)
            }
        }
    }

    @Test func aWindowBeyondTheLimitIsRefused() {
        let allowed = Archive.zstandard(CompressedFaultTests.lines, windowLog: 27)
        #expect(problem(allowed, name: "a.zst") == nil)
        let refused = Archive.zstandard(CompressedFaultTests.lines, windowLog: 28)
        #expect(problem(refused, name: "a.zst") == .windowTooLarge(.zstandard, offset: 0))
    }

    @Test func messagesNameTheFileThePlaceAndWhatToDo() {
        func text(_ problem: LogError.Problem) -> String { LogError(file: "a.gz", problem: problem).description }
        #expect(text(.truncated(.gzip, offset: 7)).hasPrefix("a.gz: the gzip archive ends early, at byte 7; wait"))
        #expect(text(.corrupt(.zstandard, offset: 7, detail: "x")).contains("near byte 7 (x); fetch it again"))
        #expect(text(.trailingBytes(.gzip, offset: 9)).contains("byte 9"))
        #expect(text(.windowTooLarge(.zstandard, offset: 0)).contains("--long=27"))
        let header = LogError.HeaderFault.missingColumn(["customer", "visitor"], header: ["ts", "type"])
        #expect(
            text(.header(header, line: 1)).hasPrefix("a.gz:1: no column 'customer' or 'visitor' among ts,type; add"))
    }

    @Test func oneBadArchiveStopsTheRunWithAllWorkers() throws {
        var files: [LogFile] = []
        for index in 0..<6 {
            let bytes = Archive.gzip(CompressedFaultTests.lines)
            let path = "\(scratch.path)/\(index).gz"
            try Data(index == 3 ? Array(bytes.dropLast()) : bytes).write(to: URL(fileURLWithPath: path))
            files.append(.path(path))
        }
        for workers in 1...4 {
            #expect(throws: LogError.self) { try FormatReading.of(files, workers: workers, blockSize: 16) }
        }
    }
}
