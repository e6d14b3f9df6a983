import BotFilter
import Domain
import EventLog
import Guards
import Statistics

// What a night reads: the log, robots, units, guards.
extension Setting {
    static let ofTheFile = [
        Setting(
            "pipeline", .text("a name"), .required,
            "Names the pipeline in every table's manifest, so that serving code refuses another's. Letters, digits, dot, _ and -.",
            example: #""banners""#),
        Setting("timezone", zone, .value(#""UTC""#), "A day is from midnight to midnight here."),
        Setting(
            "events", .object, .required, "The log and how it is read; log.md has all of it.", example: eventsExample),
        Setting(
            "bots", .object, .value("{}"),
            "A visitor whom any rule takes for a robot is left out with all events of the day."),
        Setting(
            "statistics", .object, .value("{}"), "How a day's events become units: a visitor in an experiment on a day."
        ),
        Setting(
            "learning", .object, .value("{}"),
            "How experiments learn. An experiment's own `learning` goes before it, key by key."),
        Setting(
            "allocation", .object, .value("{}"),
            "How experiments share their traffic. An experiment's own `allocation` goes before it, key by key."),
        Setting(
            "experiments", .list(.object, of: "experiments"), .required,
            "Who competes where: at least one, no two of one platform and slot.",
            example: #"[{ platform: "web", slot: "hero", variants: ["a", "b"] }]"#),
        Setting(
            "blacklist", .text("a path").orNull, .words("nothing is blacklisted"),
            "A CSV of what must not be shown from the next table on: platform,slot,segment,variant,until,reason; `*` stands for every one.",
            example: #""pipelines/blacklist.csv""#),
        Setting(
            "guards", .object, .value("{}"),
            "What holds a night's table when it looks like a wrong setting or a broken log; guards.md has all of it."),
        Setting(
            "retired", .list(.object, of: "what is meant to be gone", mayBeEmpty: true), .value("[]"),
            "Arms, or whole experiments, that are meant to be gone: for them `lostVariants` stays silent.",
            example: #"[{ platform: "web", slot: "hero", variant: "spring" }]"#),
        Setting(
            "$schema", .text("the address of a JSON Schema"), .words("none"),
            "For editors, which look the schema of `sluice schema` up by it. A night does not read it.",
            example: #""./sluice.schema.json""#),
    ]

    private static let zone = SettingForm.text(#"the IANA name of a timezone, such as "Asia/Kolkata""#)
    private static let eventsExample = #"{ paths: ["events/{date}/*.jsonl"] }"#
    private static let paths = SettingForm.either([.text("a path"), .list(.text("a path"), of: "paths")])

    // MARK: Events

    static let ofEvents =
        [
            Setting(
                "events.paths", paths, .required,
                "The files of a day. `{date}`, `{date+1}`, `{date:yyyyMMdd}` write the date, `*` and `**` match names and folders, "
                    + "`{jsonl,ndjson}` stands for each; `\"-\"` is standard input. "
                    + "A line counts on the day of its time, whatever file it stands in.",
                example: #"["events/{date}/*.jsonl*"]"#),
            Setting(
                "events.preset", .word(LogPreset.allCases.map(\.rawValue)), .words("none"),
                "Where fields stand and what types mean in the logs of a common tool. `fields`, `types` and `each` go before it.",
                example: #""ga4""#),
            Setting("events.csv", .object, .value("{}"), "What the first line of separated values does not say."),
            Setting(
                "events.csv.separator", .text(#"a character, such as ";" or "\t""#),
                .words("comma, semicolon, tab or bar, found from the header"), "What stands between two values.",
                example: #""^""#),
            Setting(
                "events.csv.header", .list(.text("the name of a column"), of: "names of columns"),
                .words("the first line of each file"), "The names of the columns, for files without a header.",
                example: #"["ts", "type", "visitor", "platform", "slot", "variant"]"#),
            Setting(
                "events.csv.quote", .either([.word(["\""]), .null]), .value(#""\"""#),
                "What stands around values that hold separators or line ends, and twice within them. `null`: nothing does, a quote "
                    + "is a character like others and a record is a line, as in exports that quote nothing (`mysql -B`, Fluentd).",
                example: "null"),
            Setting(
                "events.each", .text(#"the key of a list of events, such as "batch""#).orNull,
                .words("each object is an event"),
                "Objects hold a list of events each: its key, or the keys that lead to it with dots between them. "
                    + "Lists on the way are gone through.",
                example: #""batch""#),
            Setting("events.fields", .object, .value("{}"), "Where the value of each field stands."),
        ]
        + EventField.allCases.map { field in
            let isAlwaysRead = field != .event
            return Setting(
                "events.fields.\(field.rawValue)", .source(isTime: field == .time, hasConstant: isAlwaysRead),
                isAlwaysRead ? .value("\"\(field.rawValue)\"") : .words("not read"), field.meaning,
                example: isAlwaysRead ? nil : #"["messageId", "event_id"]"#)
        } + [
            Setting(
                "events.types", .dictionary(.word(["view", "click", "purchase", "refund"])), .value("{}"),
                "What other words under `type` mean, whatever their case. A word that means nothing counts as `other`.",
                example: #"{ impression: "view", order: "purchase" }"#),
            Setting(
                "events.timesWithoutOffset", zone, .words("as `timezone`"), "The timezone of times that say none.",
                example: #""UTC""#),
            Setting(
                "events.nobody",
                .list(.text("a value that means nobody"), of: "values that mean nobody", mayBeEmpty: true),
                .words("\(NobodyWords.usual.joined(separator: ", ")), and ids of zeros alone"),
                "Values that count as none in every field, whatever their case. Replaces the list; empty text always does.",
                example: #"["guest", "(not set)"]"#),
            Setting(
                "events.maxRejected", .number(SettingRange("a share of lines from 0 to 1", 0...1)), .value("0.01"),
                "More rejected lines than this share of all, and the night ends with exit 65 and publishes nothing."),
        ]

    // MARK: Robots and units

    static let ofBots = [
        Setting(
            "bots.userAgents", .either([.bool, .null, .object]), .value("true"),
            "Drops robots by their user agent. `false` turns the rule off, an object says more."),
        Setting(
            "bots.userAgents.browsersOnly", .bool, .value("false"),
            "Drops agents that do not write like a browser too: too strict where apps with names of their own are logged."
        ),
        Setting(
            "bots.userAgents.allow", agents, .value("[]"),
            "Text in agents that are kept whatever the other rules of agents say.", example: #"["MyApp/"]"#),
        Setting(
            "bots.userAgents.block", agents, .value("[]"), "Text in agents that are dropped.",
            example: #"["PriceWatch"]"#),
        Setting("bots.eventsPerDay", limit(), .value("800"), "Drops visitors with more events in the day than this."),
        Setting(
            "bots.eventsPerMinute", limit(atMost: 1_000_000), .value("60"),
            "Drops visitors with at least this many events in one minute of the clock."),
        Setting(
            "bots.clicksWithoutView", limit(), .value("20"),
            "Drops visitors with at least this many clicks and no view in any experiment."),
        Setting(
            "bots.denyList", paths.orNull, .words("none"), "Files with a visitor id a line.",
            example: #""deny/visitors-{date}.txt""#),
        Setting(
            "bots.denyNetworks", paths.orNull, .words("none"), "Files with an IPv4 or IPv6 block a line.",
            example: #"["deny/networks.txt"]"#),
    ]

    private static let agents = SettingForm.list(
        .text("a text in user agents"), of: "texts in user agents", mayBeEmpty: true)

    private static func limit(atMost greatest: Int = ConfigurationReader.unlimited) -> SettingForm {
        .either([.integer(1...greatest), .off, .null])
    }

    static let ofStatistics = [
        Setting(
            "statistics.onMixed", .word(MixedUnits.allCases.map(\.rawValue)), .value(#""first""#),
            "A visitor who saw two variants of an experiment on a day counts for the first, or is left out (`exclude`). "
                + "Both are counted in quality.json."),
        Setting(
            "statistics.conversionWindow", .text("days or hours, from 1 hour to 31 days").orNull,
            .words("to the end of the day"),
            "How long after the exposure clicks and purchases count. A night then reads the logs of as many days more.",
            example: #""7d""#),
        Setting(
            "statistics.revenueCap",
            .number(
                SettingRange("an amount from 0.01 to 100000000000, in the major unit of the log's revenue", 0.01...1e11)
            ).orNull, .words("no bound"),
            "The most that one visitor's revenue in an experiment on a day may be, above or below 0. quality.json counts what was cut.",
            example: "20000"),
        Setting(
            "statistics.segments", .object, .words("as its keys say"),
            "Which segments are told apart. What a stranger writes into the log must not make files grow for ever."),
        Setting(
            "statistics.segments.atMost", .integer(1...1_000_000), .value("10000"),
            "The most segments of an experiment that a day tells apart, those with most visitors; the others count as `*`, and "
                + "quality.json and a warning say how many."),
        Setting(
            "statistics.segments.declared", .list(.text("a segment's name, such as \"Pune\""), of: "segments").orNull,
            .words("any"),
            "The only segments that are told apart; what the log says beside them counts as `*`, and quality.json says how much.",
            example: #"["Pune", "Kochi"]"#),
    ]

    // MARK: Guards, and what is gone

    static let ofGuards = GuardKind.allCases.flatMap { kind -> [Setting] in
        let rule = GuardSettings.standard(kind)
        let path = "guards.\(kind.rawValue)"
        let word = SettingForm.word(GuardAction.allCases.map(\.rawValue))
        let example = kind == .move ? "{ above: 0.3 }" : "\"\(rule.action.rawValue)\""
        let own = Setting(
            path, .either([word, .object]), .value("\"\(rule.action.rawValue)\""), kind.meaning,
            example: example)
        let thresholds = GuardSettings.ranges(kind).map { threshold, range in
            let words =
                "a number from \(PlainDecimal.string(range.lowerBound)) to \(PlainDecimal.string(range.upperBound))"
            let value = rule.thresholds[threshold].map { PlainDecimal.string($0) }
            return Setting(
                "\(path).\(threshold.rawValue)", .number(SettingRange(words, range)),
                value.map { .value($0) } ?? .words("none: the guard is off"), kind.meaning(of: threshold),
                example: value ?? "0.3")
        }
        let action = Setting(
            "\(path).action", word, .words(kind == .move ? "\"hold\" once it has a threshold" : "as above"),
            "What it does when it trips.", example: "\"warn\"")
        return [own, action] + thresholds
    }

    static let ofRetired = [
        Setting("retired[].platform", .text("the name of a platform"), .required, "Where it was.", example: #""web""#),
        Setting("retired[].slot", .text("the name of a slot"), .required, "Where it was.", example: #""hero""#),
        Setting(
            "retired[].variant", .text("the name of a variant"), .words("the whole experiment"), "The arm.",
            example: #""spring""#),
    ]
}
