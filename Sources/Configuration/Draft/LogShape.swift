import Domain
package import EventLog

/// What stands where in the lines of some logs, by the sources a configuration would name it with.
package struct LogShape {
    /// A place that values stand in.
    struct Place {
        /// As a configuration names it: `properties.slot`, `event_params[key=slot].value.string_value`.
        let source: String
        /// The last word of it, in small letters without what joins words.
        let word: String
        /// Keys and list places on the way.
        let depth: Int
        var lines = 0
        /// Values and how often they came; no new ones beyond a limit.
        var values: [String: Int] = [:]
        /// Whether there were more different values than are kept.
        var hasMoreValues = false
        var times = 0
        var numbers = 0
    }

    static let mostValues = 400
    /// Events of one place that are kept for looking at several places at once.
    package static let mostLines = 2_000

    private(set) var places: [Place] = []
    /// Of each line: the values of the places, by their numbers.
    private(set) var lines: [[Int: String]] = []
    /// The keys that lead to the lists of events, where objects hold them.
    private(set) var each: [String]?
    /// How the separated values are written, where their first line does not say it.
    private(set) var csv: CSVFormat?
    private var numbers: [String: Int] = [:]

    package init() {}

    /// Adds the first lines of a file.
    package mutating func add(_ file: LogFile) throws(LogError) {
        let share = LogShape.mostLines / 2
        var sample = try LogSample(file, most: share, each: each)
        if each == nil, case .json(let objects) = sample.lines, let keys = LogShape.eventList(in: objects) {
            each = keys
            sample = try LogSample(file, most: share, each: keys)
        }
        switch sample.lines {
        case .json(let objects):
            for object in objects where lines.count < LogShape.mostLines {
                guard let root = try? JSON5Parser.parse(object).root, case .object = root.value else { continue }
                var line: [Int: String] = [:]
                note(root, at: "", word: "", depth: 0, hasTexts: true, in: &line)
                finish(line)
            }
        case .separated(let format, let columns, let records):
            if csv == nil, !format.hasQuotes || format.header != nil { csv = format }
            for record in records where lines.count < LogShape.mostLines {
                var line: [Int: String] = [:]
                for (column, value) in zip(columns, record) where !value.isEmpty {
                    let name = column.trimmingBlanks
                    if let node = LogShape.json(in: value) {
                        note(node, at: name, word: name, depth: 1, hasTexts: false, in: &line)
                    } else {
                        note(value, at: name, word: name, depth: 1, in: &line)
                    }
                }
                finish(line)
            }
        }
    }

    private mutating func finish(_ line: [Int: String]) {
        guard !line.isEmpty else { return }
        lines.append(line)
        for (place, value) in line {
            places[place].lines += 1
            if LogSample.isTime(value) { places[place].times += 1 }
            if Double(value) != nil { places[place].numbers += 1 }
            if places[place].values[value] == nil, places[place].values.count == LogShape.mostValues {
                places[place].hasMoreValues = true
            } else {
                places[place].values[value, default: 0] += 1
            }
        }
    }

    /// Objects within one another that are looked into.
    private static let deepest = 6

    /// The object or list that a text is.
    private static func json(in text: String) -> JSON5Node? {
        guard let first = text.utf8.first(where: { $0 > 0x20 }), [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(first)
        else { return nil }
        return try? JSON5Parser.parse(text.utf8).root
    }

    /// - Parameter hasTexts: whether texts within may be JSON themselves, as readers go on into them.
    private mutating func note(
        _ node: JSON5Node, at source: String, word: String, depth: Int, hasTexts: Bool, in line: inout [Int: String]
    ) {
        switch node.value {
        case .string(let text):
            if hasTexts, depth < LogShape.deepest, let held = LogShape.json(in: text) {
                note(held, at: source, word: word, depth: depth, hasTexts: true, in: &line)
            } else {
                note(text, at: source, word: word, depth: depth, in: &line)
            }
        case .number(let number):
            let isWhole = number == number.rounded() && number.magnitude < 9e15
            note(isWhole ? String(Int64(number)) : "\(number)", at: source, word: word, depth: depth, in: &line)
        case .bool, .null, .unreadable: break
        case .object where depth < LogShape.deepest:
            for (key, member) in node.members {
                let isPlain = !key.isEmpty && !key.contains { ".[]".contains($0) }
                guard isPlain || depth == 0 else { continue }
                let own = LogShape.carriers.contains(LogShape.folded(key)) && !word.isEmpty ? word : key
                note(
                    member, at: source.isEmpty ? key : source + "." + key, word: own, depth: depth + 1,
                    hasTexts: hasTexts, in: &line)
            }
        case .array where depth < LogShape.deepest:
            for (index, element) in node.children.enumerated() where index < 50 {
                if let key = element["key"], case .string(let name) = key.value, !name.isEmpty, !name.contains("]"),
                    !name.contains("[")
                {
                    for (member, value) in element.members where member != "key" {
                        note(
                            value, at: "\(source)[key=\(name)].\(member)", word: name, depth: depth + 1,
                            hasTexts: hasTexts, in: &line)
                    }
                } else if index == 0, !source.isEmpty {
                    note(element, at: source + "[0]", word: word, depth: depth + 1, hasTexts: hasTexts, in: &line)
                }
            }
        case .object, .array: break
        }
    }

    /// Keys that name how a value is kept, and not what it is.
    private static let carriers: Set<String> = [
        "value", "stringvalue", "intvalue", "doublevalue", "floatvalue",
        // Branches of unions, as Avro writes them in JSON.
        "string", "int", "long", "float", "double",
    ]

    private mutating func note(
        _ text: String, at source: String, word: String, depth: Int, in line: inout [Int: String]
    ) {
        guard !text.isEmpty, text.utf8.count < 2_000 else { return }
        let number = numbers[source] ?? places.count
        if number == places.count {
            guard places.count < 2_000 else { return }
            numbers[source] = number
            places.append(Place(source: source, word: LogShape.folded(word), depth: depth))
        }
        if line[number] == nil { line[number] = text }
    }

    /// A word in small letters, without what joins words.
    static func folded(_ word: String) -> String {
        String(word.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
    }

    /// The way to the list of events in objects that hold one: most of them have it, and nothing that looks like an event's time.
    private static func eventList(in objects: [[UInt8]]) -> [String]? {
        let names: Set<String> = [
            "batch", "events", "records", "messages", "data", "rows", "items", "hits", "logevents",
        ]
        var counts: [String: Int] = [:]
        var seen = 0
        for object in objects.prefix(50) {
            guard let root = try? JSON5Parser.parse(object).root else { continue }
            seen += 1
            for (key, member) in root.members where names.contains(folded(key)) {
                if case .array = member.value, let first = member.children.first, case .object = first.value,
                    first.members.count > 2,
                    first["key"] == nil, root.members.count <= 8
                {
                    counts[key, default: 0] += 1
                }
            }
        }
        return counts.first { $0.value * 2 > seen }.map { [$0.key] }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
