import Domain
import EventLog
import Foundation
import TestSupport

/// A writer of one event as one of the many lines of JSON that mean it.
struct LineWriter {
    let schema: EventSchema

    func write(_ draft: Draft, using random: inout SplitMix64) -> [UInt8] {
        write(draft, replacing: [:], using: &random)
    }

    /// - Parameter values: JSON text to stand for a field's value instead of the draft's.
    func write(_ draft: Draft, replacing values: [EventField: String], using random: inout SplitMix64) -> [UInt8] {
        var members: [(key: String, value: String)] = []
        for field in EventField.allCases {
            let keys = schema[field].paths
            guard !keys.isEmpty, !schema[field].hasJoin else { continue }
            members += self.members(
                field, keys, values[field] ?? value(of: field, in: draft, using: &random), using: &random)
        }
        // Keys that the schema maps away mean nothing, whatever they hold.
        let known = Set(members.map(\.key))
        for field in EventField.allCases where random.chance(0.1) {
            if schema[field].paths.contains(field.rawValue) { continue }
            if known.contains(field.rawValue) { continue }
            members.append((field.rawValue, WrittenJSON.anything(using: &random)))
        }
        if random.chance(0.3) {
            members.append((random.pick(["", "x", "TS", "visitors"]), WrittenJSON.anything(using: &random)))
        }
        members = nested(members, using: &random)
        members.shuffle(using: &random)
        if random.chance(0.15), let repeated = members.randomElement(using: &random) {
            // The last of duplicate keys wins, so the false one goes first.
            members.insert((repeated.key, WrittenJSON.anything(using: &random)), at: 0)
        }
        return Array(WrittenJSON.object(members, using: &random).utf8)
    }

    /// Members whose keys are paths, put into objects inside one another; sometimes left as they are, or joined in part.
    private func nested(
        _ members: [(key: String, value: String)], using random: inout SplitMix64
    ) -> [(key: String, value: String)] {
        var flat: [(key: String, value: String)] = []
        var inner: [(key: String, members: [(key: String, value: String)])] = []
        for (key, value) in members {
            let dots = key.indices.filter { key[$0] == "." }
            guard let dot = dots.randomElement(using: &random), random.chance(0.9) else {
                flat.append((key, value))
                continue
            }
            let (first, rest) = (String(key[..<dot]), String(key[key.index(after: dot)...]))
            if let index = inner.firstIndex(where: { $0.key == first }) {
                inner[index].members.append((rest, value))
            } else {
                inner.append((first, [(rest, value)]))
            }
        }
        for (key, members) in inner {
            let object = WrittenJSON.object(nested(members, using: &random), using: &random)
            flat.append((key, random.chance(0.1) ? WrittenJSON.string(object, using: &random) : object))
        }
        return flat
    }

    /// The members for a field with several sources: what is before the one that counts is empty, what is after it is noise.
    private func members(
        _ field: EventField, _ keys: [String], _ value: String?, using random: inout SplitMix64
    ) -> [(key: String, value: String)] {
        func emptyMember(_ key: String) -> (key: String, value: String)? {
            let nobody = field.isNumeric || schema.nobody != NobodyWords() ? "\"\"" : "\"Unknown\""
            return random.chance(0.7) ? nil : (key, random.pick(["null", "\"\"", nobody]))
        }
        guard let value else { return keys.compactMap(emptyMember) }
        let chosen = Int.random(in: 0..<keys.count, using: &random)
        var members = keys[..<chosen].compactMap(emptyMember)
        members.append((keys[chosen], value))
        for key in keys[(chosen + 1)...] where random.chance(0.3) {
            members.append((key, WrittenJSON.anything(using: &random)))
        }
        return members
    }

