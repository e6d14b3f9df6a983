import BotFilter
@testable import Configuration
import EventLog
import Foundation
import Guards
import Statistics
import TestSupport
import Testing

/// The descriptions of settings are what the reader does.
@Suite struct SettingTests {
    /// A configuration, without braces, whose other settings are examples of the descriptions.
    private static let minimal = [
        "pipeline": #""p""#, "events": #"{ paths: ["log"] }"#,
        "experiments":
            #"[{ platform: "web", slot: "hero", variants: ["a", { name: "b" }], control: { variant: "c", traffic: 0.1 } }]"#,
    ]

    /// A document in which a value, in JSON5, stands at a setting's path; nil: nothing does. Around it are the examples of the
    /// objects that hold it.
    private static func document(_ setting: Setting, _ value: String?) throws -> String {
        let steps = setting.path.split(separator: ".").map(String.init)
        func inserted(_ object: JSON5Value, _ depth: Int, _ path: String) throws -> JSON5Value {
            guard case .object(var members) = object else { return try inserted(.object([:]), depth, path) }
            let isList = steps[depth].hasSuffix("[]")
            let key = isList ? String(steps[depth].dropLast(2)) : steps[depth]
            if depth == steps.count - 1 {
                members[key] = try value.map { try parsed($0) }
                return .object(members)
            }
            let own = path + key
            let example = try #require(Setting.all.first { $0.path == own }).example
            let current = try members[key] ?? parsed(example)
            if isList {
                guard case .array(var elements) = current else { return object }
                let last = elements.count - 1
                elements[last] = try inserted(elements[last], depth + 1, own + "[].")
                members[key] = .array(elements)
            } else {
                members[key] = try inserted(current, depth + 1, own + ".")
            }
            return .object(members)
        }
        var root: [String: JSON5Value] = [:]
        for (key, text) in minimal { root[key] = try parsed(text) }
        return String(decoding: try inserted(.object(root), 0, "").document, as: UTF8.self)
    }

    private static func parsed(_ text: String) throws -> JSON5Value { try JSON5Document(Array(text.utf8)).root.value }

    private static func faults(_ text: String) -> [ConfigurationFault] {
        do {
            _ = try Configuration.from(bytes: Array(text.utf8), file: "test.json5")
            return []
        } catch {
            return error.faults
        }
    }

    // MARK: Keys

    @Test func keysAreDescribedOnce() {
        #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
        for setting in Setting.all where !setting.parent.isEmpty {
            let parent = setting.parent.hasSuffix("[]") ? String(setting.parent.dropLast(2)) : setting.parent
            #expect(Setting.all.contains { $0.path == parent }, "\(setting.path)")
            #expect(setting.effect.hasSuffix("."), "\(setting.path)")
        }
    }

    /// Every key is read: its example is legal, and a word of another name is not.
    @Test(arguments: Setting.all.map(\.path))
    func anExampleIsLegal(_ path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        let text = try Self.document(setting, setting.example)
        #expect(Self.faults(text).isEmpty, "\(text)")
        var misspelt = setting
        misspelt.path += "x"
        let faults = Self.faults(try Self.document(misspelt, setting.example))
        #expect(faults.contains { $0.message.contains("unknown key") }, "\(path)")
    }

