import Testing

/// A document whose fault stands at the mark ¶, which is taken out before it is read.
struct FaultyDocument: CustomTestStringConvertible, Sendable {
    let text: String
    let line: Int
    let column: Int
    let path: String
    let message: String
    let suggestion: String

    init(_ marked: String, _ path: String, _ message: String, _ suggestion: String) {
        let head = marked.prefix { $0 != "¶" }
        text = marked.filter { $0 != "¶" }
        line = head.filter { $0 == "\n" }.count + 1
        column = head.reversed().prefix { $0 != "\n" }.count + 1
        self.path = path
        self.message = message
        self.suggestion = suggestion
    }

    var testDescription: String { "\(path): \(message)" }

    /// A legal document with more in its root.
    static func root(_ marked: String, _ path: String, _ message: String, _ suggestion: String) -> FaultyDocument {
        FaultyDocument(
            """
            { pipeline: "p",
              events: { paths: ["log"] },
              experiments: [{ platform: "web", slot: "hero", variants: ["red", "blue"] }],
              \(marked) }
            """, path, message, suggestion)
    }

    /// A legal document with more in `events`.
    static func events(_ marked: String, _ path: String, _ message: String, _ suggestion: String) -> FaultyDocument {
        FaultyDocument(
            """
            { pipeline: "p", experiments: [{ platform: "web", slot: "hero", variants: ["red", "blue"] }],
              events: { paths: ["log"],
                \(marked) } }
            """, path, message, suggestion)
    }

    /// A legal document with other `events.paths`.
    static func paths(_ marked: String, _ path: String, _ message: String, _ suggestion: String) -> FaultyDocument {
        FaultyDocument(
            """
            { pipeline: "p", experiments: [{ platform: "web", slot: "hero", variants: ["red", "blue"] }],
              events: { paths: \(marked) } }
            """, path, message, suggestion)
    }

    /// A legal document with more in its experiment.
    static func experiment(_ marked: String, _ path: String, _ message: String, _ suggestion: String) -> FaultyDocument
    {
        experiments(
            """
            [{ platform: "web", slot: "hero", variants: ["red", "blue"],
               \(marked) }]
            """, path, message, suggestion)
    }

    /// A legal document with other experiments.
    static func experiments(
        _ marked: String, _ path: String, _ message: String, _ suggestion: String
    ) -> FaultyDocument {
        FaultyDocument(
            """
            { pipeline: "p", events: { paths: ["log"] },
              experiments: \(marked) }
            """, path, message, suggestion)
    }

    /// This document with its fault at another place: `marked` is a piece of its text with the mark in it.
    func marking(_ marked: String) -> FaultyDocument {
        let plain = marked.filter { $0 != "¶" }
        return FaultyDocument(text.replacing(plain, with: marked), path, message, suggestion)
    }
}

/// Every check of a configuration, each with a document that fails it alone.
extension FaultyDocument {
    static let everyCheck = [
        rootFaults, eventsFaults, botsAndStatisticsFaults, learningFaults, experimentsFaults, allocationFaults,
    ].flatMap { $0 }

