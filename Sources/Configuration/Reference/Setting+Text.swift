// The settings as pages.
extension Setting {
    /// What holds when the key is left out, in a few words.
    package var fallbackWords: String {
        switch fallback {
        case .required: "required"
        case .value(let value): value
        case .words(let words): words
        }
    }

    /// The text of `sluice help config`: a paragraph for each key.
    package static var page: String {
        let entries = all.map { setting in
            let head =
                switch setting.fallback {
                case .required: "\(setting.path)  (required)"
                default: "\(setting.path)  (default: \(setting.fallbackWords))"
                }
            let example = setting.form.isObject ? [] : lines("Example: \(setting.example)")
            return ([head] + lines(setting.form.words.sentence) + lines(setting.effect) + example).joined(
                separator: "\n")
                + "\n"
        }
        return """
            The configuration is a JSON5 file: JSON with comments, keys without quotes and commas at the end. `[]` stands for each
            element of a list. An unknown key is a fault, so that a misspelt one cannot be passed over; `sluice check --config FILE`
            says every fault at once, with its line. `sluice schema` prints the same as a JSON Schema, for editors.

            \(entries.joined(separator: "\n"))
            """
    }

    /// The tables of `pipelines/configuration.md`, one for each object of the file.
    package static var tables: String {
        var text = ""
        var section: String?
        for setting in all {
            if setting.section != section {
                section = setting.section
                text += text.isEmpty ? "" : "\n"
                text += "## \(setting.section.isEmpty ? "The file" : "`\(setting.section)`")\n\n"
                text += "| key | what stands there | default | what it does |\n|---|---|---|---|\n"
            }
            let fallback =
                switch setting.fallback {
                case .required: "required"
                case .value(let value): "`\(value)`"
                case .words(let words): words
                }
            let cells = ["`\(setting.path)`", setting.form.words, fallback, setting.effect]
            text += "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }
        return text
    }

    /// The key of the file that the setting is under; empty where nothing is under its key.
    private var section: String {
        let first = path.prefix { $0 != "." && $0 != "[" }
        return first == path ? "" : String(first)
    }

    /// A paragraph, indented, of lines that fit in a terminal.
    private static func lines(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 104 {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append("    " + word)
            }
        }
        return lines
    }
}

extension String {
    /// The text with a capital at its start and a full stop behind it.
    fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}

extension SettingForm {
    /// Whether keys of its own say what may stand there.
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }
}
