import Configuration
package import Domain
import EventLog
import State

// Whether what the configuration names occurs in the log.
extension NightlyRun {
    /// Warns of every source that the configuration names and no line of the day has, with what it may have been meant to be.
    func warnOfAbsentSources(
        _ tally: LogTally, of date: CalendarDate, in outcome: inout NightOutcome
    ) throws(RunFailure) {
        guard tally.events.values.contains(where: { $0 > 0 }) || tally.ignoredLines(.nobody) > 0 else { return }
        let absent = tally.sources.filter { $0.isMapped && $0.lines == 0 }
        guard !absent.isEmpty else { return }
        // Whoever adds parts may not have the logs.
        let keys = options.parts == nil ? try keysOfLogs(of: date) : tally.keys
        for source in absent {
            warn(
                .sourceAbsent(
                    date, field: source.field.rawValue, source: source.source,
                    suggestion: SourceSuggestion.key(for: source.source, of: source.field, among: keys)),
                in: &outcome)
        }
    }

    /// The keys or columns that the first lines of a day's first files have, as ``LogTally/keys`` of parts.
    package func keysOfLogs(of date: CalendarDate) throws(RunFailure) -> [String] {
        let events = configuration.events
        return try logFiles(of: date).prefix(KeySurvey.mostFiles).flatMap {
            KeySurvey.keys(of: $0, schema: events.schema, csv: events.csv, each: events.each)
        }
    }
}

/// What a source that does not occur may have been meant to be.
enum SourceSuggestion {
    /// Names under which logs often have a field.
    private static let usualNames: [EventField: [String]] = [
        .time: ["ts", "timestamp", "time", "date", "event_time", "created_at"],
        .type: ["type", "event", "event_name", "event_type", "name", "action"],
        .visitor: ["visitor", "visitor_id", "user_id", "distinct_id", "anonymous_id", "client_id", "customer", "uid"],
        .segment: ["segment", "city", "country", "region"],
        .revenue: ["revenue", "amount", "value", "price", "total"],
        .order: ["order", "order_id", "transaction_id"],
        .userAgent: ["user_agent", "ua", "user_agent_original", "http_user_agent", "raw_user_agent"],
        .address: ["ip", "ip_address", "remote_addr", "client_ip", "address"],
        .event: ["event_id", "message_id", "insert_id", "uuid"],
    ]

    /// The key most like a source: the same but for case and punctuation, at the same place or another; then one that is nearly written
    /// so; then one by which the field often goes.
    static func key(for source: String, of field: EventField, among keys: [String]) -> String? {
        func bare(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        func last(_ text: String) -> String { text.split(separator: ".").last.map(String.init) ?? text }
        let keys = keys.filter { $0 != source }
        if let same = keys.first(where: { bare($0) == bare(source) }) { return same }
        if let moved = keys.first(where: { bare(last($0)) == bare(last(source)) }) { return moved }
        if let near = nearest(source, among: keys) { return near }
        if let near = nearest(last(source), among: keys.map(last)), let key = keys.first(where: { last($0) == near }) {
            return key
        }
        let usual = (usualNames[field] ?? []).map(bare)
        return keys.first { usual.contains(bare($0)) } ?? keys.first { usual.contains(bare(last($0))) }
    }
}