    private static let rootFaults: [FaultyDocument] = [
        FaultyDocument("¶[]", "", "expected an object, found an empty list", "among pipeline"),
        .root("¶evnets: {}", "evnets", "unknown key \"evnets\"", "did you mean \"events\"?"),
        .root("¶'floor price': 1", "[\"floor price\"]", "unknown key", "write one of pipeline, timezone"),
        .root("¶pipeline: 'again'", "pipeline", "twice (line 1)", "remove one of the two"),
        .root("blacklist: ¶7", "blacklist", "expected a path, found the number 7", "in quotes"),
        .root("blacklist: ¶''", "blacklist", "an empty string", "write a path"),
        .root("blacklist: ¶'b{date}.csv'", "blacklist", "serves every date", "without braces"),
        .root("timezone: ¶5.5", "timezone", "expected the IANA name", "in quotes"),
        .root("timezone: ¶'IST'", "timezone", "\"IST\" is no IANA name", "such as \"Asia/Kolkata\""),
        .root("timezone: ¶'GMT+5:30'", "timezone", "is no IANA name", "\"UTC\""),
        .root("timezone: ¶'Asia/Kolkatta'", "timezone", "is no IANA name", "did you mean \"Asia/Kolkata\"?"),
        .root("timezone: ¶'paris'", "timezone", "is no IANA name", "did you mean \"Europe/Paris\"?"),
        .root("timezone: ¶'Asia/../UTC'", "timezone", "is no IANA name", "\"UTC\""),
        .root("timezone: ¶'SystemV/EST5'", "timezone", "is no IANA name", "\"UTC\""),
        FaultyDocument(
            "¶{ events: { paths: ['x'] }, experiments: [{ platform: 'w', slot: 's', variants: ['a'] }] }", "",
            "the key pipeline is missing", "add pipeline: \"banners\""),
        FaultyDocument(
            "{ pipeline: ¶'my shop', events: { paths: ['x'] }, experiments: [{ platform: 'w', slot: 's', variants: ['a'] }] }",
            "pipeline", "other characters", "write \"my-shop\""),
        FaultyDocument(
            "¶{ pipeline: 'p', experiments: [{ platform: 'w', slot: 's', variants: ['a'] }] }", "",
            "the key events is missing", "add events: { paths:"),
        FaultyDocument(
            "¶{ pipeline: 'p', events: { paths: ['x'] } }", "", "the key experiments is missing", "variants"),
    ]

