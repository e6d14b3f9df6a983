@testable import Configuration
import TestSupport
import Testing

/// A writer of random JSON5 that knows where it put every key and value.
private struct RandomDocument {
    private(set) var text = String.UnicodeScalarView()
    private(set) var keys: [JSON5Path: JSON5Locator.Place] = [:]
    private(set) var values: [JSON5Path: JSON5Locator.Place] = [:]
    private(set) var value = JSON5Value.null
    private var generator: SplitMix64
    private var place = JSON5Locator.Place(line: 1, column: 1)
    private var followsReturn = false

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        if chance(10) { text.append("\u{FEFF}") }
        putTrivia()
        value = putValue(JSON5Path(), depth: 0)
        putTrivia()
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

    private mutating func put(_ string: String) {
        for scalar in string.unicodeScalars {
            text.append(scalar)
            switch scalar {
            case "\n" where followsReturn: break
            case "\n", "\r": place = JSON5Locator.Place(line: place.line + 1, column: 1)
            default: place.column += 1
            }
            followsReturn = scalar == "\r"
        }
    }

    private mutating func putTrivia() {
        for _ in 0..<number(0...3) {
            put(
                pick([
                    " ", "\t", "\n", "\r\n", "\r", "  ", "\u{0B}", "// a: {[\"'\n", "//\r\n", "/* }] é // */", "/***/",
                    "/* two\nlines\r\nthree */",
                ]))
        }
    }

    private mutating func putValue(_ path: JSON5Path, depth: Int) -> JSON5Value {
        values[path] = place
        switch number(depth == 0 ? 5...8 : 0...(depth < 5 ? 8 : 4)) {
        case 0:
            return putOne([("null", .null), ("true", .bool(true)), ("false", .bool(false))])
        case 1:
            let value = Double(number(-999...999)) / 8
            put("\(value)")
            return .number(value)
        case 2:
            return putOne([
                ("0x1F", .number(31)), (".5", .number(0.5)), ("5.", .number(5)), ("+3", .number(3)),
                ("-2e3", .number(-2000)), ("1E+2", .number(100)), ("-Infinity", .number(-.infinity)), ("0", .number(0)),
            ])
        case 3, 4: return .string(putString())
        case 5, 6: return putArray(path, depth: depth)
        default: return putObject(path, depth: depth)
        }
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
                ("a", "a"), ("é", "é"), ("😀", "😀"), ("//", "//"), ("{", "{"), ("]", "]"), (",", ","), ("\\n", "\n"),
                ("\\\\", "\\"), ("\\\"", "\""), ("\\'", "'"), ("\\u0041", "A"), ("\\x42", "B"),
                quote == "'" ? ("\"", "\"") : ("'", "'"),
            ])
            put(spelling)
            content += meaning
        }
        put(quote)
        return content
    }

    private mutating func putArray(_ path: JSON5Path, depth: Int) -> JSON5Value {
        var elements: [JSON5Value] = []
        put("[")
        putTrivia()
        let count = number(0...4)
        for index in 0..<count {
            elements.append(putValue(path.appending(index), depth: depth + 1))
            putSeparator(isLast: index == count - 1)
        }
        put("]")
        return .array(elements)
    }

    private mutating func putObject(_ path: JSON5Path, depth: Int) -> JSON5Value {
        var members: [String: JSON5Value] = [:]
        put("{")
        putTrivia()
        let count = number(0...4)
        for index in 0..<count {
            let start = place
            // The number keeps an object's keys apart.
            let (spelling, key) = pick([
                ("k\(index)", "k\(index)"), ("$_é\(index)", "$_é\(index)"), ("'\(index) \"'", "\(index) \""),
                ("\"\(index)\\u0041.😀\"", "\(index)A.😀"),
            ])
            put(spelling)
            let member = path.appending(key)
            keys[member] = start
            putTrivia()
            put(":")
            putTrivia()
            members[key] = putValue(member, depth: depth + 1)
            putSeparator(isLast: index == count - 1)
        }
        put("}")
        return .object(members)
    }

    private mutating func putSeparator(isLast: Bool) {
        putTrivia()
        if !isLast || chance(30) { put(",") }
        putTrivia()
    }
}

