import Domain
import EventLog
import Foundation

/// What a source means, found in a whole parsed line by trying its text against the keys that are there: nothing of the real reader.
enum SlowSources {
    /// What stands where a source leads, the spellings with the longest first keys first.
    static func values(of source: String, in json: ObviousJSON) -> [ObviousJSON] {
        if case .object(let members) = json, let last = members.last(where: { $0.key.utf8.elementsEqual(source.utf8) })
        {
            return [last.value] + inside(json, source).dropFirst(source.contains { "[]".contains($0) } ? 0 : 1)
        }
        return inside(json, source)
    }

    private static func inside(_ json: ObviousJSON, _ rest: String) -> [ObviousJSON] {
        if rest.isEmpty { return [json] }
        switch json {
        case .object(let members):
            if rest.first == "[" { return [] }
            let keys = members.map(\.key).filter { !$0.contains { "[]".contains($0) } && !$0.isEmpty }
            let distinct = keys.reduce(into: [String]()) { found, key in
                if !found.contains(where: { $0.utf8.elementsEqual(key.utf8) }) { found.append(key) }
            }
            return distinct.sorted { $0.utf8.count > $1.utf8.count }.flatMap { key -> [ObviousJSON] in
                guard rest.utf8.starts(with: key.utf8), let value = json.last(key) else { return [] }
                let behind = String(decoding: rest.utf8.dropFirst(key.utf8.count), as: UTF8.self)
                if behind.isEmpty || behind.first == "[" { return inside(value, behind) }
                return behind.first == "."
                    ? inside(value, String(behind.dropFirst())).filter { _ in behind.count > 1 } : []
            }
        case .array(let elements):
            guard rest.first == "[", let close = rest.firstIndex(of: "]") else { return [] }
            let wanted = rest[rest.index(after: rest.startIndex)..<close]
            var behind = rest[rest.index(after: close)...]
            if behind.first == "." { behind = behind.dropFirst() }
            guard let element = element(wanted, of: elements) else { return [] }
            return inside(element, String(behind))
        case .string(let text):
            guard let inner = ObviousJSON(text.utf8) else { return [] }
            switch inner {
            case .object, .array: return inside(inner, rest)
            default: return []
            }
        default: return []
        }
    }

    private static func element(_ wanted: Substring, of elements: [ObviousJSON]) -> ObviousJSON? {
        if let place = Int(wanted) { return place < elements.count ? elements[place] : nil }
        let parts = wanted.split(separator: "=", maxSplits: 1)
        return elements.first { element in
            switch element.last(String(parts[0])) {
            case .string(let text)?: text.utf8.elementsEqual(parts[1].utf8)
            case .number(let text)?: text == parts[1]
            case .bool(let value)?: "\(value)" == parts[1]
            case .null?: parts[1] == "null"
            default: false
            }
        }
    }

    // MARK: Texts

    static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// One id has one text, however it is written.
    static func id(_ text: String) -> String {
        let text = trimmed(text)
        guard let match = text.wholeMatch(of: /(-?)(0|[1-9][0-9]*)\.0+/) else { return text }
        return match.2 == "0" ? "0" : String(match.1 + match.2)
    }

    /// The digits of a number of JSON that is whole; nil for another.
    static func whole(_ number: String) -> String? {
        guard let match = number.wholeMatch(of: /(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?/) else { return nil }
        let fraction = match.3.map(String.init) ?? ""
        guard let exponent = Int(match.4.map(String.init) ?? "0") else { return nil }
        let digits = String(match.2) + fraction
        let point = match.2.count + exponent
        if digits.allSatisfy({ $0 == "0" }) { return abs(exponent) <= 1_000_000 ? "0" : nil }
        let behind = point < digits.count ? digits.dropFirst(max(0, point)) : ""
        guard point > 0, behind.allSatisfy({ $0 == "0" }) else { return nil }
        let padded = digits.prefix(point) + String(repeating: "0", count: min(500, max(0, point - digits.count)))
        let significant = padded.drop { $0 == "0" }
        return significant.count <= 64 ? String(match.1 + significant) : nil
    }

    /// Whether a text means nobody.
    static func isNobody(_ text: String, _ field: EventField, _ schema: EventSchema) -> Bool {
        if text.isEmpty { return true }
        let isID = [.visitor, .order, .event].contains(field)
        if isID, schema.nobody.includesZeros, text.contains("0"), text.allSatisfy({ "0-".contains($0) }) { return true }
        let isName = [.platform, .slot, .variant].contains(field)
        if isName, schema.declaredNames.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { return false }
        return schema.nobody.words.contains { word in
            word.utf8.allSatisfy { $0 < 0x80 } && text.utf8.allSatisfy { $0 < 0x80 }
                && word.lowercased() == text.lowercased()
                || word.utf8.contains { $0 >= 0x80 }
                    && word.lowercased().utf8.elementsEqual(text.lowercased().utf8)
        }
    }
}