    private static let eventsFaults: [FaultyDocument] = [
        FaultyDocument(
            "{ pipeline: 'p', events: ¶{}, experiments: [{ platform: 'w', slot: 's', variants: ['a'] }] }", "events",
            "the key paths is missing", "add paths: ["),
        .paths("¶[]", "events.paths", "expected a list of paths, found an empty list", ".jsonl"),
        .paths("¶{}", "events.paths", "expected a list of paths, found an object", ".jsonl"),
        .paths("['a', ¶'']", "events.paths[1]", "an empty string", "write a path"),
        .paths("[¶false]", "events.paths[0]", "expected a path, found false", "in quotes"),
        .paths("['a', 'b', ¶'x\\u0007']", "events.paths[2]", "control character U+7", "remove"),
        .paths("¶'log/{dtae}'", "events.paths", "\"{dtae}\" is no placeholder", "did you mean {date}?"),
        .paths("[¶'log/{date + 1}']", "events.paths[0]", "\"{date + 1}\" is no placeholder", "did you mean {date+1}?"),
        .paths("[¶'{yesterday}']", "events.paths[0]", "\"{yesterday}\" is no placeholder", "write {date}, {date+N}"),
        .paths("[¶'x{date']", "events.paths[0]", "\"{date\" is no placeholder", "did you mean {date}?"),
        .events("¶maxRejcted: 0.1", "events.maxRejcted", "unknown key", "did you mean \"maxRejected\"?"),
        .events("maxRejected: ¶1.5", "events.maxRejected", "from 0 to 1, found the number 1.5", "write 0.01"),
        .events("maxRejected: ¶-0.1", "events.maxRejected", "found the number -0.1", "write 0.01"),
        .events("maxRejected: ¶NaN", "events.maxRejected", "found the number nan", "write 0.01"),
        .events("maxRejected: ¶'0.1'", "events.maxRejected", "found the string \"0.1\"", "write 0.1, without quotes"),
        .events("maxRejected: ¶1e400", "events.maxRejected", "found a number out of range", "write a number"),
        .events("fields: ¶[]", "events.fields", "expected an object", "among ts, type"),
        .events("fields: { ¶user: 'x' }", "events.fields.user", "unknown key \"user\"", "write one of ts"),
        .events("fields: { ¶visitors: 'x' }", "events.fields.visitors", "unknown key", "did you mean \"visitor\"?"),
        .events("fields: { visitor: ¶'' }", "events.fields.visitor", "an empty string", "a key of the log"),
        .events("fields: { visitor: ['a', ¶1] }", "events.fields.visitor[1]", "found the number 1", "in quotes"),
        .events("fields: { visitor: ¶[] }", "events.fields.visitor", "an empty list", "customer"),
        .events(
            "fields: { event: ¶{ constant: 'x' } }", "events.fields.event", "one event of all", "messageId"),
        .events("fields: { slot: ¶{} }", "events.fields.slot", "the key constant is missing", "constant: "),
        .events("fields: { type: { constant: ¶1 } }", "events.fields.type.constant", "found the number 1", "in quotes"),
        .events("fields: { slot: ¶'a..b' }", "events.fields.slot", "\"a..b\" is no path", "one dot between"),
        .events("fields: { slot: ¶'.a' }", "events.fields.slot", "a dot without a key", "one dot between"),
        .events("fields: { slot: ['a', ¶'a.'] }", "events.fields.slot[1]", "a dot without a key", "one dot between"),
        .events("fields: { slot: ¶'a[0' }", "events.fields.slot", "a [ that nothing closes", "close it"),
        .events("fields: { slot: ¶'a]0' }", "events.fields.slot", "a ] that nothing opens", "properties.items[0]"),
        .events(
            "fields: { slot: ¶'a[x]' }", "events.fields.slot", "neither a number nor key=value in [x]", "params[key"),
        .events("fields: { slot: ¶' ' }", "events.fields.slot", "a key of blanks alone", "as the log has it"),
        .events(
            "fields: { slot: ['a', ¶'a. .b'] }", "events.fields.slot[1]", "a key of blanks alone", "as the log has it"),
        .events("fields: { slot: ¶'p[k.n=v]' }", "events.fields.slot", "a key with a dot in [k.n=v]", "params[key"),
        .events(
            "fields: { ts: { columns: ['a', 'b', 'c', ¶'d'] } }", "events.fields.ts.columns[3]",
            "three columns at most",
            "offset"),
        .events("each: ¶'a['", "events.each", "\"a[\" is no key", "keys alone"),
        .events("each: ¶'data.batch[*]'", "events.each", "\"batch[*]\" is no key", "keys alone"),
        .events("each: ¶'*'", "events.each", "\"*\" is no key", "keys alone"),
        .events("each: ¶' '", "events.each", "\" \" is no key", "keys alone"),
        .events("fields: { slot: ¶'a[=x]' }", "events.fields.slot", "in [=x]", "params[key"),
        .events("fields: { slot: ¶'a[0]b' }", "events.fields.slot", "behind a ] that is no dot", "properties.items"),
        .events(
            "fields: { ts: { columns: ¶[] } }", "events.fields.ts.columns", "an empty list", "[\"date\", \"time\"]"),
        .events("fields: { ts: { columns: ['a', ¶'b..c'] } }", "events.fields.ts.columns[1]", "is no path", "one dot"),
        .events(
            "fields: { slot: ¶{ columns: ['a', 'b'] } }", "events.fields.slot", "only ts can be joined", "write one key"
        ),
        .events("timesWithoutOffset: ¶'IST'", "events.timesWithoutOffset", "no IANA name", "Asia/Kolkata"),
        .events("nobody: ¶'guest'", "events.nobody", "a list of values", "guest"),
        .events("nobody: ['x', ¶'']", "events.nobody[1]", "an empty string", "means nobody"),
        .events("types: { ¶View: 'click' }", "events.types.View", "is a type itself", "synonyms"),
        .events(
            "types: { Order: 'purchase', ¶order: 'click' }", "events.types.order", "words are one whatever their case",
            "remove one"),
        .events(
            "fields: { platform: ¶{} }", "events.fields.platform", "the key constant is missing", "constant: \"web\""),
        .events("fields: { platform: { constant: ¶'*' } }", "events.fields.platform.constant", "\"*\"", "as the logs"),
        .events(
            "fields: { platform: { ¶const: 'w', constant: 'w' } }", "events.fields.platform.const", "unknown",
            "constant"),
        .events("types: ¶'x'", "events.types", "expected an object", "impression"),
        .events(
            "types: { seen: ¶'views' }", "events.types.seen", "none of view, click, purchase", "did you mean \"view\"?"),
        .events("types: { seen: ¶'other' }", "events.types.seen", "none of", "write one of"),
        .events("types: { seen: ¶1 }", "events.types.seen", "found the number 1", "\"view\" or"),
        .events("types: { ¶'': 'view' }", "events.types[\"\"]", "synonym without letters", "as the logs"),
        .events("types: { ¶click: 'view' }", "events.types.click", "is a type itself", "synonyms"),
        .events(
            "maxRejected: ¶'\\1'", "events.maxRejected", "a string with the escape \\1", "write \\\\ for a backslash"),
    ]

