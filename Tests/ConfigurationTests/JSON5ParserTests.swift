@testable import Configuration
import Foundation
import TestSupport
import Testing

@Suite struct JSON5ParserTests {
    static func parse(_ text: String) throws(ConfigurationFault) -> JSON5Node {
        try JSON5Document(Array(text.utf8)).root
    }

    // MARK: Documents

    @Test func everyValueIsReadAndStandsWhereItWasPut() throws {
        var nodes = 0
        func count(_ node: JSON5Node) -> Int { node.children.reduce(1) { $0 + count($1) } }
        for seed in 0..<UInt64(1000) {
            let random = RandomJSON5(seed: seed)
            let document = try JSON5Document(random.bytes)
            #expect(document.root == random.root, "\(String(random.text).debugDescription)")
            #expect(document.duplicates.isEmpty)
            nodes += count(random.root)
        }
        #expect(nodes > 5000)
    }

    /// A value as Foundation reads it, which reads JSON alone here.
    private struct FoundationValue: Decodable {
        var value: JSON5Value

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                value = .null
            } else if let bool = try? container.decode(Bool.self) {
                value = .bool(bool)
            } else if let number = try? container.decode(Double.self) {
                value = .number(number)
            } else if let text = try? container.decode(String.self) {
                value = .string(text)
            } else if let elements = try? container.decode([FoundationValue].self) {
                value = .array(elements.map(\.value))
            } else {
                value = .object(try container.decode([String: FoundationValue].self).mapValues(\.value))
            }
        }
    }

    @Test func whatIsWrittenIsJSONThatFoundationReads() throws {
        for seed in 2000..<UInt64(2300) {
            let written = finite(RandomJSON5(seed: seed).root.value)
            let document = written.document
            #expect(try JSON5Document(document).root.value == written)
            #expect(try JSONDecoder().decode(FoundationValue.self, from: Data(document)).value == written)
        }
    }

    /// The value with 0 for numbers that JSON has not.
    private func finite(_ value: JSON5Value) -> JSON5Value {
        switch value {
        case .number(let number): .number(number.isFinite ? number : 0)
        case .array(let elements): .array(elements.map(finite))
        case .object(let members): .object(members.mapValues(finite))
        default: value
        }
    }

    @Test func whatIsNotFiniteIsWrittenAndReadAgain() throws {
        let document = JSON5Value.array([.number(.infinity), .number(-.infinity), .number(.nan)]).document
        #expect(String(decoding: document, as: UTF8.self) == "[\n  Infinity,\n  -Infinity,\n  NaN\n]\n")
        let values = try JSON5Document(document).root.children.map(\.value)
        #expect(Array(values.prefix(2)) == [.number(.infinity), .number(-.infinity)])
        guard case .number(let last)? = values.last else { throw ConfigurationFault.none }
        #expect(last.isNaN)
    }

    // MARK: The specification's categories

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("1.", 1), (".1", 0.1), ("1.25", 1.25), ("1e2", 100), ("1e+2", 100), ("1E-2", 0.01),
        ("1.e2", 100), (".1e1", 1), ("0.", 0), ("0e1", 0), ("+1", 1), ("+.5", 0.5), ("-1", -1), ("0xC", 12),
        ("0xc8", 200), ("-0XFF", -255), ("1e308", 1e308), ("4.9e-324", .leastNonzeroMagnitude),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("0xffffffffffffffffffffffff", 7.922816251426434e28), ("Infinity", .infinity), ("-Infinity", -.infinity),
    ])
    func numbers(text: String, value: Double) throws {
        #expect(try Self.parse(text).value == .number(value))
        #expect(try Self.parse("[\(text),]").children.first?.value == .number(value))
    }

    @Test(arguments: [
        "01", "-01", "00", "010", "0x", "0xG", "0x1.5", "1e", "1e+", ".", "+", "-", "+-1", "--1", "1.2.3", "1e1.5",
        "0x-1",
        "infinity", "nan", "Inf", "e1", ".e1", "1_000", "1n", "0b1", "0o7", "١", "1\u{301}", "- 1", "1 2", "08.5",
    ])
    func whatIsNoNumber(text: String) {
        #expect(throws: ConfigurationFault.self) { try Self.parse(text) }
    }

    @Test(arguments: [
        "1e309", "-1e309", "1\(String(repeating: "0", count: 400))", "0x1\(String(repeating: "0", count: 300))",
    ])
    func aNumberOutOfRangeIsAFaultOfItsValue(text: String) throws {
        guard case .unreadable(let what, _) = try Self.parse(text).value else { throw ConfigurationFault.none }
        #expect(what == "a number out of range")
    }

    @Test(arguments: [
        ("''", ""), ("\"'\"", "'"), ("'\"'", "\""), ("'\\''", "'"), ("'a\\\nb'", "ab"), ("'a\\\r\nb'", "ab"),
        ("'a\\\rb'", "ab"), ("'a\\\u{2028}b'", "ab"), ("'a\u{2028}b\u{2029}'", "a\u{2028}b\u{2029}"), ("'\\0'", "\0"),
        ("'\\q\\a'", "qa"), ("'\\x41\\u0042'", "AB"), ("'\\uD834\\uDD1E'", "𝄞"), ("'\t\0\u{7}'", "\t\0\u{7}"),
        ("'\\v\\b\\f\\n\\r\\t'", "\u{B}\u{8}\u{C}\n\r\t"), ("'\u{FEFF}'", "\u{FEFF}"), ("'//'", "//"), ("'/*'", "/*"),
    ])
    func strings(text: String, value: String) throws {
        let node = try Self.parse("[\n\(text)]")
        #expect(node.children.map(\.value) == [.string(value)])
    }

    @Test(arguments: [
        ("'\\1'", "the escape \\1"), ("'\\9'", "the escape \\9"), ("'\\01'", "the escape \\0"),
        ("'\\uD800'", "half of a surrogate pair"), ("'\\uDC00\\uD800'", "half of a surrogate pair"),
        ("'\\uD800\\u0041'", "half of a surrogate pair"), ("'\\uD800\\n'", "half of a surrogate pair"),
    ])
    func aStringThatNoUTF8HasIsAFaultOfItsValue(text: String, what: String) throws {
        let nodes = try Self.parse("[\(text), 1]").children
        #expect(nodes.count == 2)
        guard case .unreadable(let found, let remedy)? = nodes.first?.value else { throw ConfigurationFault.none }
        #expect(found.contains(what) && !remedy.isEmpty)
    }

    @Test(arguments: [
        ("a", "a"), ("$", "$"), ("_", "_"), ("$1_a", "$1_a"), ("true", "true"), ("Infinity", "Infinity"),
        ("ümlåût", "ümlåût"),
        ("\\u0041b", "Ab"), ("sig\\u03A3ma", "sigΣma"), ("''", ""), ("'a b'", "a b"), ("'\\x41'", "A"), ("'1'", "1"),
        ("a\u{200C}\u{200D}", "a\u{200C}\u{200D}"), ("Ⅳ", "Ⅳ"), ("x٣", "x٣"), ("x‿y", "x‿y"), ("𠮷", "𠮷"),
    ])
    func keys(text: String, key: String) throws {
        let members = try Self.parse("{\(text):1}").members
        #expect(members.map(\.key) == [key])
        #expect(members.first?.node.keyPlace == JSON5Place(line: 1, column: 2))
    }

    @Test(arguments: [
        "1", "1a", "-a", "a-b", "a b", "\\u0031a", "\\u002D", "\\x41", "\\uD835\\uDC9C", "٣x", "\u{301}a", "\u{200D}",
        "[1]",
        "", "a.b", "@", "😀", "'\\1'", "'\\uD800'",
    ])
    func whatIsNoKey(text: String) {
        #expect(throws: ConfigurationFault.self) { try Self.parse("{\(text):1}") }
    }

    @Test(arguments: [
        "{}", "[]", "{a:1,}", "[1,]", "[ ]", "{ }", "[[],{},]", "/**/1//", "1//", "//\n1", "1/* */", "\u{FEFF}1",
        "null\u{A0}",
        "\u{2028}1\u{2029}", "/*\n*/[/**/]/**/", "[//]\n]", "/* /* */1", "/****/1", "\u{1680}1",
    ])
    func documents(text: String) throws {
        _ = try Self.parse(text)
    }

    @Test(arguments: [
        "{,}", "[,]", "[1,,]", "{a:1,,}", "{a}", "{a:}", "{:1}", "[1 2]", "{a:1 b:2}", "{a:1;b:2}", "[1}", "{a:1]",
        "1,", "{}{}",
        "/*", "/*/", "/1", "[/]", "# 1", "<!-- -->1", "undefined", "True", "NULL", "`a`", "{a:'b}", "\u{200B}1",
        "\u{180E}1", "\0",
        "'\u{D}'", "[1\\]", "{\"a\" \"b\"}", "{a = 1}", "(1)", "function(){}", "{...a}",
    ])
    func whatIsNoDocument(text: String) {
        #expect(throws: ConfigurationFault.self) { try Self.parse(text) }
    }

    // MARK: Faults

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
        ("{ab¶\\u002D: 1}", "an escape that stands for \"-\"", "write the key in quotes"),
        ("{¶\\x41: 1}", "a backslash in a key without quotes", "write the key in quotes"),
        ("{¶'\\1': 1}", "a key that is a string with the escape \\1", "write \\\\ for a backslash"),
        ("{a: 1,\r\r\n\u{2028}\u{A0}¶*}", "expected a key, found *", "with quotes unless"),
        ("{a: 'b\\\r\nc', ¶*}", "expected a key, found *", "with quotes unless"),
        ("¶\0", "expected a value, found \"\\0\"", "write a string"),
    ])
    func aFaultNamesItsPlace(marked: String, message: String, suggestion: String) throws {
        let scalars = Array(marked.unicodeScalars)
        let index = try #require(scalars.firstIndex(of: "¶"))
        var (line, column) = (1, 1)
        for (scalar, next) in zip(scalars[..<index], scalars.dropFirst()) {
            let endsLine = scalar == "\n" || (scalar == "\r" && next != "\n")
            (line, column) = endsLine ? (line + 1, 1) : (line, column + 1)
        }
        let text = marked.replacing("¶", with: "")
        let fault = try #require(throws: ConfigurationFault.self) { try Self.parse(text) }
        #expect(fault.path.isEmpty && fault.line == line && fault.column == column)
        #expect(fault.message.contains(message), "\(fault.message)")
        #expect(fault.suggestion.contains(suggestion), "\(fault.suggestion)")
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.read(text) }
        #expect(error.faults == [fault])
    }

    @Test(arguments: [
        ("{\n é: \"", [0xFF], 2, 6), ("", [0xC3], 1, 1), ("{\r\n\r\n'\u{FFFD}", [0xE2, 0x82], 3, 3),
        ("ab", [0xED, 0xA0, 0x80], 1, 3), ("a\n", [0xEF, 0xBF], 2, 1), ("\u{FEFF}a", [0xC0, 0x80], 1, 2),
        ("", [0xF5], 1, 1),
    ])
    func bytesThatAreNotUTF8NameTheirPlace(head: String, bad: [UInt8], line: Int, column: Int) throws {
        let bytes = Array(head.utf8) + bad + Array("\"}".utf8)
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.from(bytes: bytes, file: "test.json5")
        }
        #expect(error.faults.map(\.message) == ["not UTF-8"])
        #expect(error.faults.first?.line == line && error.faults.first?.column == column)
    }

    @Test func deepNestingIsRefusedWithoutHarm() throws {
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let legal = String(repeating: open, count: 64) + "1" + String(repeating: close, count: 64)
            _ = try Self.parse(legal)
            for depth in [65, 100_000] {
                let fault = #expect(throws: ConfigurationFault.self) {
                    try Self.parse(String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth))
                }
                #expect(fault?.message == "more than 64 levels of nesting")
                #expect(fault?.column == 64 * open.utf8.count + 1, "\(open)")
            }
        }
    }

    @Test func aDocumentOfManyBytesIsRefused() throws {
        let text = "1" + String(repeating: " ", count: JSON5Parser.longest)
        let fault = #expect(throws: ConfigurationFault.self) { try Self.parse(text) }
        #expect(fault?.message == "16777217 bytes, more than 16777216")
    }

    @Test func aKeyWrittenTwiceIsFoundHoweverItIsSpelled() throws {
        let text = "{ab: {x: 1},\n 'a\\u0062': {x: 2, x: 3}, c: [{d: 1, \"d\": 2, \\u0064: 3}]}"
        let document = try JSON5Document(Array(text.utf8))
        #expect(document.duplicates.map(\.path.description) == ["ab", "c[0].d", "c[0].d"])
        #expect(document.duplicates.first?.place == JSON5Place(line: 2, column: 2))
        #expect(document.duplicates.map(\.first) == [(1, 2), (2, 32), (2, 32)].map(JSON5Place.init))
        // The first is the one that counts.
        #expect(document.root["ab"]?["x"]?.place == JSON5Place(line: 1, column: 10))
        #expect(document.root.members.map(\.key) == ["ab", "c"])
    }

    @Test func pathsReadAsOneWouldWriteThem() {
        let path = JSON5Path.root.appending("experiments").appending(0).appending("floors").appending("50% \"off\"")
        #expect(path.description == #"experiments[0].floors["50% \"off\""]"#)
        #expect(JSON5Path.root.appending("a b").appending("").description == #"["a b"][""]"#)
        #expect(JSON5Path.root.description.isEmpty)
    }

    // MARK: Damage

    @Test func everyPrefixComesToAnEnd() throws {
        for seed in 0..<UInt64(25) {
            let bytes = RandomJSON5(seed: seed).bytes
            for count in 0..<bytes.count { try expectPlacedOrRead(Array(bytes[..<count])) }
        }
    }

    @Test func randomAndDamagedBytesComeToAnEnd() throws {
        let debris =
            Array("{}[],:'\"\\/*+-.0123456789abeftrunlINxX$_ \n\r\u{A0}é%\u{2028}\\u0041".utf8) + [0xFF, 0xC0, 0xED, 0]
        var generator = SplitMix64(seed: 3)
        var refused = 0
        for seed in 1000..<UInt64(3000) {
            var bytes = RandomJSON5(seed: seed).bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0...bytes.count, using: &generator)
                let byte = debris[Int.random(in: 0..<debris.count, using: &generator)]
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes.insert(byte, at: index)
                case 1 where index < bytes.count: bytes.remove(at: index)
                default: if index < bytes.count { bytes[index] = byte }
                }
            }
            refused += try expectPlacedOrRead(bytes) ? 0 : 1
            try expectPlacedOrRead((0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) })
            try expectPlacedOrRead((0..<40).map { _ in debris[Int.random(in: 0..<debris.count, using: &generator)] })
        }
        #expect(refused > 400)
    }

    /// Bytes are a document, or one fault within their lines. Returns whether they are one.
    @discardableResult private func expectPlacedOrRead(_ bytes: [UInt8]) throws -> Bool {
        do {
            _ = try JSON5Document(bytes)
            return true
        } catch {
            let lines = bytes.count { $0 == 10 || $0 == 13 } + 1
            let (line, column) = (try #require(error.line), try #require(error.column))
            #expect((1...lines).contains(line) && (1...bytes.count + 1).contains(column), "\(error)")
            #expect(!error.message.isEmpty && !error.suggestion.isEmpty)
            return false
        }
    }
}

extension ConfigurationFault {
    fileprivate static let none = ConfigurationFault(path: "", line: nil, column: nil, message: "", suggestion: "")
}
