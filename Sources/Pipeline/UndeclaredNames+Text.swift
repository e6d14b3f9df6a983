import Domain
import State

extension Quality.Undeclared {
    /// Names that are said one by one.
    private static var said: Int { 5 }
    /// Characters of a name that are shown.
    private static var shown: Int { 40 }

    /// Names of fewer events in all are said only where they are more than one in so many lines: everybody mistypes once.
    private static var few: Int64 { 10 }
    private static var one: Int64 { 20 }

    /// What asks for somebody's look: variants of declared experiments, and places that a declared one is like. A log may well hold
    /// platforms and slots that are somebody else's.
    private var suspects: [Name] {
        variants + (platforms + slots).filter { $0.nearest != nil }
    }

    /// - Parameter lines: of the log.
    func asksForALook(lines: Int64) -> Bool {
        let events = suspects.reduce(0) { $0 + $1.events }
        return events >= Self.few || events > lines / Self.one
    }

    /// Names of variants of an experiment with their events, as a person reads them.
    func variantNames(of key: SlotKey) -> [String] {
        variants.filter { Domain.Name($0.platform ?? "") == key.platform && Domain.Name($0.slot ?? "") == key.slot }
            .prefix(Self.said).map { name in
                "\(Self.quoted(name.variant ?? "")) \(Text.count(name.events))"
                    + (name.nearest.map { " (did you mean \(Self.quoted($0))?)" } ?? "")
            }
    }

    /// The names that ask for a look.
    var text: String { Self.text(of: suspects) }

    /// All names, where they are all that the log has.
    var textOfAll: String { Self.text(of: platforms + slots + variants) }

    /// Names with their events, the most frequent first, and the declared names that they may be meant for.
    private static func text(of names: [Name]) -> String {
        let sorted = names.enumerated().sorted { left, right in
            (right.element.events, left.offset) < (left.element.events, right.offset)
        }.map(\.element)
        let shown = sorted.prefix(Self.said).map { name in
            let meant = name.nearest.map { " (did you mean \(Self.quoted($0))?)" } ?? ""
            return "\(Self.place(of: name)): \(Text.count(name.events, "event"))\(meant)"
        }
        let others = sorted.count - shown.count
        return shown.joined(separator: ", ")
            + (others > 0 ? ", and \(Text.count(Int64(others), "more name")) in quality.json" : "")
    }

    private static func place(of name: Name) -> String {
        let platform = name.platform ?? "no platform"
        if let slot = name.slot, let variant = name.variant {
            return "variant \(quoted(variant)) of \(shortened(platform))/\(shortened(slot))"
        }
        if let slot = name.slot { return "slot \(quoted(slot)) of \(shortened(platform))" }
        return "platform \(quoted(platform))"
    }

    private static func shortened(_ name: String) -> String { Text.shortened(Text.printable(name), to: shown) }

    private static func quoted(_ name: String) -> String { "\"\(shortened(name))\"" }
}

extension Quality {
    /// Words of types and names that a day's events have and that count nowhere, the most frequent first; nil: there are none.
    var namesThatCountNowhere: String? {
        var parts: [String] = []
        if let types = otherTypes, !types.isEmpty {
            let words = types.prefix(5).map { type in
                "\"\(Text.shortened(Text.printable(type.type), to: 40))\" \(Text.count(type.events))"
            }
            parts.append(
                "words under type that are none (\(words.joined(separator: ", ")); events.types says what they mean)")
        }
        if let undeclared { parts.append("names that are not declared (\(undeclared.textOfAll))") }
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }
}
