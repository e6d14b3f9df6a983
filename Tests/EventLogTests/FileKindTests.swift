import EventLog
import Foundation
import TestSupport
import Testing

/// Files that are no logs of the kinds that are read, as people have them: named as what they are.
@Suite struct FileKindTests {
    private static let line = "{\"ts\":\"2026-11-20T10:00:00Z\",\"type\":\"purchase\",\"visitor\":\"v\"}\n"
    private let scratch: TestSupport.ScratchDirectory

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    private func kind(_ bytes: [UInt8], _ name: String = "log.jsonl") throws -> FileKind? {
        try scratch.write(Data(bytes), to: name)
        do throws(LogError) {
            _ = try FormatReading.of([.path("\(scratch.path)/\(name)")], maximumLineLength: 1 << 20)
            return nil
        } catch {
            guard case .otherKind(let kind) = error.problem else { throw error }
            #expect(
                error.isOfFormat && error.description.contains(kind.rawValue) && error.description.contains(kind.remedy)
            )
            return kind
        }
    }

    private static func tar() -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        header.replaceSubrange(0..<7, with: Array("a.jsonl".utf8))
        header.replaceSubrange(257..<262, with: Array("ustar".utf8))
        return header + Array(line.utf8) + [UInt8](repeating: 0, count: 1024)
    }

    struct Beginning: Sendable {
        var bytes: [UInt8]
        var kind: FileKind

        init(_ bytes: [UInt8], _ kind: FileKind) {
            (self.bytes, self.kind) = (bytes, kind)
        }

        init(_ text: String, _ more: [UInt8], _ kind: FileKind) {
            self.init(Array(text.utf8) + more, kind)
        }

        init(_ text: String, _ kind: FileKind) {
            self.init(Array(text.utf8), kind)
        }
    }

    static let beginnings = [
        Beginning([0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0], .zip), Beginning("BZh91AY&SY", .bzip2),
        Beginning([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4], .xz), Beginning("PAR1", [0x15, 4, 0x15], .parquet),
        Beginning("Obj", [1, 4], .avro), Beginning("ORC", [3, 0, 0], .orc),
        Beginning([4, 0x22, 0x4D, 0x18, 0x64], .lz4),
        Beginning([0x1F, 0x9D, 0x90], .compress), Beginning([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0], .sevenZip),
        Beginning("SQLite format 3", [0, 16], .sqlite), Beginning("ARROW1", [0, 0], .arrow),
        Beginning([0x37, 0xA4, 0x30, 0xEC, 1, 2], .zstandardDictionary), Beginning("%PDF-1.7", .pdf),
        Beginning("\n<!DOCTYPE html><html>", .markup), Beginning("<?xml version='1.0'?><Error>", .markup),
    ]

    @Test(arguments: beginnings)
    func isNamed(beginning: Beginning) throws {
        for name in ["log.jsonl", "log.csv", "log"] { #expect(try kind(beginning.bytes, name) == beginning.kind) }
    }

    @Test func archivesWithinAreNamed() throws {
        var random = SplitMix64(seed: 1)
        #expect(try kind(Self.tar()) == .tar)
        for packing in [Packing.gzip, .zstandard] {
            #expect(try kind(packing.pack(Self.tar(), using: &random)) == .tar)
            for within in [Packing.gzip, .zstandard] {
                let once = within.pack(Array(Self.line.utf8), using: &random)
                #expect(try kind(packing.pack(once, using: &random)) == .compressedTwice)
            }
            #expect(try kind(packing.pack(Array("PAR1".utf8) + [0x15, 0], using: &random)) == .parquet)
        }
    }

    @Test func wideTextIsNamed() throws {
        func wide(_ order: [Int], _ text: String) -> [UInt8] {
            text.unicodeScalars.flatMap { scalar in order.map { UInt8(scalar.value >> ($0 * 8) & 0xFF) } }
        }
        for text in [Self.line, "ts,type,visitor\n1,view,v\n"] {
            for marked in [false, true] {
                let text = (marked ? "\u{FEFF}" : "") + text
                #expect(try kind(wide([0, 1], text)) == .utf16 && kind(wide([1, 0], text)) == .utf16)
                #expect(try kind(wide([0, 1, 2, 3], text)) == .utf32 && kind(wide([3, 2, 1, 0], text)) == .utf32)
            }
        }
    }

    /// A frame of libzstd that says it needs dictionary 7 (RFC 8878, section 3.1.1.1): one raw block, the last.
    @Test func aFrameThatNeedsADictionaryIsNamed() throws {
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x21, 7, 3, 0x19, 0, 0, 0x61, 0x62, 0x0A]
        #expect(try kind(frame) == .frameWithDictionary)
        #expect(try kind([0x28, 0xB5, 0x2F, 0xFD, 0x20, 3, 0x19, 0, 0, 0x61, 0x62, 0x0A]) == nil)
    }

    @Test(arguments: [
        "PAR1,ts\n", "ORC\n", "ORCID,type\n", "BZ\n", "Obj\n", "<134>1 2026-11-20 host\n", "PK\n", "%PD\n", "\n", "",
    ])
    func textIsNone(text: String) throws {
        #expect(try kind(Array(text.utf8)) == nil)
    }

    @Test func pipesAndDevicesInPlaceOfFilesAreRefusedAtOnce() throws {
        let pipe = "\(scratch.path)/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: LogError(file: pipe, problem: .notAFile("a pipe"))) { try FormatReading.of([.path(pipe)]) }
        let device = "\(scratch.path)/device"
        try FileManager.default.createSymbolicLink(atPath: device, withDestinationPath: "/dev/zero")
        #expect(throws: LogError(file: device, problem: .notAFile("a device"))) {
            try FormatReading.of([.path(device)])
        }
        #expect(throws: LogError.self) { try FormatReading.of([.path(scratch.path)]) }
    }

    @Test func linesThatEndInReturnsAloneAreRead() throws {
        var random = SplitMix64(seed: 2)
        let csv = "ts,type,visitor\r1795168800,purchase,a\r1795168801,purchase,b"
        let json = Self.line.replacing("\n", with: "\r") + Self.line.replacing("\n", with: "\r")
        for (text, name) in [(csv, "log.csv"), (csv + "\r", "log"), (json, "log.jsonl")] {
            for packing in Packing.allCases {
                try scratch.write(Data(packing.pack(Array(text.utf8), using: &random)), to: name)
                for blockSize in [1, 7, 1 << 17] {
                    let reading = try FormatReading.of([.path("\(scratch.path)/\(name)")], blockSize: blockSize)
                    #expect(reading.events.count == 2 && reading.rejected.isEmpty, "\(name), \(packing), \(blockSize)")
                }
            }
        }
        // Returns at the ends of lines that have line feeds too, and within lines, are what they were.
        try scratch.write(json.replacing("}\r", with: "\r}\r\n"), to: "log.jsonl")
        #expect(try FormatReading.of([.path("\(scratch.path)/log.jsonl")]).events.count == 2)
    }
}
