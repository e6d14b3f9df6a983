import Domain
import TestSupport
import Testing

@testable import EventLog

@Suite("Propensities")
struct PropensityTests {
    private func billionths(_ text: String) -> UInt32? {
        Array(text.utf8).withUnsafeBufferPointer { Propensity.billionths($0) }
    }

    @Test(
        "are above 0 and at most 1, to the nearest billionth",
        arguments: [
            ("1", 1_000_000_000), ("0.5", 500_000_000), ("5e-1", 500_000_000), ("1.000", 1_000_000_000),
            ("0.0000000005", 1), ("0.0000000014", 1), ("0.0000000015", 2), ("0.33333333349999999999999", 333_333_333),
            ("0.3333333335", 333_333_334), ("0.99999999949", 999_999_999), ("0.9999999996", 1_000_000_000),
            // So little that nothing is left of it: still more than none.
            ("0.0000000001", 1), ("1e-30", 1), ("1e-400", 1), ("0.00000000000000000000000000001", 1),
        ] as [(String, UInt32)])
    func valid(text: String, expected: UInt32) {
        #expect(billionths(text) == expected)
    }

    @Test(
        "are nothing else",
        arguments: [
            "0", "0.0", "-0", "-0.5", "-1e-30", "1.0000000001", "1.00000000000000000000000000001", "2", "1e30", "1e400",
            "NaN",
            "nan", "inf", "x", "0.5x", " 0.5", "0,5", "50%", ".5", "1.", "",
        ])
    func invalid(text: String) {
        #expect(billionths(text) == nil)
    }

    /// In JSON and in CSV: what is no propensity is taken as not stated and counted, whatever the type of the event.
    @Test("are read in either format, and counted where they are none")
    func formats() throws {
        let scratch = try ScratchDirectory()
        let day = LogDay(range: 1_795_132_800_000_000..<1_795_219_200_000_000, localTime: .utc)
        let good = #""ts":1795132800,"type":"view","visitor":"v","platform":"web","slot":"hero","variant":"a""#
        let values: [(json: String, csv: String, expected: UInt32)] = [
            ("0.25", "0.25", 250_000_000), ("\"0.25\"", "\"0.25\"", 250_000_000), ("null", "", 0), ("\"\"", "\"\"", 0),
            ("0", "0", 0), ("-1", "-1", 0), ("1.1", "1.1", 0), ("\"x\"", "x", 0), ("1", "1", 1_000_000_000),
        ]
        var json = values.map { "{\(good),\"propensity\":\($0.json)}" }
        json += ["{\(good)}", "{\(good),\"propensity\":true}", "{\(good),\"propensity\":{}}"]
        // Rejected, or of another day: no propensity is looked for.
        json += ["{\(good),\"propensity\":7,\"ip\":true}", "{\(good),\"propensity\":7,\"ts\":1}"]
        let csv =
            ["ts,type,visitor,platform,slot,variant,propensity"]
            + values.map { "1795132800,view,v,web,hero,a,\($0.csv)" } + ["1,view,v,web,hero,a,7"]
        for (name, lines, invalid) in [("log.jsonl", json, 6), ("log.csv", csv, 4)] {
            let path = try scratch.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: name)
            let sink = Keeper()
            let tally = try LogReader(schema: EventSchema(), day: day).read([.path(path)], into: [sink])
            #expect(tally.invalidPropensities == Int64(invalid), "\(name)")
            #expect(sink.propensities.prefix(values.count) == values.map(\.expected)[...], "\(name)")
            #expect(sink.propensities.dropFirst(values.count).allSatisfy { $0 == 0 })
        }
    }

    @Test("may come from any source")
    func sources() throws {
        let scratch = try ScratchDirectory()
        let day = LogDay(range: 0..<86_400_000_000, localTime: .utc)
        let line = #"{"ts":1,"type":"view","visitor":"v","platform":"w","slot":"s","variant":"a","p":"","share":0.125}"#
        let path = try scratch.write(Array((line + "\n" + line).utf8), to: "log.jsonl")
        let sink = Keeper()
        let schema = EventSchema(fields: [.propensity: .keys(["p", "share"])])
        _ = try LogReader(schema: schema, day: day).read([.path(path)], into: [sink])
        #expect(sink.propensities == [125_000_000, 125_000_000])
    }
}

/// Keeps the propensities it is given; read by one worker.
private final class Keeper: EventSink, @unchecked Sendable {
    private(set) var propensities: [UInt32] = []

    func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
        propensities += events.map(\.propensity)
    }
}
