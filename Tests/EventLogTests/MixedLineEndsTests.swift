import Foundation
import TestSupport
import Testing

@testable import EventLog

/// Line feeds, carriage returns and both in one file: writers of several kinds appended to it.
@Suite struct MixedLineEndsTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    /// A log whose lines end in any way, and the same with line feeds alone. The first line ends in a line feed, as where a
    /// log of carriage returns alone was appended to.
    private func texts(
        _ header: String?, bad: [String], seed: UInt64, _ line: (Int, inout SplitMix64) -> String
    ) -> (mixed: String, plain: String) {
        var random = SplitMix64(seed: seed)
        var (mixed, plain) = (header.map { $0 + "\n" } ?? "", header.map { $0 + "\n" } ?? "")
        for number in 0..<120 {
            // A bad line now and then, never two together.
            let text =
                number % 7 == 5
                ? bad.randomElement(using: &random) ?? "" : line(number, &random)
            let end = number == 0 ? "\n" : ["\n", "\r\n", "\r", "\r"].randomElement(using: &random) ?? "\n"
            mixed += text + end
            plain += text + "\n"
        }
        return (mixed, plain)
    }

    @Test(arguments: UInt64(1)...6)
    func everyLineOfJSONCounts(seed: UInt64) throws {
        let (mixed, plain) = texts(nil, bad: ["x", "bad, bad", "{\"a\":1"], seed: seed) { number, random in
            let blank = ["", " ", "\t"].randomElement(using: &random) ?? ""
            let note = ["\"b\":[1,{}],", "\"b\":\"}{\",", "", "\"\\u0062\":1,"].randomElement(using: &random) ?? ""
            return
                "\(blank){\(note)\"ts\":\(1_795_168_800 + number),\"type\":\"purchase\",\"visitor\":\"v\(number)\"}\(blank)"
        }
        try compare(mixed, plain, "log.jsonl", seed)
    }

    @Test(arguments: UInt64(1)...6, [",", ";"])
    func everyRecordCounts(seed: UInt64, separator: String) throws {
        let (mixed, plain) = texts(
            "ts,type,visitor,note".replacing(",", with: separator), bad: ["x\(separator)y", "{a\(separator)"],
            seed: seed
        ) {
            number, random in
            let note =
                ["n", "", "\"a \(separator) b\"", "\"a \"\"b\"\"\"", "\"a\rb\""].randomElement(using: &random) ?? ""
            return "\(1_795_168_800 + number),purchase,v\(number),\(note)".replacing(",", with: separator)
        }
        try compare(mixed, plain, "log.csv", seed)
    }

    private func compare(_ mixed: String, _ plain: String, _ name: String, _ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        try scratch.write(plain, to: "plain-\(name)")
        let expected = try FormatReading.of([.path("\(scratch.path)/plain-\(name)")], maximumLineLength: 1 << 20)
        #expect(expected.events.count == 103 && expected.lines == 120)
        for packing in Packing.allCases {
            try scratch.write(Data(packing.pack(Array(mixed.utf8), using: &random)), to: name)
            for (blockSize, workers) in [(1, 1), (300, 2), (1 << 17, 2)] {
                var reading = try FormatReading.of(
                    [.path("\(scratch.path)/\(name)")], workers: workers, blockSize: blockSize,
                    maximumLineLength: 1 << 20)
                #expect(reading.bytes == mixed.utf8.count)
                reading.bytes = expected.bytes
                let isSame = reading == expected
                #expect(
                    isSame,
                    "\(name), \(packing), blocks of \(blockSize): \(reading.events.count) of \(reading.lines), \(reading.rejected)"
                )
            }
        }
    }

    /// Lines longer than any may be are not held in memory: what would be lost as one of them is refused.
    @Test func linesThatWouldBeLostAsOneAreRefused() throws {
        let json = (0..<400).map { "{\"ts\":\(1_795_168_800 + $0),\"type\":\"purchase\",\"visitor\":\"v\($0)\"}" }
        let csv = ["ts,type,visitor"] + (0..<400).map { "\(1_795_168_800 + $0),purchase,v\($0)" }
        var random = SplitMix64(seed: 1)
        for (lines, name) in [(json, "log.jsonl"), (csv, "log.csv")] {
            let head = lines[..<4].joined(separator: "\n") + "\n"
            let text = head + lines[4...].joined(separator: "\r") + "\n"
            for packing in Packing.allCases {
                try scratch.write(Data(packing.pack(Array(text.utf8), using: &random)), to: name)
                let error = #expect(throws: LogError.self) {
                    try FormatReading.of([.path("\(scratch.path)/\(name)")], blockSize: 64)
                }
                let offset = head.utf8.count + lines[4].utf8.count
                #expect(error?.problem == .carriageReturns(offset: Int64(offset)), "\(name), \(packing)")
                #expect(error?.isOfFormat == true)
                #expect(
                    try FormatReading.of([.path("\(scratch.path)/\(name)")], maximumLineLength: 1 << 20).rejected
                        .isEmpty)
            }
        }
    }

    @Test(arguments: ["", " ", ",", " , "])
    func severalObjectsInALineAreRejectedByName(between: String) throws {
        let line = #"{"ts":1795168800,"type":"purchase","visitor":"v"}"#
        try scratch.write(
            "\(line)\n\(line)\(between)\(line)\(between){\n\(line)\n\(line)\(between)[]\n", to: "log.jsonl")
        let reading = try FormatReading.of([.path("\(scratch.path)/log.jsonl")])
        #expect(reading.events.count == 2 && reading.lines == 4)
        #expect(
            reading.rejected == [
                FormatReading.Reason(name: "not JSON", count: 1, samples: ["0:4"]),
                FormatReading.Reason(name: "several objects in a line", count: 1, samples: ["0:2"]),
            ])
    }
}
