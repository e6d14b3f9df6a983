/// Reads the text of a ``PathTemplate``: braces within braces, and what stands in them.
struct PathTemplateReader {
    private typealias Part = PathTemplate.Part

    private let scalars: [Unicode.Scalar]
    private(set) var faults: [PathTemplate.Fault] = []

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    mutating func parts() -> [PathTemplate.Part] { parts(in: 0..<scalars.count) }

    private mutating func parts(in range: Range<Int>) -> [PathTemplate.Part] {
        var parts: [Part] = []
        var text = ""
        var position = range.lowerBound
        while position < range.upperBound {
            guard scalars[position] == "{" else {
                let length = scalars[position] == "\\" && position + 1 < range.upperBound ? 2 : 1
                text += string(position..<position + length)
                position += length
                continue
            }
            let end = closing(position, in: range).map { $0 + 1 }
            let braces = position..<(end ?? range.upperBound)
            position = braces.upperBound
            guard end != nil else {
                fault(
                    braces, "is no placeholder of a path: its brace is not closed",
                    string(braces).hasPrefix("{date")
                        ? "did you mean {date}?" : "close it; where a brace is meant itself, write \\{")
                text += string(braces)
                continue
            }
            guard let part = part(braces) else {
                text += string(braces)
                continue
            }
            if !text.isEmpty { parts.append(.text(text)) }
            text = ""
            parts.append(part)
        }
        if !text.isEmpty { parts.append(.text(text)) }
        return parts
    }

    /// The brace that closes the one at `open`.
    private func closing(_ open: Int, in range: Range<Int>) -> Int? {
        var depth = 0
        var position = open
        while position < range.upperBound {
            switch scalars[position] {
            case "\\": position += 1
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 { return position }
            default: break
            }
            position += 1
        }
        return nil
    }

    /// What braces and all between them stand for; nil, with a fault, when that is nothing.
    private mutating func part(_ braces: Range<Int>) -> PathTemplate.Part? {
        let inner = braces.lowerBound + 1..<braces.upperBound - 1
        let content = string(inner)
        if content.hasPrefix("date"), content.dropFirst(4).first.map({ "+-:".contains($0) }) ?? true {
            return date(braces, String(content.dropFirst(4)))
        }
        let alternatives = alternatives(inner)
        guard alternatives.count > 1 else {
            let legal = ["{date}", "{date+1}", "{date-1}", "{date:yyyyMMdd}"]
            let suggestion =
                nearest(string(braces).filter { $0 != " " }, among: legal).map { "did you mean \($0)?" }
                ?? "write {date}, {date+N}, {date-N} or {date:yyyyMMdd}, or alternatives with commas, as in {jsonl,ndjson}"
            fault(braces, "is no placeholder of a path", suggestion)
            return nil
        }
        return .alternatives(alternatives.map { parts(in: $0) })
    }

    private mutating func date(_ braces: Range<Int>, _ rest: String) -> PathTemplate.Part? {
        let colon = rest.firstIndex(of: ":")
        guard let offset = PathTemplateReader.offset(rest[..<(colon ?? rest.endIndex)]) else {
            fault(
                braces, "is no placeholder of a path",
                "write {date}, {date+N} or {date-N}, N days at most \(PathTemplate.furthestDay)")
            return nil
        }
        guard let colon else { return .date(offset: offset, .standard) }
        do throws(DatePattern.Fault) {
            return .date(offset: offset, try DatePattern(rest[rest.index(after: colon)...]))
        } catch {
            fault(braces, error.message, error.suggestion)
            return nil
        }
    }

    /// The parts between the commas that stand in no braces of their own.
    private func alternatives(_ range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = range.lowerBound
        var depth = 0
        var position = range.lowerBound
        while position < range.upperBound {
            switch scalars[position] {
            case "\\": position += 1
            case "{": depth += 1
            case "}": depth -= 1
            case "," where depth == 0:
                found.append(start..<position)
                start = position + 1
            default: break
            }
            position += 1
        }
        return found + [start..<range.upperBound]
    }

    private static func offset(_ text: Substring) -> Int? {
        if text.isEmpty { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let days = Int(digits),
            days <= PathTemplate.furthestDay
        else { return nil }
        return sign == "-" ? -days : days
    }

    private mutating func fault(_ range: Range<Int>, _ message: String, _ suggestion: String) {
        faults.append(
            PathTemplate.Fault(
                text: string(range), offset: range.lowerBound, message: message, suggestion: suggestion))
    }

    private func string(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range]))
    }
}

extension PathTemplate {
    /// What in a pattern of paths cannot be meant: `**` that is no whole name, a bracket that nothing closes.
    ///
    /// - Parameter pattern: the path as it is written, braces and all.
    package static func faultsOfPattern(_ pattern: String) -> [Fault] {
        var faults: [Fault] = []
        let scalars = Array(pattern.unicodeScalars)
        var position = 0
        while position < scalars.count {
            defer { position += 1 }
            switch scalars[position] {
            case "\\": position += 1
            case "*" where position + 1 < scalars.count && scalars[position + 1] == "*":
                let start = position
                while position + 1 < scalars.count, scalars[position + 1] == "*" { position += 1 }
                let before = start == 0 ? "/" : scalars[start - 1]
                let after = position + 1 == scalars.count ? "/" : scalars[position + 1]
                if position == start + 1, "/{,".unicodeScalars.contains(before), "/},".unicodeScalars.contains(after) {
                    continue
                }
                faults.append(
                    Fault(
                        text: String(repeating: "*", count: position + 1 - start), offset: start,
                        message: "is not between slashes, and only there it stands for folders",
                        suggestion: "write **/ for folders and * for the rest of a name, as in \"events/**/*.jsonl\""))
            case "[":
                // A bracket right behind the opening one, or behind its negation, is one of the characters.
                var end = position + 1
                if end < scalars.count, scalars[end] == "!" || scalars[end] == "^" { end += 1 }
                if end < scalars.count, scalars[end] == "]" { end += 1 }
                while end < scalars.count, scalars[end] != "]", scalars[end] != "/" { end += 1 }
                if end < scalars.count, scalars[end] == "]" {
                    position = end
                    continue
                }
                faults.append(
                    Fault(
                        text: "[", offset: position, message: "has no closing bracket",
                        suggestion: "close it; where a bracket is meant itself, write \\["))
            default: break
            }
        }
        return faults
    }
}
