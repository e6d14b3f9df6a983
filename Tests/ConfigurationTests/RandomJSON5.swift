@testable import Configuration
import TestSupport

/// A writer of random JSON5, in every spelling that its specification has, that knows what it wrote and where.
struct RandomJSON5 {
    private(set) var text = String.UnicodeScalarView()
    private(set) var root: JSON5Node
    private var generator: SplitMix64
    private var place = JSON5Place(line: 1, column: 1)
    private var followsReturn = false

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        root = JSON5Node(path: .root, place: place, keyPlace: nil, value: .null)
        if chance(10) { put("\u{FEFF}") }
        putTrivia()
        root = putValue(.root, keyPlace: nil, depth: 0)
        putTrivia()
    }

    var bytes: [UInt8] { Array(String(text).utf8) }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

    private mutating func put(_ string: String) {
        for scalar in string.unicodeScalars {
            // A byte order mark is no column.
            let isMark = text.isEmpty && scalar == "\u{FEFF}"
            text.append(scalar)
            if isMark { continue }
            switch scalar {
            case "\n" where followsReturn: break
            case "\n", "\r": place = JSON5Place(line: place.line + 1, column: 1)
            default: place.column += 1
            }
            followsReturn = scalar == "\r"
        }
    }

    private mutating func putTrivia() {
        for _ in 0..<number(0...3) {
            put(
                pick([
                    " ", "\t", "\n", "\r\n", "\r", "  ", "\u{0B}", "\u{0C}", "\u{A0}", "\u{FEFF}", "\u{2028}",
                    "\u{2029}", "\u{2003}", "\u{3000}", "// a: {[\"'\n", "//\r\n", "//\u{2028}", "// é\u{2029}",
                    "/* }] é // */", "/***/", "/**/", "/* two\nlines\r\nthree */",
                ]))
        }
    }

    private mutating func putValue(_ path: JSON5Path, keyPlace: JSON5Place?, depth: Int) -> JSON5Node {
        let start = place
        var children: [JSON5Node] = []
        let value: JSON5Value
        switch number(depth == 0 ? 5...8 : 0...(depth < 5 ? 8 : 4)) {
        case 0: value = putOne([("null", .null), ("true", .bool(true)), ("false", .bool(false))])
        case 1: value = putNumber()
        case 2:
            value = putOne([
                ("0x1F", .number(31)), ("0XdecAF", .number(912_559)), ("-0x10", .number(-16)), (".5", .number(0.5)),
                ("5.", .number(5)), ("-5.e1", .number(-50)), ("+3", .number(3)), ("-2e3", .number(-2000)),
                ("1E+2", .number(100)), ("25e-2", .number(0.25)), ("Infinity", .number(.infinity)),
                ("-Infinity", .number(-.infinity)), ("+Infinity", .number(.infinity)), ("0", .number(0)),
                ("0.1", .number(0.1)), ("9007199254740993", .number(9_007_199_254_740_992)),
                ("0x20000000000003", .number(9_007_199_254_740_996)), ("1e-400", .number(0)),
            ])
        case 3, 4: value = .string(putString())
        case 5, 6:
            children = putArray(path, depth: depth)
            value = .array(children.map(\.value))
        default:
            children = putObject(path, depth: depth)
            value = .object(Dictionary(uniqueKeysWithValues: children.map { ($0.path.key ?? "", $0.value) }))
        }
        return JSON5Node(path: path, place: start, keyPlace: keyPlace, value: value, children: children)
    }

    private mutating func putNumber() -> JSON5Value {
        let value = chance(50) ? Double(number(-999...999)) / 8 : Double(bitPattern: generator.next())
        guard value.isFinite else { return putOne([("7", .number(7))]) }
        put("\(value)")
        return .number(value)
    }

    private mutating func putOne(_ spellings: [(String, JSON5Value)]) -> JSON5Value {
        let (spelling, value) = pick(spellings)
        put(spelling)
        return value
    }

    private mutating func putString() -> String {
        let quote = pick(["\"", "'"])
        var content = ""
        put(quote)
        for _ in 0..<number(0...5) {
            let (spelling, meaning) = pick([
                ("a", "a"), ("é", "é"), ("😀", "😀"), ("//", "//"), ("{", "{"), ("]", "]"), (",", ","), ("\t", "\t"),
                ("\u{1}", "\u{1}"), ("\u{2028}", "\u{2028}"), ("\u{2029}", "\u{2029}"), ("\\n", "\n"), ("\\b", "\u{8}"),
                ("\\f", "\u{C}"), ("\\r", "\r"), ("\\t", "\t"), ("\\v", "\u{B}"), ("\\0", "\0"), ("\\\\", "\\"),
                ("\\\"", "\""), ("\\'", "'"), ("\\/", "/"), ("\\A", "A"), ("\\é", "é"), ("\\😀", "😀"),
                ("\\u0041", "A"), ("\\u00e9", "é"), ("\\uD83D\\ude00", "😀"), ("\\x42", "B"), ("\\xe9", "é"),
                ("\\\n", ""), ("\\\r\n", ""), ("\\\r", ""), ("\\\u{2028}", ""), ("\\\u{2029}", ""),
                quote == "'" ? ("\"", "\"") : ("'", "'"),
            ])
            put(spelling)
            // Two spellings must not become one: a digit may not follow `\0`, nor LF the line continuation of CR.
            if spelling == "\\0" || spelling == "\\\r" { put("-") }
            content += meaning + (spelling == "\\0" || spelling == "\\\r" ? "-" : "")
        }
        put(quote)
        return content
    }

    private mutating func putArray(_ path: JSON5Path, depth: Int) -> [JSON5Node] {
        var elements: [JSON5Node] = []
        put("[")
        putTrivia()
        let count = number(0...4)
        for index in 0..<count {
            elements.append(putValue(path.appending(index), keyPlace: nil, depth: depth + 1))
            putSeparator(isLast: index == count - 1)
        }
        put("]")
        return elements
    }

    private mutating func putObject(_ path: JSON5Path, depth: Int) -> [JSON5Node] {
        var members: [JSON5Node] = []
        put("{")
        putTrivia()
        let count = number(0...4)
        for index in 0..<count {
            let start = place
            // The number keeps an object's keys apart.
            let (spelling, key) = pick([
                ("k\(index)", "k\(index)"), ("$_é\(index)", "$_é\(index)"), ("日本\(index)", "日本\(index)"),
                ("Ⅷ\(index)", "Ⅷ\(index)"), ("𝒳\(index)", "𝒳\(index)"), ("a\u{301}\(index)", "a\u{301}\(index)"),
                ("x\u{200D}‿٣\(index)", "x\u{200D}‿٣\(index)"), ("\\u0061b\\u005F\(index)", "ab_\(index)"),
                ("null\(index)", "null\(index)"), ("'\(index) \"'", "\(index) \""),
                ("\"\(index)\\u0041.😀\"", "\(index)A.😀"), ("'\(index)\\\n'", "\(index)"),
            ])
            put(spelling)
            putTrivia()
            put(":")
            putTrivia()
            members.append(putValue(path.appending(key), keyPlace: start, depth: depth + 1))
            putSeparator(isLast: index == count - 1)
        }
        put("}")
        return members
    }

    private mutating func putSeparator(isLast: Bool) {
        putTrivia()
        if !isLast || chance(30) { put(",") }
        putTrivia()
    }
}
