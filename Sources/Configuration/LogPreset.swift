package import EventLog

/// The shape in which a common tool writes events: what `events.preset` says in one word. What the configuration says besides goes
/// before it, field by field and word by word.
///
/// Names of slots and variants are properties `slot` and `variant` that a site sends along; where the tool has flags of its own, they
/// are looked at next.
package enum LogPreset: String, CaseIterable, Sendable {
    /// OTLP in JSON as the Collector's file exporter writes it, records of `feature_flag.evaluation` by the semantic conventions
    /// (opentelemetry.io/docs/specs/semconv/feature-flags).
    case opentelemetry
    /// Google Analytics 4's export to BigQuery, rows as JSON (support.google.com/analytics/answer/7029846).
    case ga4
    /// `track` calls of Segment and of RudderStack, with the events of their e-commerce specification.
    case segment
    /// PostHog's events, with the calls of its feature flags.
    case posthog
    /// Snowplow's atomic events.
    case snowplow

    /// Where fields stand.
    package var fields: [EventField: FieldSource] {
        switch self {
        case .opentelemetry:
            func attribute(_ name: String) -> FieldSource { .keys(["attributes[key=\(name)].value.stringValue"]) }
            return [
                .time: .keys(["timeUnixNano", "observedTimeUnixNano"]),
                .type: .keys(["eventName", "attributes[key=event.name].value.stringValue"]),
                .visitor: attribute("feature_flag.context.id"), .platform: .constant("web"),
                .slot: attribute("feature_flag.key"), .variant: attribute("feature_flag.result.variant"),
            ]
        case .ga4:
            func parameter(_ name: String) -> FieldSource { .keys(["event_params[key=\(name)].value.string_value"]) }
            return [
                .time: .keys(["event_timestamp"]), .type: .keys(["event_name"]),
                .visitor: .keys(["user_id", "user_pseudo_id"]), .platform: .constant("web"), .slot: parameter("slot"),
                .variant: parameter("variant"), .segment: .keys(["geo.city"]),
                .revenue: .keys(["ecommerce.purchase_revenue"]), .order: .keys(["ecommerce.transaction_id"]),
            ]
        case .segment:
            return [
                .time: .keys(["originalTimestamp", "timestamp"]), .type: .keys(["event"]),
                .visitor: .keys(["userId", "anonymousId"]), .platform: .constant("web"),
                .slot: .keys(["properties.slot"]), .variant: .keys(["properties.variant"]),
                .revenue: .keys(["properties.revenue", "properties.total"]), .order: .keys(["properties.order_id"]),
                .userAgent: .keys(["context.userAgent"]), .address: .keys(["context.ip"]),
                .event: .keys(["messageId"]),
            ]
        case .posthog:
            return [
                .time: .keys(["timestamp"]), .type: .keys(["event"]), .visitor: .keys(["distinct_id"]),
                .platform: .constant("web"), .slot: .keys(["properties.slot", "properties.$feature_flag"]),
                .variant: .keys(["properties.variant", "properties.$feature_flag_response"]),
                .revenue: .keys(["properties.revenue"]), .order: .keys(["properties.order_id"]),
                .userAgent: .keys(["properties.$raw_user_agent"]), .address: .keys(["properties.$ip"]),
                .event: .keys(["uuid"]),
            ]
        case .snowplow:
            return [
                .time: .keys(["derived_tstamp", "collector_tstamp"]), .type: .keys(["event_name"]),
                .visitor: .keys(["user_id", "domain_userid"]), .platform: .keys(["app_id"]),
                .segment: .keys(["geo_city"]), .revenue: .keys(["tr_total"]), .order: .keys(["tr_orderid"]),
                .userAgent: .keys(["useragent"]), .address: .keys(["user_ipaddress"]), .event: .keys(["event_id"]),
            ]
        }
    }

    /// What the tool's own names of events mean.
    package var types: [String: EventType] {
        switch self {
        case .opentelemetry: ["feature_flag.evaluation": .view]
        case .ga4: ["view_promotion": .view, "select_promotion": .click]
        case .segment:
            [
                "Promotion Viewed": .view, "Promotion Clicked": .click, "Order Completed": .purchase,
                "Order Refunded": .refund,
            ]
        case .posthog: ["$feature_flag_called": .view]
        case .snowplow: ["transaction": .purchase]
        }
    }

    /// Whether slots may be named as keys of flags, `PLATFORM/SLOT`, as the banner service has them.
    package var slotsMayNamePlatforms: Bool { self == .opentelemetry }

    /// The keys that lead to the list of events, where an object holds one.
    package var each: [String]? {
        self == .opentelemetry ? ["resourceLogs", "scopeLogs", "logRecords"] : nil
    }
}