    private static let botsAndStatisticsFaults: [FaultyDocument] = [
        .root("bots: ¶null", "bots", "expected an object, found null", "userAgents"),
        .root("bots: { ¶eventPerDay: 1 }", "bots.eventPerDay", "unknown key", "did you mean \"eventsPerDay\"?"),
        .root("bots: { eventsPerDay: ¶0 }", "bots.eventsPerDay", "at least 1, or false", "write false"),
        .root("bots: { eventsPerMinute: ¶-3 }", "bots.eventsPerMinute", "from 1 to 1000000", "write 1 or more"),
        .root("bots: { eventsPerMinute: ¶2.5 }", "bots.eventsPerMinute", "a whole number", "write 2"),
        .root(
            "bots: { clicksWithoutView: ¶true }", "bots.clicksWithoutView", "or false, found true", "for the default"),
        .root("bots: { clicksWithoutView: ¶'20' }", "bots.clicksWithoutView", "found the string", "write 20, without"),
        .root("bots: { userAgents: ¶'on' }", "bots.userAgents", "true, false or an object", "write true"),
        .root(
            "bots: { userAgents: { ¶deny: [] } }", "bots.userAgents.deny", "unknown key", "write one of browsersOnly"),
        .root(
            "bots: { userAgents: { browsersOnly: ¶1 } }", "bots.userAgents.browsersOnly", "true or false",
            "without quotes"),
        .root("bots: { userAgents: { allow: ¶'x' } }", "bots.userAgents.allow", "expected a list", "["),
        .root("bots: { userAgents: { block: ['a', ¶''] } }", "bots.userAgents.block[1]", "an empty string", "a text"),
        .root(
            "bots: { eventsPerMinute: ¶1000001 }", "bots.eventsPerMinute", "found the number 1000001", "write 1000000"),
        .root("bots: { denyList: ¶[] }", "bots.denyList", "an empty list", "["),
        .root("bots: { denyList: ¶'x/{day}' }", "bots.denyList", "\"{day}\" is no placeholder", "{date"),
        .root("bots: { denyNetworks: ['a', ¶3] }", "bots.denyNetworks[1]", "expected a path", "in quotes"),
        .root("statistics: { ¶onmix: 'first' }", "statistics.onmix", "unknown key", "did you mean \"onMixed\"?"),
        .root(
            "statistics: { onMixed: ¶'exlude' }", "statistics.onMixed", "none of first, exclude",
            "did you mean \"exclude\"?"),
        .root("statistics: { conversionWindow: ¶7 }", "statistics.conversionWindow", "found the number 7", "\"7d\""),
        .root(
            "statistics: { conversionWindow: ¶'0h' }", "statistics.conversionWindow", "from 1 hour to 31 days",
            "leave it out"),
        .root("statistics: { conversionWindow: ¶'32d' }", "statistics.conversionWindow", "31 days", "\"31d\" or less"),
        .root("statistics: { conversionWindow: ¶'745h' }", "statistics.conversionWindow", "31 days", "\"31d\" or less"),
        .root("statistics: { conversionWindow: ¶'-7d' }", "statistics.conversionWindow", "31 days", "\"36h\""),
        .root("statistics: { conversionWindow: ¶'+7d' }", "statistics.conversionWindow", "31 days", "\"36h\""),
        .root("statistics: { conversionWindow: ¶'d' }", "statistics.conversionWindow", "31 days", "\"36h\""),
        .root("statistics: { conversionWindow: ¶'7w' }", "statistics.conversionWindow", "31 days", "\"36h\""),
        FaultyDocument(
            """
            { pipeline: "p", events: { paths: ["log", "-"] },
              experiments: [{ platform: "web", slot: "hero", variants: ["red", "blue"] }],
              statistics: { conversionWindow: ¶"7d" } }
            """, "statistics.conversionWindow", "logs of several days", "paths with {date}"),
    ]

