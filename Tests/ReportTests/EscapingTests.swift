import Foundation
import Report
import StateGenerator
import TestSupport
import TestExpectations
import Testing

/// The tags of a page as a browser cuts them: each with its name and the names of its attributes, text left out.
///
/// A small reading of the HTML standard's tokenizer: quoted and unquoted attributes, and `script` and `style`, whose text ends
/// only with their own end tag.
private func tags(_ page: String) -> [String] {
    var tags: [String] = []
    let text = Array(page.unicodeScalars)
    var index = 0
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { [" ", "\n", "\t", "\r", "\u{C}"].contains(scalar) }
    while index < text.count {
        guard text[index] == "<", index + 1 < text.count,
            text[index + 1].properties.isAlphabetic || ["/", "!"].contains(text[index + 1])
        else {
            index += 1
            continue
        }
        index += 1
        var tag = ""
        while index < text.count, !isSpace(text[index]), text[index] != ">" {
            tag.unicodeScalars.append(text[index])
            index += 1
        }
        let name = tag
        while index < text.count, text[index] != ">" {
            if isSpace(text[index]) || text[index] == "/" {
                index += 1
                continue
            }
            var attribute = ""
            while index < text.count, !isSpace(text[index]), !["=", ">"].contains(text[index]) {
                attribute.unicodeScalars.append(text[index])
                index += 1
            }
            tag += " " + attribute
            guard index < text.count, text[index] == "=" else { continue }
            index += 1
            if index < text.count, text[index] == "\"" || text[index] == "'" {
                let quote = text[index]
                index += 1
                while index < text.count, text[index] != quote { index += 1 }
                index += 1
            } else {
                while index < text.count, !isSpace(text[index]), text[index] != ">" { index += 1 }
            }
        }
        tags.append(tag)
        guard name == "script" || name == "style" else { continue }
        let end = Array("</\(name)".unicodeScalars)
        while index < text.count, !text[index...].starts(with: end) { index += 1 }
    }
    return tags
}

@Suite struct EscapingTests {
    private static let pieces = [
        "<", ">", "\"", "'", "&", "/", "=", " ", "`", "\\", "<script>", "</script>", "</style>", "<!--", "-->", "]]>",
        "onload=",
        "</title>", "</svg>", "</table>", "<td", "&lt;", "&#60;", "javascript:", "\u{2028}", "\u{202E}", "é", "\u{0}",
        "\n",
        "${", "}}", "x",
    ]

    /// The page of a small state whose names all end in `tail`, so that their order does not depend on it.
    private static func page(_ tail: @escaping @Sendable (Character, Int) -> String) throws -> String {
        var synthetic = SyntheticState(days: 9, experiments: 3, arms: 4, segments: 2)
        synthetic.name = { kind, index in "\(kind)\(index)\(tail(kind, index))" }
        return try WrittenState(synthetic).page()
    }

    @Test("Names that are markup change no tag and no attribute of the page", .slow, arguments: 0..<12)
    func structure(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let tails = (0..<64).map { _ in
            (0..<Int.random(in: 1...6, using: &generator)).map { _ in Self.pieces.randomElement(using: &generator)! }
                .joined()
        }
        let plain = tags(try Self.page { _, _ in "" })
        #expect(plain.count > 500)
        let hostile = tags(
            try Self.page { kind, index in tails[(index * 7 + Int(kind.asciiValue ?? 0)) % tails.count] })
        #expect(hostile == plain)
    }

    @Test("The tokenizer of these tests sees markup that is not escaped")
    func tokenizer() {
        #expect(tags("<p>a<b") == ["p", "b"])
        #expect(tags("<p title=\"<i>\" x=1><script>a<b></script>") == ["p title x", "script", "/script"])
        #expect(tags("<p title=\"\" onload=x>") == ["p title onload"])
    }

    @Test("A hostile state makes a page that names every arm, escaped, and every damaged day", .slow)
    func hostileState() throws {
        let page = try WrittenState(hostile: ()).page()
        for name in HostileState.names { #expect(page.contains(HTML.escape(name))) }
        #expect(!page.contains("<img"))
        #expect(page.components(separatedBy: "cannot be read and is left out").count == 5)
    }
}
