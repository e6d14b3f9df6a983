import Domain

/// The path of a day's logs, from that of one of them.
struct PathGuess: Equatable {
    /// With a placeholder where the path has a day.
    var template: String
    /// Whether the path has a day.
    var hasDate: Bool
    /// What somebody has to look at; nil: nothing.
    var note: String?

    /// Forms of days in paths, those that others could be taken for last.
    private static let forms: [(pattern: String, template: String)] = [
        ("dddd-dd-dd", "{date}"), ("dddd/dd/dd", "{date:yyyy/MM/dd}"), ("dddd_dd_dd", "{date:yyyy_MM_dd}"),
        ("dddd.dd.dd", "{date:yyyy.MM.dd}"), ("dddddddd", "{date:yyyyMMdd}"),
    ]

    init(_ path: String) {
        var rest = Array(path)[...]
        var text = ""
        var hasDate = false
        while let first = rest.first {
            let isInside = text.last?.isNumber ?? false
            if let form = PathGuess.forms.first(where: { !isInside && PathGuess.matches($0.pattern, rest) }) {
                text += form.template
                rest = rest.dropFirst(form.pattern.count)
                hasDate = true
            } else {
                if "{},*?[]\\".contains(first) { text += "\\" }
                text.append(first)
                rest = rest.dropFirst()
            }
        }
        template = text
        self.hasDate = hasDate
        if hasDate { starHours() }
        if hasDate, note == nil, hasNumberOfItsOwn {
            note = "this file's name alone: put a * where names differ from day to day"
        }
    }

    /// Folders of an hour behind the day's become a star: the day has all of them.
    private mutating func starHours() {
        var parts = template.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let day = parts.lastIndex(where: { $0.contains("}") }) else { return }
        for index in parts.indices.dropLast() where index > day {
            let (name, value) =
                parts[index].firstIndex(of: "=").map { equals in
                    (String(parts[index][...equals]), String(parts[index][equals...].dropFirst()))
                } ?? ("", parts[index])
            guard value.count == 2, let hour = Int(value), (0..<24).contains(hour) else { continue }
            parts[index] = name + "*"
            note = "a folder of one hour was given: all hours of the day are read"
        }
        template = parts.joined(separator: "/")
    }

    /// Whether the file's name, its day and ending aside, has a long number or one in hexadecimal, as names have that are made up.
    private var hasNumberOfItsOwn: Bool {
        let name = template.dropFirst(folder.count).dropLast(suffix.count)
        var (length, digits, depth) = (0, 0, 0)
        for character in name {
            if character == "{" { depth += 1 } else if character == "}" { depth -= 1 }
            guard depth == 0, character.isASCII, character.isHexDigit else {
                (length, digits) = (0, 0)
                continue
            }
            length += 1
            digits += character.isNumber ? 1 : 0
            if digits >= 5 || (length >= 6 && digits >= 2) { return true }
        }
        return false
    }

    /// Whether a text begins with a day in a form, and no digit follows.
    private static func matches(_ pattern: String, _ text: ArraySlice<Character>) -> Bool {
        guard text.count >= pattern.count else { return false }
        var digits = ""
        for (sign, character) in zip(pattern, text) {
            if sign == "d" {
                guard character.isASCII, character.isNumber else { return false }
                digits.append(character)
            } else if sign != character {
                return false
            }
        }
        if let next = text.dropFirst(pattern.count).first, next.isNumber { return false }
        let parts = [digits.prefix(4), digits.dropFirst(4).prefix(2), digits.suffix(2)].compactMap { Int($0) }
        guard parts.count == 3, (1990...2100).contains(parts[0]) else { return false }
        return CalendarDate(year: parts[0], month: parts[1], day: parts[2]) != nil
    }

    /// The templates of some paths, each once; several files of one folder become a pattern.
    static func templates(_ paths: [String]) -> [PathGuess] {
        var guesses: [PathGuess] = []
        for path in paths {
            let guess = PathGuess(path)
            if !guesses.contains(guess) { guesses.append(guess) }
        }
        var folders: [String: [PathGuess]] = [:]
        for guess in guesses { folders[guess.folder, default: []].append(guess) }
        var found: [PathGuess] = []
        for guess in guesses {
            let alike = folders[guess.folder] ?? []
            var own = guess
            if alike.count > 1 {
                let extensions = Set(alike.map(\.suffix))
                own.template = guess.folder + "*" + (extensions.count == 1 ? guess.suffix : "")
            }
            if !found.contains(own) { found.append(own) }
        }
        return found
    }

    /// Up to the last slash outside braces, and with it.
    private var folder: String {
        var (depth, end): (Int, String.Index?) = (0, nil)
        for index in template.indices {
            switch template[index] {
            case "{": depth += 1
            case "}": depth -= 1
            case "/" where depth == 0: end = template.index(after: index)
            default: break
            }
        }
        return end.map { String(template[..<$0]) } ?? ""
    }

    /// What the name ends in, from its first dot behind a letter on: `.jsonl.gz`.
    private var suffix: String {
        let name = template.dropFirst(folder.count)
        let known = [".gz", ".zst", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".log", ".txt"]
        var end = name.endIndex
        while let suffix = known.first(where: { name[..<end].hasSuffix($0) }) {
            end = name.index(end, offsetBy: -suffix.count)
        }
        return String(name[end...])
    }
}