    @Test(arguments: Setting.all.filter { if case .required = $0.fallback { true } else { false } }.map(\.path))
    func whatIsRequiredIsMissed(_ path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        let without = try Self.document(setting, nil)
        #expect(
            Self.faults(without).contains { $0.message.contains("the key \(setting.key) is missing") }, "\(without)")
    }

    /// What is said to hold without a key is what holds: writing it changes nothing.
    @Test(arguments: Setting.all.filter { if case .value = $0.fallback { true } else { false } }.map(\.path))
    func aDefaultIsWhatHoldsWithoutTheKey(_ path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        guard case .value(let value) = setting.fallback else { return }
        let written = try Self.document(setting, value)
        let without = try Self.document(setting, nil)
        #expect(try Resolved(written) == Resolved(without), "\(written)")
    }

    // MARK: Values

    /// Values of every other kind are refused in the words that describe the setting.
    @Test(arguments: Setting.all.map(\.path))
    func anotherKindIsRefusedInTheWordsOfTheDescription(_ path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        for (kind, value) in [
            ("number", "7.25"), ("bool", "true"), ("off", "false"), ("null", "null"), ("text", "\"\""),
        ] {
            let isLegal = setting.form.accepts(kind)
            let faults = Self.faults(try Self.document(setting, value))
            let own = faults.filter { $0.path.hasSuffix(setting.key) || $0.message.contains(setting.key) }
            if isLegal {
                #expect(!own.contains { $0.message.hasPrefix("expected") }, "\(path): \(value): \(faults)")
            } else {
                #expect(!own.isEmpty, "\(path) takes \(value)")
                // One of the alternatives at least is said; of empty text the reader says that it is empty.
                let said = own.contains { fault in setting.form.isSaid(in: fault.message) }
                #expect(said || kind == "text", "\(path): \(own.map(\.message)) for \(setting.form.words)")
            }
        }
    }

    @Test(arguments: Setting.all.filter { !$0.form.bounds.isEmpty }.map(\.path))
    func rangesEndWhereTheyAreSaidTo(_ path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        for (value, isLegal) in setting.form.bounds {
            let faults = Self.faults(try Self.document(setting, "\(value)"))
            let refusals = faults.filter { $0.message.hasPrefix("expected") && $0.path.hasSuffix(setting.key) }
            #expect(refusals.isEmpty == isLegal, "\(path): \(value): \(faults)")
        }
    }

    @Test(arguments: Setting.all.filter { !$0.form.choices.isEmpty }.map(\.path))
    func everyWordIsTaken(_ path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        for word in setting.form.choices {
            let faults = Self.faults(try Self.document(setting, JSON5Value.quoted(word)))
            #expect(!faults.contains { $0.message.contains("is none of") }, "\(path): \(word): \(faults)")
        }
        #expect(!Self.faults(try Self.document(setting, "\"unheard-of\"")).isEmpty)
    }

    // MARK: Pages

    /// SLUICE_RECORD_GOLDENS=1 writes the tables anew.
    @Test func thePageHasTheTables() throws {
        let path = SourceTree.root + "/pipelines/configuration.md"
        let page = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(page.range(of: "## The file\n"))
        if ProcessInfo.processInfo.environment["SLUICE_RECORD_GOLDENS"] != nil {
            try (page[..<start.lowerBound] + Setting.tables).write(toFile: path, atomically: true, encoding: .utf8)
        } else {
            #expect(String(page[start.lowerBound...]) == Setting.tables)
        }
    }
}

/// What a file comes to, whether it says so or leaves it out.
private struct Resolved: Equatable {
    var names: [String]
    var events: Configuration.EventSource
    var fields: [FieldSource]
    var bots: BotSettings
    var statistics: Configuration.StatisticsSettings
    var experiments: [ExperimentConfiguration]
    var guards: [GuardSettings.Rule]
    var retired: Retired

    init(_ text: String) throws {
        let configuration = try Configuration.from(bytes: Array(text.utf8), file: "test.json5")
        names = [configuration.pipeline, configuration.timeZone.identifier, configuration.blacklist ?? ""]
        let schema = configuration.events.schema
        fields = EventField.allCases.map { schema[$0] }
        // Which fields were given is no difference in what they are read from.
        events = configuration.events
        events.schema = EventSchema(types: schema.types)
        events.schema.nobody = schema.nobody
        events.schema.declaredNames = schema.declaredNames
        bots = configuration.bots
        statistics = configuration.statistics
        experiments = configuration.experiments
        guards = GuardKind.allCases.map { configuration.guards[$0] }
        retired = configuration.retired
    }
}

// What a form takes and refuses, told from its description.
extension SettingForm {
    fileprivate var alternatives: [SettingForm] {
        if case .either(let forms) = self { return forms.flatMap(\.alternatives) }
        return [self]
    }

    /// Whether a value of a kind is of this form: a number that is not whole, `true`, `false`, `null`, empty text.
    fileprivate func accepts(_ kind: String) -> Bool {
        alternatives.contains { form in
            switch (form, kind) {
            case (.number(let range), "number"): range.lower <= 7.25 && 7.25 <= range.upper
            case (.bool, "bool"), (.bool, "off"), (.off, "off"), (.null, "null"): true
            default: false
            }
        }
    }

    /// Whether a message says one of the alternatives that are expected.
    fileprivate func isSaid(in message: String) -> Bool {
        alternatives.contains { form in
            switch form {
            case .list(_, let of, _): message.contains("a list of \(of)")
            case .dictionary: message.contains("an object")
            default: message.contains(form.words)
            }
        }
    }

    /// Numbers at the ends of a range and just beyond them, and whether they are of it.
    fileprivate var bounds: [(value: String, isLegal: Bool)] {
        alternatives.flatMap { form -> [(value: String, isLegal: Bool)] in
            switch form {
            case .integer(let range):
                let lower = [("\(range.lowerBound)", true), ("\(range.lowerBound - 1)", false)]
                return lower + [("\(range.upperBound)", true), ("\(range.upperBound + 1024)", false)]
            case .number(let range):
                let lower = [("\(range.lower)", range.includesLower), ("\(range.lower.nextDown)", false)]
                guard range.upper.isFinite else { return lower }
                return lower + [("\(range.upper)", range.includesUpper), ("\(range.upper.nextUp)", false)]
            default: return []
            }
        }
    }

    fileprivate var choices: [String] {
        alternatives.flatMap { form -> [String] in if case .word(let words) = form { words } else { [] } }
    }
}
