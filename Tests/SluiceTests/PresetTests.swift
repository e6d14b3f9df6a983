import TestSupport
import Testing

/// Logs of common tools as they ordinarily are: with records of other things between those of the experiment.
@Suite struct PresetTests {
    private static func otlp(_ attributes: [(String, String)], _ others: String) -> String {
        let list = attributes.map { "{\"key\": \"\($0.0)\", \"value\": {\"stringValue\": \"\($0.1)\"}}" }.joined(
            separator: ", ")
        return "{\"resourceLogs\": [{\"scopeLogs\": [{\"logRecords\": [{\(others), \"attributes\": [\(list)]}]}]}]}"
    }

    private static func otlp(_ number: Int) -> [String] {
        let time = "\"timeUnixNano\": \"1795168800000000000\""
        let name = "\"eventName\": \"feature_flag.evaluation\""
        let visitor = ("feature_flag.context.id", "v\(number)")
        let (key, variant) = (
            ("feature_flag.key", "hero"), ("feature_flag.result.variant", number % 2 == 0 ? "a" : "b")
        )
        return [
            // Views: as a record has it, with the key of the banner service, with the name among the attributes, with a time not known.
            otlp([visitor, key, variant], "\(time), \(name)"),
            otlp([visitor, ("feature_flag.key", "web/hero"), variant], "\(time), \(name)"),
            otlp([visitor, key, variant, ("event.name", "feature_flag.evaluation")], time),
            otlp(
                [visitor, key, variant],
                "\"timeUnixNano\": \"0\", \"observedTimeUnixNano\": \"1795168800000000000\", \(name)"),
            // Another log's record, and an evaluation that gave no variant.
            otlp([("http.route", "/")], time), otlp([visitor, key], "\(time), \(name)"),
        ]
    }

    private static func segment(_ number: Int) -> [String] {
        let common = "\"anonymousId\": \"v\(number)\", \"originalTimestamp\": \"2026-11-20T10:00:00Z\""
        let place = "\"slot\": \"hero\", \"variant\": \"\(number % 2 == 0 ? "a" : "b")\""
        return [
            "{\"type\": \"track\", \"event\": \"Promotion Viewed\", \"messageId\": \"m\(number)\", \(common), \"properties\": {\(place)}}",
            "{\"type\": \"page\", \"name\": \"Home\", \"messageId\": \"p\(number)\", \(common), \"properties\": {}}",
            "{\"type\": \"identify\", \"messageId\": \"i\(number)\", \(common), \"traits\": {}}",
        ]
    }

    private static func ga4(_ number: Int) -> [String] {
        func row(_ parameters: [(String, String)]) -> String {
            let list = parameters.map { "{\"key\": \"\($0.0)\", \"value\": {\"string_value\": \"\($0.1)\"}}" }.joined(
                separator: ", ")
            return
                "{\"event_timestamp\": \"1795168800000000\", \"event_name\": \"view_promotion\", \"user_pseudo_id\": \"v\(number)\", "
                + "\"event_params\": [\(list)]}"
        }
        return [row([("slot", "hero"), ("variant", number % 2 == 0 ? "a" : "b")]), row([("promotion_id", "sale")])]
    }

    private static func posthog(_ number: Int) -> [String] {
        func row(_ flag: String, _ response: String) -> String {
            "{\"uuid\": \"\(flag)\(number)\", \"event\": \"$feature_flag_called\", \"distinct_id\": \"v\(number)\", "
                + "\"timestamp\": \"2026-11-20 10:00:00+00:00\", "
                + "\"properties\": {\"$feature_flag\": \"\(flag)\", \"$feature_flag_response\": \(response)}}"
        }
        return [row("hero", number % 2 == 0 ? "\"a\"" : "\"b\""), row("beta", "true"), row("gone", "null")]
    }

    @Test(
        arguments: [
            ("opentelemetry", otlp, 2), ("segment", segment, 2), ("ga4", ga4, 1), ("posthog", posthog, 2),
        ] as [(String, @Sendable (Int) -> [String], Int)])
    func recordsOfOtherThingsAreIgnored(_ preset: String, _ records: @Sendable (Int) -> [String], _ others: Int) throws
    {
        let directory = try ScratchDirectory()
        let config = """
            { pipeline: "p", timezone: "UTC", events: { paths: ["log.jsonl"], preset: "\(preset)" },
              experiments: [{ platform: "web", slot: "hero", variants: ["a", "b"] }] }
            """
        try directory.write(config, to: "c.json5")
        let lines = (0..<40).flatMap(records)
        try directory.write(lines.joined(separator: "\n") + "\n", to: "log.jsonl")
        let words = ["statistics", "--config", "c.json5", "--date", "2026-11-20", "--state", "state"]
        let result = try Binary.sluice(words, in: directory.path)
        #expect(result.status == 0, "\(result.errors)")
        let ignored = "0 rejected, \(40 * others) ignored (other type \(40 * others)); 40 visitors"
        #expect(result.errors.contains(ignored), "\(result.errors)")
        // In a log of one's own such lines are faults.
        let views = preset == "opentelemetry" ? 4 : 1
        let statistics = try directory.text("state/statistics/date=2026-11-20/statistics.csv").split(separator: "\n")
        #expect(statistics.count == 3)
        for row in statistics.dropFirst() { #expect(row.contains(",20,\(20 * views),"), "\(row)") }
    }
}