    private static let learningFaults: [FaultyDocument] = [
        .root("learning: { reward: ¶'clicks' }", "learning.reward", "\"clicks\" is none of", "did you mean \"click\"?"),
        .root("learning: { window: ¶28.5 }", "learning.window", "found the number 28.5", "write 28"),
        .root("learning: { window: ¶0 }", "learning.window", "a whole number of at least 1", "write 1 or more"),
        .root("learning: { window: ¶'28' }", "learning.window", "found the string \"28\"", "write 28, without quotes"),
        .root("learning: { window: ¶true }", "learning.window", "found true", "write a number"),
        .root("learning: { window: ¶Infinity }", "learning.window", "found the number inf", "write 1"),
        .root("learning: { halfLife: ¶0 }", "learning.halfLife", "above 0, found the number 0", "no decay"),
        .root("learning: { halfLife: ¶Infinity }", "learning.halfLife", "above 0", "no decay"),
        .root(
            "learning: { seasonality: ¶false }", "learning.seasonality", "found false",
            "\"stratified\" or \"adjusted\" or \"none\""),
        .root("learning: { segments: ¶200 }", "learning.segments", "expected an object", "minimumVisitors"),
        .root(
            "learning: { segments: { minimumVisitors: ¶0 } }", "learning.segments.minimumVisitors", "at least 1", "1"),
        .root("learning: { segments: { pooling: ¶-1 } }", "learning.segments.pooling", "at least 0", "write 0"),
        .root("learning: { segments: { ¶pool: 1 } }", "learning.segments.pool", "unknown key", "pooling"),
        .root("learning: { priors: ¶['a'] }", "learning.priors", "expected a path, found a list", "in quotes"),
        .experiment(
            "learning: { ¶halflife: 3 }", "experiments[0].learning.halflife", "unknown key",
            "did you mean \"halfLife\"?"),
        .experiment("learning: { window: ¶-1 }", "experiments[0].learning.window", "at least 1", "write 1"),
    ]

