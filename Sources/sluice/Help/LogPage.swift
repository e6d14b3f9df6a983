import EventLog

/// The text of `sluice help log`.
enum LogPage {
    static var text: String {
        let width = EventField.allCases.map(\.rawValue.count).max() ?? 0
        let fields = EventField.allCases.map { field in
            let name = field.rawValue + String(repeating: " ", count: width - field.rawValue.count)
            let need = field.need + String(repeating: " ", count: max(0, 13 - field.need.count))
            return "  \(name)  \(need)  \(field.meaning)\n"
        }
        return """
            A log is JSON Lines, or CSV with a header, plain or compressed (.gz, .zst). A line is an event: somebody saw a variant,
            clicked it, bought something. A line that has no type, time or visitor that can be read is counted in quality.json, with
            the reason, an example and where it stands; none is dropped without a word.

            Fields, and for which lines they are needed:
            \(fields.joined())
            Each is read from the key or column of its own name, or from where `events.fields` says:

              visitor: "customer"                         a key of the line's object, or a column
              visitor: ["user.id", "cookie"]              the first that is there and does not mean nobody
              slot: "properties.slot"                     a path; on into JSON that stands in a column or in text
              slot: "params[key=slot].value"              of a list of objects the one whose key is so; "items[0]" by number
              platform: { constant: "web" }               the same for every line
              ts: { columns: ["date", "time"] }           joined with a T

            Times: \(Timestamp.forms).
            Without an offset they are in `events.timesWithoutOffset`, or in the pipeline's timezone.

            Ids: blanks around them do not count, 7, "7" and 7.0 are one, 007 is another. Means nobody, whatever the case, and so
            counts as none (`events.nobody` replaces the list): empty text, \(NobodyWords.usual.joined(separator: ", ")), and ids
            of zeros alone.

            Types: \(EventSchema.ownTypes.keys.sorted().joined(separator: ", ")), whatever the case; `events.types` maps other words. A word that is
            none counts as `other`: such events tell robots from people and nothing else.

            Files: `events.paths` may hold {date}, {date+1}, {date:yyyyMMdd}, {jsonl,ndjson}, *, ? and **. `sluice check` reads the
            newest day's files and says what is wrong with them; `sluice init LOG` writes a configuration from them.

            pipelines/log.md has all of it, with lines of five other tools' logs.

            """
    }
}