    private func value(of field: EventField, in draft: Draft, using random: inout SplitMix64) -> String? {
        switch field {
        case .time:
            let time = WrittenTime.spell(draft.time, isExplicit: draft.isTimeExplicit, using: &random)
            return time.isNumber ? time.text : WrittenJSON.string(time.text, using: &random)
        case .type: return WrittenJSON.string(draft.type, using: &random)
        case .visitor: return WrittenJSON.identifier(draft.visitor, using: &random)
        case .platform: return draft.platform.map { WrittenJSON.identifier($0, using: &random) }
        case .slot: return draft.slot.map { WrittenJSON.identifier($0, using: &random) }
        case .variant: return draft.variant.map { WrittenJSON.identifier($0, using: &random) }
        case .segment: return draft.segment.map { WrittenJSON.identifier($0, using: &random) }
        case .revenue: return draft.revenue.map { random.chance(0.7) ? $0 : WrittenJSON.string($0, using: &random) }
        case .order: return draft.order.map { WrittenJSON.identifier($0, using: &random) }
        case .propensity: return draft.propensity
        case .event: return draft.id.map { WrittenJSON.identifier($0, using: &random) }
        case .userAgent: return random.chance(0.2) ? WrittenJSON.string("Mozilla/5.0", using: &random) : nil
        case .address: return random.chance(0.2) ? WrittenJSON.string("192.0.2.1", using: &random) : nil
        }
    }
}

/// JSON text with every freedom the grammar gives.
enum WrittenJSON {
    static func object(_ members: [(key: String, value: String)], using random: inout SplitMix64) -> String {
        // Most logs are written by one program, without white space or escapes.
        let isPlain = random.chance(0.4)
        func space() -> String {
            isPlain || random.chance(0.7) ? "" : random.pick([" ", "\t", "\r", "  "])
        }
        let inner = members.map { key, value in
            space() + string(key, isPlain: isPlain, using: &random) + space() + ":" + space() + value + space()
        }
        return space() + "{" + (inner.isEmpty ? space() : inner.joined(separator: ",")) + "}" + space()
    }

    /// A string, or a number where the text is one.
    static func identifier(_ text: String, using random: inout SplitMix64) -> String {
        if let number = Int64(text), String(number) == text, random.chance(0.5) { return text }
        return string(text, using: &random)
    }

    static func string(_ text: String, using random: inout SplitMix64) -> String {
        string(text, isPlain: random.chance(0.7), using: &random)
    }

    private static func string(_ text: String, isPlain: Bool, using random: inout SplitMix64) -> String {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r",
            "\t": "\\t",
        ]
        var written = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustEscape || (!isPlain && random.chance(0.3)) else {
                written.unicodeScalars.append(scalar)
                continue
            }
            if let escape = short[scalar], random.chance(0.5) {
                written += escape
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16, uppercase: random.chance(0.5))
                written += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return written + "\""
    }

    /// Some well-formed value.
    static func anything(using random: inout SplitMix64, depth: Int = 0) -> String {
        switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
        case 0: return random.pick(["null", "true", "false"])
        case 1: return random.pick(["0", "-0.0", "1e400", "-12.5E+3", "123456789012345678901234567890"])
        case 2, 3:
            return string(
                random.pick(["", "view", "web", "}\"{", "\u{1F680}", "2026-11-20", "\u{7F}"]), using: &random)
        case 4: return random.pick(["[]", "{}", "[ ]", "{\t}"])
        case 5:
            let count = Int.random(in: 1...3, using: &random)
            return "[" + (0..<count).map { _ in anything(using: &random, depth: depth + 1) }.joined(separator: ", ")
                + "]"
        default:
            let keys = ["ts", "visitor", "k", ""].prefix(Int.random(in: 1...4, using: &random))
            return object(keys.map { ($0, anything(using: &random, depth: depth + 1)) }, using: &random)
        }
    }
}

extension FieldSource {
    /// Whether a source is joined of several values.
    var hasJoin: Bool {
        sources.contains { if case .joined = $0 { true } else { false } }
    }
}

extension EventField {
    /// Whether its value is a number.
    var isNumeric: Bool { [.time, .revenue, .propensity].contains(self) }
}
