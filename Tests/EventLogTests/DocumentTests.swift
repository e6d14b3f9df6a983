import EventLog
import Foundation
import TestSupport
import Testing

/// JSON whose events do not stand each in a line, against the same events in lines.
@Suite struct DocumentTests {
    private let scratch: TestSupport.ScratchDirectory

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    private func read(
        _ text: String, each: [String]? = nil, blockSize: Int = 1 << 17, _ packing: Packing = .plain
    ) throws -> FormatReading {
        var random = SplitMix64(seed: 3)
        try scratch.write(Data(packing.pack(Array(text.utf8), using: &random)), to: "log.json")
        return try FormatReading.of(
            [.path("\(scratch.path)/log.json")], workers: 2, blockSize: blockSize, maximumLineLength: 1 << 20,
            each: each)
    }

    /// Events with everything in their texts that could be taken for structure.
    private static func events(_ count: Int, using random: inout SplitMix64) -> [[String: Any]] {
        (0..<count).map { index in
            let parts = ["}", "{", "]", "[", "\"", "\\", "\n", ",", ":", "é", "batch", "a"]
            let text = (0..<Int.random(in: 0...5, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            return [
                "ts": 1_795_168_800 + index, "type": "purchase", "visitor": "v\(index)", "order": "o" + text.joined(),
                "page": ["path": [text.joined(), 1, NSNull()] as [Any]],
            ]
        }
    }

    private static func json(_ value: Any, pretty: Bool) throws -> String {
        let options: JSONSerialization.WritingOptions = pretty ? [.prettyPrinted, .sortedKeys] : [.sortedKeys]
        return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
    }

    @Test(arguments: UInt64(1)...20)
    func listsAndPrettyObjectsAreReadAsLines(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let events = Self.events(Int.random(in: 1...60, using: &random), using: &random)
        let expected = try read(try events.map { try Self.json($0, pretty: false) }.joined(separator: "\n"))
        #expect(expected.events.count == events.count)
        let pretty = try events.map { try Self.json($0, pretty: true) }
        let forms = [
            try Self.json(events, pretty: false), try Self.json(events, pretty: true), pretty.joined(separator: "\n"),
            "\u{FEFF} \n" + pretty.joined(separator: "\r\n\r\n"), "[" + pretty.joined(separator: "\n,") + "]\n",
            try Self.json([Array(events[..<1]), Array(events[1...])], pretty: Bool.random(using: &random)),
        ]
        for (index, form) in forms.enumerated() {
            let size = [1, 30, 1000, 1 << 17].randomElement(using: &random) ?? 1
            let packing = Packing.allCases.randomElement(using: &random) ?? .plain
            let reading = try read(form, blockSize: size, packing)
            #expect(reading.events == expected.events && reading.rejected.isEmpty, "form \(index), blocks of \(size)")
        }
    }

    @Test(arguments: UInt64(1)...12)
    func batchesAreReadAsTheirEvents(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let events = Self.events(Int.random(in: 1...60, using: &random), using: &random)
        let expected = try read(try events.map { try Self.json($0, pretty: false) }.joined(separator: "\n"))
        let isDeep = Bool.random(using: &random)
        // A list of such objects on the way, one of which has no events.
        let isListed = Bool.random(using: &random)
        var batches: [Any] = []
        var rest = events[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...7, using: &random)
            let list = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            // Lists of the same name elsewhere, and what follows the list, are none.
            let around: [String: Any] = ["aa": ["batch": [["ts": 1]]], "sentAt": "}[", "zz": [1, true]]
            let inner = around.merging(["batch": list]) { $1 }
            let data: Any = isListed ? [["batch": [Any]()], inner, ["other": 1]] as [Any] : inner
            batches.append(isDeep ? ["data": data, "batch": [["ts": 2]]] as [String: Any] : inner)
        }
        let each = isDeep ? ["data", "batch"] : ["batch"]
        let forms = [
            try batches.map { try Self.json($0, pretty: false) }.joined(separator: "\n"),
            try batches.map { try Self.json($0, pretty: true) }.joined(separator: "\n"),
            try Self.json(batches, pretty: true),
        ]
        for form in forms {
            for size in [1, 500, 1 << 17] {
                let reading = try read(form, each: each, blockSize: size)
                #expect(reading.events == expected.events && reading.rejected.isEmpty, "blocks of \(size)")
            }
        }
    }

    @Test func samplesHaveTheLinesOfTheFile() throws {
        let good = "{\n  \"ts\": 1795168800,\n  \"type\": \"purchase\",\n  \"visitor\": \"v\"\n}"
        let text = "[\n\(good),\n{\n \"ts\": 1\n},\n\(good), {\"ts\":},\nnonsense\n\(good)]\n"
        let reading = try read(text, blockSize: 1)
        #expect(reading.events.count == 3)
        #expect(reading.rejected.map(\.name) == ["not JSON", "missing type"])
        // The good ones take lines 2 to 6 and 10 to 14.
        #expect(reading.rejected.map(\.samples) == [["0:14", "0:15"], ["0:7"]])
    }

    @Test func whatIsDamagedSpoilsNoOther() throws {
        let good = "{\n\"ts\":1795168800,\"type\":\"purchase\",\n\"visitor\":\"v\"\n}\n"
        for (damaged, least) in [
            ("{\n\"ts\":\"no end,\n\"type\":\"view\"\n}\n", 1), ("{\n{\n{\n", 3), ("}\n", 1), ("{\"a\":[}\n", 1),
            ("\"\n", 1),
            (String(repeating: "{\"a\":\n", count: 100), 100),
        ] {
            let reading = try read(good + damaged + good + damaged + good)
            #expect(reading.events.count == 3, "\(damaged)")
            #expect(reading.rejectedLines >= 2 * least || damaged == "}\n", "\(damaged)")
        }
        // A list that is cut off, between events or within one.
        #expect(try read("[\n" + good).rejectedLines == 1)
        #expect(try read("[\n" + good + ",{\"ts\":1795168800,\n\"vis").rejectedLines >= 1)
        #expect(try read("[\n" + good + "]").rejectedLines == 0)
    }

    /// Of a thousand events in lists and batches of every layout one is damaged, in one of several ways: no other is lost.
    @Test(arguments: [
        ("visitor\":\"v", "\"isitor\":\"v"), ("visitor\":\"v", "visitor\":\"\"v"),
        ("visitor\":\"v", "visitor\":{\"a\":\"v"),
        ("visitor\":\"v", "visitor\":[\"v"), ("\"type\":", "\"type"),
    ])
    func damageInAListSpoilsNoOther(from: String, to: String) throws {
        let event =
            "{\"ts\":1795168800,\"type\":\"purchase\",\"items\":[{\"p\":1},{\"p\":2}],\"visitor\":\"v\"}"
        let damaged = event.replacing(from, with: to)
        for position in [0, 7, 19] {
            var events = Array(repeating: event, count: 20)
            events[position] = damaged
            let lists = ["[\(events.joined(separator: ",\n"))]\n", "[\(events.joined(separator: ", "))]\n"]
            for list in lists {
                // Within a line the one behind it may be taken for a part of it.
                let least = list == lists[0] ? 19 : 18
                #expect(try read(list).events.count >= least, "\(list)")
                #expect(try read("{\"batch\":\(list)}\n", each: ["batch"]).events.count >= least, "\(list)")
            }
            #expect(try read(lists[0]).rejectedLines >= 1)
            // A batch in each line: those behind the damaged one are batches still.
            let batches = events.map { "{\"batch\":[\($0),\(event)]}\n" }.joined()
            #expect(try read(batches, each: ["batch"]).events.count >= 38, "\(damaged) at \(position)")
        }
    }

    /// Elements of a list that are no objects are each rejected by themselves, wherever they stand.
    @Test(arguments: ["null", "5", "-1.5e+3", "true", #""x],{""#, #""\"""#, "[5]", "[]"])
    func plainElementsSpoilNoOther(element: String) throws {
        let event = "{\"ts\":1795168800,\"type\":\"purchase\",\"visitor\":\"v\"}"
        let count = element == "[]" ? 0 : 4
        for separator in [",", " ,\n ", ", "] {
            for position in [0, 1, 10, 20] {
                var elements = Array(repeating: event, count: 20)
                elements.insert(element, at: position)
                elements.append(element)
                let list = "[" + elements.joined(separator: separator) + "]\n"
                let batch = "{\"a\":1,\"batch\":\(list),\"z\":2}\n"
                for reading in [try read(list + list), try read(batch + batch, each: ["batch"])] {
                    #expect(reading.events.count == 40, "\(separator) at \(position)")
                    #expect(reading.rejectedLines == Int64(count), "\(separator) at \(position)")
                }
            }
        }
    }

    @Test("What stands in a list of objects around events and is none has no events, and takes none from others")
    func plainElementsAroundLists() throws {
        let event = "{\"ts\":1795168800,\"type\":\"purchase\",\"visitor\":\"v\"}"
        let text = "{\"groups\":[null,{\"events\":[\(event)]},7,\"]\",[{}],{\"events\":[\(event)]},null]}\n"
        let reading = try read(text + text, each: ["groups", "events"])
        #expect(reading.events.count == 4 && reading.rejected.map(\.name) == ["no list of events"])
        #expect(reading.rejectedLines == 10)
    }

    /// However much of a line is read anew, it is a bounded number of times.
    @Test func aLineOfDamageIsReadInTime() throws {
        let line = String(repeating: "{\"a\":\"\"x},{\"b\":[}, ", count: 30_000)
        #expect(try read("[" + line + "]\n").events.isEmpty)
    }

    @Test func objectsOneAfterAnotherInALine() throws {
        let event = "{\"ts\":1795168800,\"type\":\"purchase\",\"visitor\":\"v}{\"}"
        for separator in ["", " ", ", "] {
            let text = Array(repeating: event, count: 30).joined(separator: separator)
            #expect(try read(text).events.count == 30)
            #expect(try read(text + "\n" + text + "\n").events.count == 60)
        }
        #expect(try read(event + "\n" + event).events.count == 2)
    }

    @Test func anObjectWithoutItsListIsRejectedByName() throws {
        let reading = try read(
            "{\"batch\":[]}\n{\"other\":1}\n{\"batch\":{\"a\":1}}\n{\"batch\":[{\"ts\":1795168800,\"type\":\"purchase\",\"visitor\":\"v\"}]}\n",
            each: ["batch"])
        #expect(reading.events.count == 1)
        #expect(reading.rejected == [.init(name: "no list of events", count: 2, samples: ["0:2", "0:3"])])
    }

    /// The first line of a log may be cut off: what follows are lines all the same, and read as fast as those.
    @Test func aFirstLineThatIsCutOffIsOneBadLine() throws {
        let line = "{\"ts\":1795168800,\"type\":\"purchase\",\"visitor\":\"v\"}\n"
        let reading = try read("{\"ts\":17951688\n" + line + line)
        #expect(reading.events.count == 2 && reading.rejected == [.init(name: "not JSON", count: 1, samples: ["0:1"])])
    }
}