extension JSON5Value {
    fileprivate var isReadable: Bool {
        switch self {
        case .unreadable: false
        case .array(let elements): elements.allSatisfy(\.isReadable)
        case .object(let members): members.values.allSatisfy(\.isReadable)
        default: true
        }
    }
}

@Suite struct JSON5LocatorTests {
    @Test func everyKeyAndValueIsFoundWhereItWasPut() throws {
        var located = 0
        for seed in 0..<UInt64(400) {
            let document = RandomDocument(seed: seed)
            let text = String(document.text)
            // The decoder reads what the writer meant, so the text is JSON5 with these paths.
            #expect(try JSON5Value.decode(text.utf8) == document.value, "\(text)")
            let locator = try JSON5Locator(text)
            for (path, place) in document.values {
                #expect(locator.place(ofValueAt: path) == place, "\(path) in \(text)")
            }
            for (path, place) in document.keys { #expect(locator.place(ofKeyAt: path) == place, "\(path) in \(text)") }
            #expect(locator.duplicates.isEmpty)
            located += document.values.count
        }
        #expect(located > 2000)
    }

    /// Text the locator takes for JSON5 is JSON5 to the decoder, single values aside, so that no fault is without a place; and
    /// the locator refuses nothing that the decoder reads.
    @Test func damagedTextIsRefusedByBothOrNeither() {
        let debris: [Unicode.Scalar] = Array("{}[],:'\"\\/*+-.0123456789abeftrunlINxX$_ \n\r\u{A0}é%".unicodeScalars)
        var generator = SplitMix64(seed: 3)
        var refused = 0
        for seed in 1000..<UInt64(2500) {
            var text = Array(RandomDocument(seed: seed).text)
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let index = Int.random(in: 0...text.count, using: &generator)
                let scalar = debris[Int.random(in: 0..<debris.count, using: &generator)]
                switch Int.random(in: 0...2, using: &generator) {
                case 0: text.insert(scalar, at: index)
                case 1 where index < text.count: text.remove(at: index)
                default: if index < text.count { text[index] = scalar }
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: text)
            let string = String(view)
            let value = try? JSON5Value.decode(string.utf8)
            guard (try? JSON5Locator(string)) == nil else {
                #expect(value != nil, "\(string.debugDescription)")
                continue
            }
            #expect(value?.isReadable != true, "\(string.debugDescription)")
            refused += 1
        }
        #expect(refused > 100)
    }

    @Test(arguments: [
        ("¶", "nothing here", "write an object"),
        ("// only a comment\n¶", "nothing here", "write an object"),
        ("{a: 1\n  ¶b: 2}", "expected a comma or }, found b", "put a comma between"),
        ("{a: [1, 2\n¶}", "expected a comma or ], found }", "put a comma between"),
        ("{\n a: ¶{ b: 1,\n", "the object that begins here never ends", "close it with }"),
        ("{a: ¶[1, ", "the list that begins here never ends", "close it with ]"),
        ("{a: 1} ¶x", "expected the end of the file, found x", "remove"),
        ("{a: ¶tru}", "\"tru\" is no value", "did you mean true?"),
        ("{a: ¶first}", "\"first\" is no value", "put text in quotes: \"first\""),
        ("{a: ¶2026-11-20}", "\"2026-11-20\" is no value", "put text in quotes"),
        ("{a: ¶01}", "\"01\" is no value", "quotes"),
        ("{a: ¶'x\n}", "a string that does not end on its line", "close it with '"),
        ("{a: ¶\"x", "a string that never ends", "close it with \""),
        ("{a: '¶\\x2', b: 1}", "an escape without its 2 hexadecimal digits", "write \\\\ for a backslash"),
        ("{'k¶\\u00zz': 1}", "an escape without its 4 hexadecimal digits", "write"),
        ("{a: ¶'x\\", "a string that never ends", "close it with '"),
        ("{a: 1, ¶/* b: 2}", "a comment that never ends", "close it with */"),
        ("{a: [1,¶,2]}", "expected a value, found ,", "write a string"),
        ("{a¶-b: 1}", "expected a colon, found -", "in quotes"),
        ("{¶1a: 1}", "expected a key, found 1", "with quotes unless"),
        ("{a: 1,¶,}", "expected a key, found ,", "with quotes unless"),
        ("{a:¶\u{A0}1}", "expected a value, found \"\u{A0}\"", "write a string"),
        ("{¶'\\q': 1}", "a key with an unknown escape", "plain key"),
        ("¶\0", "expected a value, found \"\\0\"", "write a string"),
    ])
    func aSyntaxErrorNamesItsPlace(marked: String, message: String, suggestion: String) throws {
        let scalars = Array(marked.unicodeScalars)
        let index = try #require(scalars.firstIndex(of: "¶"))
        let text = marked.replacing("¶", with: "")
        let syntax = try #require(throws: JSON5SyntaxError.self) { try JSON5Locator(text) }
        #expect(syntax.index == index)
        #expect(syntax.message.contains(message), "\(syntax.message)")
        #expect(syntax.suggestion.contains(suggestion), "\(syntax.suggestion)")

        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.read(text) }
        let place = JSON5Locator.place(of: index, in: text)
        #expect(
            error.faults == [
                ConfigurationFault(
                    path: "", line: place.line, column: place.column, message: syntax.message,
                    suggestion: syntax.suggestion)
            ])
    }

    @Test func bytesThatAreNotUTF8NameTheirPlace() throws {
        for (head, bad) in [
            ("{\n é: \"", [0xFF]), ("", [0xC3]), ("{\r\n\r\n'\u{FFFD}", [0xE2, 0x82]), ("ab", [0xED, 0xA0, 0x80]),
        ] {
            let bytes = Array(head.utf8) + bad.map { UInt8($0) } + Array("\"}".utf8)
            let error = try #require(throws: ConfigurationError.self) {
                try Configuration.from(bytes: bytes, file: "test.json5")
            }
            let place = JSON5Locator.place(of: head.unicodeScalars.count, in: head)
            #expect(error.faults.map(\.message) == ["not UTF-8"])
            #expect(error.faults.first?.line == place.line)
            #expect(error.faults.first?.column == place.column)
        }
    }

    @Test func deepNestingIsRefusedWithoutHarm() {
        let text = String(repeating: "[", count: 100_000)
        let error = #expect(throws: JSON5SyntaxError.self) { try JSON5Locator(text) }
        #expect(error?.message.contains("nesting") == true)
    }

    @Test func aKeyWrittenTwiceIsFoundHoweverItIsSpelled() throws {
        let locator = try JSON5Locator("{ab: {x: 1},\n 'a\\u0062': {x: 2, x: 3}, c: [{d: 1, \"d\": 2}]}")
        let ab = JSON5Path().appending("ab")
        #expect(locator.duplicates.map(\.path.description) == ["ab", "c[0].d"])
        #expect(locator.duplicates.first?.place == JSON5Locator.Place(line: 2, column: 2))
        // The first is the one decoded, so its place is the value's.
        #expect(locator.place(ofValueAt: ab.appending("x")) == JSON5Locator.Place(line: 1, column: 10))
    }

    @Test func pathsReadAsOneWouldWriteThem() {
        let path = JSON5Path().appending("experiments").appending(0).appending("floors").appending("50% \"off\"")
        #expect(path.description == #"experiments[0].floors["50% \"off\""]"#)
        #expect(JSON5Path().appending("a b").appending("").description == #"["a b"][""]"#)
        #expect(JSON5Path().description.isEmpty)
    }
}