    private static let experimentsFaults: [FaultyDocument] = [
        .experiments("¶[]", "experiments", "expected a list of experiments, found an empty list", "platform"),
        .experiments("¶{}", "experiments", "found an object", "platform"),
        .experiments("[¶'x']", "experiments[0]", "expected an object", "among platform"),
        .experiments(
            "[¶{ slot: 's', variants: ['a'] }]", "experiments[0]", "the key platform is missing", "add platform"),
        .experiments("[¶{ platform: 'w', variants: ['a'] }]", "experiments[0]", "the key slot is missing", "add slot"),
        .experiments(
            "[¶{ platform: 'w', slot: 's' }]", "experiments[0]", "the key variants is missing", "add variants"),
        .experiments("[{ platform: ¶'', slot: 's', variants: ['a'] }]", "experiments[0].platform", "empty", "platform"),
        .experiments(
            "[{ platform: ¶'*', slot: 's', variants: ['a'] }]", "experiments[0].platform", "\"*\"", "platform"),
        .experiments(
            "[{ platform: 'w', slot: ¶'*', variants: ['a'] }]", "experiments[0].slot", "\"*\" is no slot", "slot"),
        .experiments(
            "[{ platform: 'w', slot: ¶3, variants: ['a'] }]", "experiments[0].slot", "expected the name of a slot",
            "quotes"),
        .experiments(
            "[{ platform: ¶'=w', slot: 's', variants: ['a'] }]", "experiments[0].platform", "formula", "letter"),
        .experiments("[{ platform: 'w', slot: ¶'a\\tb', variants: ['a'] }]", "experiments[0].slot", "U+9", "remove"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: ¶[] }]", "experiments[0].variants", "an empty list", "autumn"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: ['a', ¶'*'] }]", "experiments[0].variants[1]", "\"*\"", "variant"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: [¶'-10%'] }]", "experiments[0].variants[0]", "formula", "digit"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: [¶''] }]", "experiments[0].variants[0]", "empty", "variant"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: ['a', 'b', ¶'a'] }]", "experiments[0].variants[2]",
            "\"a\" is experiments[0].variants[0] already", "remove one"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: ['a'] }, ¶{ platform: 'w', slot: 's', variants: ['b'] }]",
            "experiments[1]", "experiments[0] is the experiment of platform \"w\" and slot \"s\" already", "merge"),
        .experiment("¶controls: {}", "experiments[0].controls", "unknown key", "did you mean \"control\"?"),
        .experiment("control: ¶'plain'", "experiments[0].control", "expected an object", "variant, traffic"),
        .experiment("control: ¶{ variant: 'plain' }", "experiments[0].control", "traffic is missing", "traffic: 0.05"),
        .experiment("control: ¶{ traffic: 0.1 }", "experiments[0].control", "variant is missing", "variant: \"plain\""),
        .experiment(
            "control: { variant: ¶'red', traffic: 0.1 }", "experiments[0].control.variant", "among the variants",
            "take it out"),
        .experiment(
            "control: { variant: 'c', traffic: ¶1 }", "experiments[0].control.traffic", "between 0 and 1", "0.05"),
        .experiment(
            "control: { variant: 'c', traffic: ¶0 }", "experiments[0].control.traffic", "between 0 and 1", "0.05"),
        .experiment(
            "control: { variant: ¶'@c', traffic: 0.1 }", "experiments[0].control.variant", "formula", "letter"),
        .experiment("holdout: ¶'site'", "experiments[0].holdout", "without a control", "add control"),
        .experiment("control: null, holdout: ¶'site'", "experiments[0].holdout", "without a control", "or remove it"),
        .experiment(
            "control: { variant: 'c', traffic: 0.1 }, holdout: ¶7", "experiments[0].holdout", "name of a holdout",
            "quotes"),
        .experiment(
            "control: { variant: 'c', traffic: 0.1 }, holdout: ¶'web\\u001fhero'", "experiments[0].holdout", "U+1F",
            "remove"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: ['a'], control: { variant: 'c', traffic: 0.1 }, holdout: 'site' }, "
                + "{ platform: 'w', slot: 't', variants: ['a'], control: { variant: 'c', traffic: ¶0.2 }, holdout: 'site' }]",
            "experiments[1].control.traffic", "has a share of 0.2 here and of 0.1 in experiments[0]",
            "one share in both"),
        .experiments(
            "[{ platform: 'w', slot: 's', variants: ['a', 'control'], control: ¶{ variant: 'c', traffic: 0.1 } }]",
            "experiments[0].control", "\"control\" is a variant beside the control \"c\"", "another name"),
    ]

    private static let allocationFaults: [FaultyDocument] = [
        .root(
            "allocation: { method: ¶'exakt' }", "allocation.method", "none of exact, sampling",
            "did you mean \"exact\"?"),
        .root("allocation: { draws: ¶0 }", "allocation.draws", "from 1 to 10000000", "write 1 or more"),
        .root("allocation: { draws: ¶10000001 }", "allocation.draws", "from 1 to 10000000", "write 10000000 or less"),
        .root("allocation: { warmup: ¶-1 }", "allocation.warmup", "at least 0", "write 0"),
        .root("allocation: { floor: ¶1.1 }", "allocation.floor", "from 0 to 1", "0.02"),
        .root("allocation: { floor: ¶-0.1 }", "allocation.floor", "from 0 to 1", "0.02"),
        .root("allocation: { floors: ¶0.1 }", "allocation.floors", "expected an object", "autumn"),
        .root("allocation: { floors: { red: ¶2 } }", "allocation.floors.red", "from 0 to 1", "0.02"),
        .root(
            "allocation: { floors: { ¶rde: 0.2 } }", "allocation.floors.rde", "no variant of any",
            "did you mean \"red\"?"),
        .experiment(
            "allocation: { floors: { ¶bleu: 0.2 } }", "experiments[0].allocation.floors.bleu", "no variant of this",
            "did you mean \"blue\"?"),
        .experiment(
            "control: { variant: 'c', traffic: 0.1 }, allocation: { floors: { ¶c: 0.2 } }",
            "experiments[0].allocation.floors.c", "is the control", "control.traffic"),
        .experiment(
            "allocation: { floor: ¶0.51 }", "experiments[0].allocation.floor",
            "the floors of 2 variants sum to 1.02, above 1", "write a floor of at most 0.5"),
        .experiment(
            "control: { variant: 'c', traffic: 0.1 }, allocation: { floor: ¶0.46 }", "experiments[0].allocation.floor",
            "sum to 0.92, above 0.9, all that the control leaves", "write a floor of at most 0.45"),
        .experiment(
            "allocation: { floors: ¶{ red: 0.7, blue: 0.4 } }", "experiments[0].allocation.floors", "sum to 1.1",
            "lower the floors of single arms to 1 together"),
        .experiment(
            "allocation: { floor: 0.5, floors: ¶{ red: 0.6 } }", "experiments[0].allocation.floors", "sum to 1.1",
            "write a floor of at most 0.4"),
    ]
}
