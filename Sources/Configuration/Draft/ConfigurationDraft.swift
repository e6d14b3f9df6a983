import Domain
import EventLog

/// A configuration written from the first lines of logs, with a remark wherever something was guessed or not found.
package struct ConfigurationDraft {
    /// A line of the text that somebody has to look at.
    package struct Remark: Equatable, Sendable {
        /// From 1.
        package var line: Int
        package var text: String
        /// Whether the configuration is of no use before the line is changed.
        package var isNeeded: Bool
    }

    package private(set) var lines: [String] = []
    package private(set) var remarks: [Remark] = []

    package var text: String { lines.joined(separator: "\n") + "\n" }
    /// Lines of the logs that it is written from.
    package let lineCount: Int

    /// Variants of an experiment, and experiments, that are listed at most.
    private static let mostVariants = 40
    private static let mostExperiments = 40

    /// - Parameters:
    ///   - paths: the paths of the logs as they were given.
    ///   - timezone: its IANA name; nil: nobody said it.
    package init(_ shape: LogShape, paths: [String], timezone: String?) {
        let guess = FieldGuess(shape)
        lineCount = shape.lines.count
        add(
            "// Written from \(Text.count(Int64(shape.lines.count), "line")) of \(paths.prefix(3).joined(separator: ", "))\(paths.count > 3 ? ", …" : "")."
        )
        add("// Lines marked GUESSED or NOT FOUND are to be looked at; then: sluice check --config FILE")
        add("{")
        add("    // Names the pipeline in every table; letters, digits, dot, _ and -.")
        add("    pipeline: \"my-pipeline\",")
        add("")
        if let timezone {
            add("    // A day is midnight to midnight here.")
            add("    timezone: \(quoted(timezone)),")
        } else {
            guessed("a day is midnight to midnight of UTC; write your site's timezone, such as \"Europe/Paris\"")
            add("    timezone: \"UTC\",")
        }
        add("")
        add("    events: {")
        addPaths(paths)
        if let csv = shape.csv { addFormat(csv) }
        if let each = shape.each {
            guessed("objects hold a list of events each", indent: 8)
            add("        each: \(quoted(each.joined(separator: "."))),")
        }
        addFields(guess)
        addTypes(guess)
        add("    },")
        add("")
        addExperiments(guess)
        add("}")
    }

    // MARK: Parts

    private mutating func addPaths(_ paths: [String]) {
        let guesses = PathGuess.templates(paths.filter { $0 != "-" })
        add("        // {date} is the day of the run; *, ** and {a,b} match names (pipelines/log.md).")
        add("        paths: [")
        for guess in guesses {
            if !guess.hasDate {
                guessed(
                    "no day in this path: put {date} where the day's name is, or every day reads the same file",
                    indent: 12)
            } else if let note = guess.note {
                guessed(note, indent: 12)
            }
            add("            \(quoted(guess.template)),")
        }
        if guesses.isEmpty { add("            \"-\",") }
        add("        ],")
    }

    private mutating func addFormat(_ csv: CSVFormat) {
        add("        csv: {")
        if !csv.hasQuotes {
            guessed("quotes are characters like others: no value is quoted", indent: 12)
            add("            quote: null,")
        }
        if let header = csv.header, let separator = csv.separator {
            guessed("the first line names no columns: these names are made up, for `fields` to refer to", indent: 12)
            add("            separator: \(quoted(String(Character(Unicode.Scalar(separator))))),")
            add("            header: [\(header.map { quoted($0) }.joined(separator: ", "))],")
        }
        add("        },")
    }

    private mutating func addFields(_ guess: FieldGuess) {
        add("        // Field of Sluice: where it stands in the log.")
        add("        fields: {")
        for field in EventField.allCases {
            let name = field.rawValue
            if let source = guess.source(of: field) {
                // A field under its own name needs no word, but says what was found.
                if field == .visitor, let place = guess.places[field],
                    ["ip", "remoteaddr"].contains(guess.shape.places[place].word)
                {
                    guessed(
                        "no id of a visitor was found: the address stands for it, and many people share one", indent: 12
                    )
                } else if field == .type, guess.knownTypes.isEmpty {
                    guessed("its words say nothing of views or clicks: see `types` below", indent: 12)
                } else if FieldGuess.isCertain(source, field) {
                    remark("found in \(share(guess, field)) of the lines", indent: 12)
                } else {
                    guessed("found in \(share(guess, field)) of the lines\(example(guess, field))", indent: 12)
                }
                let sources = guess.sources(of: field)
                if sources.count > 1 {
                    guessed("the first is not in every line; where it is not, the next counts", indent: 12)
                }
                let lacking = guess.linesWithout(field)
                if [.time, .type].contains(field), !guess.isRare(lacking) {
                    notFound(
                        "\(lacking) of \(guess.shape.lines.count) lines have no \(name) there, and would be rejected: name another key "
                            + "as well, as in [\(quoted(source)), \"other\"]", indent: 12)
                }
                let list = sources.map { quoted($0) }.joined(separator: ", ")
                add("            \(name): \(sources.count > 1 ? "[\(list)]" : list),")
            } else {
                addMissing(field)
            }
        }
        add("        },")
    }

    private mutating func addMissing(_ field: EventField) {
        let name = field.rawValue
        switch field {
        case .time, .visitor:
            notFound(
                "\(name): write the key that holds \(field == .time ? "the time" : "the visitor's id")", indent: 12)
            add("            \(name): \(quoted(name)),")
        case .type:
            guessed("no type was found: every line is taken for a view", indent: 12)
            add("            type: { constant: \"view\" },")
        case .platform:
            guessed("no platform was found: all is one site", indent: 12)
            add("            platform: { constant: \"web\" },")
        case .slot:
            guessed("no slot was found: all is shown in one place", indent: 12)
            add("            slot: { constant: \"main\" },")
        case .variant:
            notFound("variant: write the key that tells what was shown", indent: 12)
            add("            variant: \"variant\",")
        default:
            remark("not found, and not needed: \(name)", indent: 12)
        }
    }

    private mutating func addTypes(_ guess: FieldGuess) {
        guard guess.places[.type] != nil else { return }
        let own = Set(EventSchema.ownTypes.keys)
        let known = guess.knownTypes.filter { !own.contains($0.value.lowercased()) }
        let others = guess.values(of: .type).filter { FieldGuess.type(of: $0.value) == nil }
        let hasViews = guess.knownTypes.contains { $0.type == .view }
        if guess.knownTypes.isEmpty {
            notFound("types: say which words mean view, click and purchase, as in { impression: \"view\" }", indent: 8)
        } else if !hasViews {
            notFound(
                "types: no word means a view, without which nothing counts; add it, as in { impression: \"view\" }",
                indent: 8)
        } else if !known.isEmpty {
            guessed("what these words mean", indent: 8)
        }
        if !known.isEmpty || !hasViews {
            add("        types: {")
            for (word, _, type) in known { add("            \(quoted(word)): \(quoted(type.rawValue)),") }
            add("        },")
        }
        if !others.isEmpty {
            let words = others.prefix(10).map { "\(plain($0.value)) (\($0.lines))" }.joined(separator: ", ")
            remark("words that count as other events: \(words)\(others.count > 10 ? ", …" : "")", indent: 8)
        }
    }

    private mutating func addExperiments(_ guess: FieldGuess) {
        let found = guess.experiments()
        add(
            "    // Platform, slot and variants as views and clicks have them. A control keeps a fixed share and stands apart:"
        )
        add(
            "    //   { platform: \"web\", slot: \"hero\", variants: [\"a\", \"b\"], control: { variant: \"plain\", traffic: 0.05 } }"
        )
        guard !found.isEmpty else {
            notFound("experiments: no view or click with a slot and a variant was found; write them", indent: 4)
            add("    experiments: [")
            add("        { platform: \"web\", slot: \"main\", variants: [\"a\", \"b\"] },")
            add("    ],")
            return
        }
        guessed("the variants that were seen; take out what is no experiment, add what is to come", indent: 4)
        add("    experiments: [")
        for experiment in found.prefix(ConfigurationDraft.mostExperiments) {
            let shown = experiment.variants.prefix(ConfigurationDraft.mostVariants)
            let counts = shown.map { "\(plain($0.name)) \($0.lines)" }.joined(separator: ", ")
            remark(
                "lines: \(counts)\(experiment.variants.count > shown.count ? ", and \(experiment.variants.count - shown.count) more variants" : "")",
                indent: 8)
            if experiment.variants.count == 1 {
                notFound("one variant alone leaves nothing to choose: add the others", indent: 8)
            }
            let names = shown.map { quoted($0.name) }.joined(separator: ", ")
            add(
                "        { platform: \(quoted(experiment.platform)), slot: \(quoted(experiment.slot)), variants: [\(names)] },"
            )
        }
        if found.count > ConfigurationDraft.mostExperiments {
            remark("and \(found.count - ConfigurationDraft.mostExperiments) more places with fewer lines", indent: 8)
        }
        add("    ],")
    }

    // MARK: Text

    private mutating func add(_ line: String) { lines.append(line) }

    private mutating func remark(_ text: String, indent: Int = 4) {
        add(String(repeating: " ", count: indent) + "// " + text)
    }

    private mutating func guessed(_ text: String, indent: Int = 4) { mark("GUESSED", text, indent, isNeeded: false) }

    private mutating func notFound(_ text: String, indent: Int = 4) { mark("NOT FOUND", text, indent, isNeeded: true) }

    /// Marks the line that follows.
    private mutating func mark(_ word: String, _ text: String, _ indent: Int, isNeeded: Bool) {
        remark("\(word): \(text)", indent: indent)
        remarks.append(Remark(line: lines.count + 1, text: text, isNeeded: isNeeded))
    }

    private func share(_ guess: FieldGuess, _ field: EventField) -> String {
        guard let place = guess.places[field] else { return "none" }
        let share = Double(guess.shape.places[place].lines) / Double(max(1, guess.shape.lines.count)) * 100
        return "\(Text.decimal(share, 0)) %"
    }

    private func example(_ guess: FieldGuess, _ field: EventField) -> String {
        guard let first = guess.values(of: field).first?.value else { return "" }
        return ", such as \(plain(first))"
    }

    /// A text of the log in a remark: one line, and not long.
    private func plain(_ text: String) -> String {
        let line = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return Text.printable(line.count > 60 ? line.prefix(60) + "…" : line)
    }

    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _
            where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                || [0x2028, 0x2029].contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension FieldGuess {
    /// Whether a source has the field's own name or one that nobody uses for anything else.
    static func isCertain(_ source: String, _ field: EventField) -> Bool { source == field.rawValue }

    /// The words of the log that mean a type, most frequent first.
    var knownTypes: [(value: String, lines: Int, type: EventType)] {
        values(of: .type).compactMap { value, lines in FieldGuess.type(of: value).map { (value, lines, $0) } }
    }

    struct Experiment {
        var platform: String
        var slot: String
        /// Most frequent first.
        var variants: [(name: String, lines: Int)]
    }

    /// The places of views and clicks with their variants, those with most lines first.
    func experiments() -> [Experiment] {
        guard let variantPlace = places[.variant] else { return [] }
        var counts: [[String]: [String: Int]] = [:]
        for line in shape.lines {
            if let place = places[.type], !knownTypes.isEmpty {
                guard let type = line[place].flatMap({ FieldGuess.type(of: $0) }), type == .view || type == .click
                else { continue }
            }
            guard let variant = line[variantPlace], isName(variant) else { continue }
            let platform = places[.platform].map { line[$0] } ?? "web"
            let slot = places[.slot].map { line[$0] } ?? "main"
            guard let platform, let slot, isName(platform), isName(slot) else { continue }
            counts[[platform, slot], default: [:]][variant, default: 0] += 1
        }
        return counts.map { key, variants in
            Experiment(
                platform: key[0], slot: key[1],
                variants: variants.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) })
        }.sorted { left, right in
            let (first, second) = (
                left.variants.reduce(0) { $0 + $1.lines }, right.variants.reduce(0) { $0 + $1.lines }
            )
            return first == second ? (left.platform, left.slot) < (right.platform, right.slot) : first > second
        }
    }

    /// Whether a text may name a platform, slot or variant.
    private func isName(_ text: String) -> Bool {
        let name = Name(text)
        return text.utf8.count <= 200 && !name.runsAsFormula && name != .everyone
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
