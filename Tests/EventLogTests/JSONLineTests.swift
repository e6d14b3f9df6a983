import CScan
import Foundation
import TestSupport
import Testing

@testable import EventLog

@Suite("JSON lines")
struct JSONLineTests {
    /// What the scanner says of a line, and the text of the value of `key` as it stands there.
    private func scan(_ line: [UInt8], key: String = "a") -> (RejectedReason?, kind: LineValue.Kind, text: String) {
        withLine(line) { start in
            var value = LineValue.absent
            var scanner = JSONLine(start)
            let reason = scanner.scan(KeyTree(names: ["other", key]), into: &value, number: 2)
            return (reason, value.kind, String(decoding: value.bytes, as: UTF8.self))
        }
    }

    private func reason(_ line: String) -> RejectedReason? { scan(Array(line.utf8)).0 }

    @Test(
        "accepts the grammar of RFC 8259",
        arguments: [
            "{}", "{ }", " \t\r{\t}\r ", #"{"a":1}"#, #"{"a" : 1 , "b":2}"#, #"{"":1}"#, #"{"a":{}}"#, #"{"a":[]}"#,
            #"{"a":[ ]}"#, #"{"a":[1,[2,[3]],{"b":{"c":[]}}]}"#, #"{"a":null,"b":true,"c":false}"#, #"{"a":""}"#,
            #"{"a":0}"#, #"{"a":-0}"#, #"{"a":-1}"#, #"{"a":10}"#, #"{"a":0.0}"#, #"{"a":1.50}"#, #"{"a":1e5}"#,
            #"{"a":1E5}"#, #"{"a":1e+5}"#, #"{"a":1e-05}"#, #"{"a":-0.1e00}"#, #"{"a":1e400}"#,
            #"{"a":123456789012345678901234567890.123456789}"#, #"{"a":"\"\\\/\b\f\n\r\t"}"#,
            #"{"a":"\u0000\u001F\uFFFF"}"#,
            #"{"a":"\uD83D\uDE00 \ud83d\ude00"}"#, "{\"a\":\"\u{7F}\u{80}\u{2028}\u{10FFFF}\"}", #"{"a":1,"a":2}"#,
            #"{"\u0061":1}"#, #"{"a":"}"}"#, #"{"a":"{[,:"}"#,
        ])
    func accepts(line: String) {
        #expect(reason(line) == nil)
    }

    @Test(
        "rejects what the grammar does not have",
        arguments: [
            "", "{", "}", "{{}", "{}}", "{},", "{} x", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#,
            #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1:2}"#, "{a:1}", "{'a':1}", "{1:1}",
            "{null:1}", #"{"a":'b'}"#, #"{"a":b}"#, #"{"a":nul}"#, #"{"a":nulll}"#, #"{"a":True}"#, #"{"a":tru}"#,
            #"{"a":NaN}"#, #"{"a":Infinity}"#, #"{"a":-Infinity}"#, #"{"a":undefined}"#, #"{"a":01}"#, #"{"a":-01}"#,
            #"{"a":00}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":-.5}"#, #"{"a":+1}"#, #"{"a":-}"#, #"{"a":--1}"#,
            #"{"a":1e}"#,
            #"{"a":1e+}"#, #"{"a":1e1.5}"#, #"{"a":1.5.5}"#, #"{"a":0x10}"#, #"{"a":1_000}"#, #"{"a":1a}"#,
            #"{"a":1 2}"#,
            #"{"a":[1,]}"#, #"{"a":[,1]}"#, #"{"a":[1 2]}"#, #"{"a":[1}"#, #"{"a":[1]"#, #"{"a":{"b"}}"#,
            #"{"a":{"b":1,}}"#,
            #"{"a":{1:2}}"#, #"{"a":[}"#, #"{"a":]}"#, #"{"a":"b}"#, #"{"a":"\"}"#, #"{"a":"\x41"}"#, #"{"a":"\'"}"#,
            #"{"a":"\u"}"#, #"{"a":"\u12"}"#, #"{"a":"\u12g4"}"#, #"{"a":"\u 123"}"#, #"{"a":"\U0041"}"#, #"{"a":"\"#,
            #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#, #"{"a":"\ud800\ud800"}"#, #"{"a":"\ud800 \udc00"}"#,
            #"{"a":"\ud800\n"}"#, #"{"a":"\ud800\u0041"}"#, #"{"a":"\udc00\ud800"}"#, #"{"\ud800":1}"#,
            #"{"a":"\ud83d\ude0"}"#,
            "{\"a\":\"\t\"}", "{\"a\":\"\u{0}\"}", "{\"a\":\"\u{1F}\"}", "{\"a\":\"\n\"}", "{\"\u{1}\":1}", "{\u{A0}}",
            "{\u{0B}}",
            "{\u{0C}}", "\u{FEFF}{}", "{\u{0}}", "{} \u{0}", "{/**/}", "{}//", #"{"a":1}#"#, #"{"a":/**/1}"#, "[1,]",
            "\"",
            "nul", "-", "01",
        ])
    func rejects(line: String) {
        #expect(reason(line) == .notJSON)
    }

    @Test(
        "tells other values from objects",
        arguments: ["[]", "[{}]", "null", "true", " false ", "0", "-1.5e3", "\"a\"", "\"\\n\"", "[[1],{\"a\":null}]"])
    func notAnObject(line: String) {
        #expect(reason(line) == .notAnObject)
    }

    @Test("reads 64 levels and no more", arguments: ["[", "{\"b\":"])
    func depth(open: String) {
        let close = open == "[" ? "]" : "}"
        func line(_ levels: Int) -> String {
            "{\"a\":" + String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels) + "}"
        }
        #expect(reason(line(63)) == nil)
        #expect(reason(line(64)) == .nestedTooDeep)
        #expect(reason(line(100_000)) == .nestedTooDeep)
        #expect(reason("{\"a\":" + String(repeating: open, count: 64)) == .nestedTooDeep)
        #expect(reason("{\"a\":" + String(repeating: open, count: 63)) == .notJSON)
        #expect(reason(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == .notAnObject)
        #expect(reason(String(repeating: "[", count: 65)) == .nestedTooDeep)
    }

    @Test("finds the values of keys")
    func values() {
        func value(_ line: String, _ key: String = "a") -> String {
            let (_, kind, text) = scan(Array(line.utf8), key: key)
            return "\(kind.name) \(text)"
        }
        #expect(value(#"{"b":2,"a":1}"#) == "number 1")
        #expect(value(#"{"a":-1.50e+2 }"#) == "number -1.50e+2")
        #expect(value(#"{"a":"x y"}"#) == "plainString x y")
        #expect(value(#"{"a":"x\ty"}"#) == #"escapedString x\ty"#)
        #expect(value(#"{"a":"\\"}"#) == #"escapedString \\"#)
        #expect(value(#"{"a":true}"#).hasPrefix("unusable"))
        #expect(value(#"{"a":{}}"#).hasPrefix("unusable"))
        #expect(value(#"{"a":null}"#) == "absent ")
        #expect(value(#"{"b":{"a":1}}"#) == "absent ")
        #expect(value(#"{"b":[{"a":1}],"aa":2,"A":3,"":4}"#) == "absent ")
        // The last of duplicate keys wins, null too; keys are compared decoded.
        #expect(value(#"{"a":1,"a":"2"}"#) == "plainString 2")
        #expect(value(#"{"a":1,"a":null}"#) == "absent ")
        #expect(value(#"{"a":1,"\u0061":2}"#) == "number 2")
        #expect(value(#"{"\u0061":1,"a":2}"#) == "number 2")
        #expect(value(#"{"":1}"#, "") == "number 1")
        #expect(value(#"{"a\"b":1}"#, "a\"b") == "number 1")
        // The composed and the decomposed é are two keys.
        #expect(value("{\"e\u{301}\":1}", "\u{E9}") == "absent ")
        #expect(value(#"{"\u00e9":1}"#, "\u{E9}") == "number 1")
    }

    /// Lines of many kinds, most of them damaged in a byte or two.
    @Test("finds what a slow reader finds", arguments: 0..<4)
    func againstSlowReader(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let names = ["a", "b", "", "visitor", "visitors", "user_agent", "user_agenT", "a key of more than eight bytes"]
        let keys = KeyTree(names: names)
        let texts = [
            "", "x", "Z\u{FC}rich", #"\"quoted\""#, #"\u00e9\ud83d\ude00"#, String(repeating: "long ", count: 9),
            "\u{7F}",
        ]
        let values = [
            "1", "-0.5e3", "null", "true", "false", "{}", "[ ]", #"[1,{"a":["x"]}]"#, #"{"a":{"b":null}}"#, "01", "tru",
        ]
        let noise: [UInt8] = Array("\"\"\\{}[]:, \t\r019-+.eEtfnu/".utf8) + [0, 0x1F, 0x80, 0xC3]
        var read = 0
        for _ in 0..<4_000 {
            var line = Array("{".utf8)
            let spaces = ["", "", " ", "  ", "\t"]
            func space() -> String { spaces[Int(random.next() % 5)] }
            for index in 0..<Int(random.next() % 6) {
                let text = texts[Int(random.next() % UInt64(texts.count))]
                let value = random.next() % 2 == 0 ? "\"\(text)\"" : values[Int(random.next() % UInt64(values.count))]
                var name = names[Int(random.next() % UInt64(names.count))]
                if random.next() % 8 == 0 { name = name.replacing("a", with: #"\u0061"#) }
                line += Array(
                    "\(index > 0 ? "," : "")\(space())\"\(name)\"\(space()):\(space())\(value)\(space())".utf8)
            }
            line += Array("}\(space())".utf8)
            for _ in 0..<Int(random.next() % 3) {
                let byte = noise[Int(random.next() % UInt64(noise.count))]
                let place = Int(random.next() % UInt64(line.count))
                if random.next() % 2 == 0 { line[place] = byte } else { line.insert(byte, at: place) }
            }
            let expected = SlowJSONLine.scan(line)
            withLine(line) { start in
                var found = [LineValue](repeating: .absent, count: names.count + 1)
                var scanner = JSONLine(start)
                let reason = found.withUnsafeMutableBufferPointer {
                    scanner.scan(keys, into: $0.baseAddress.unsafelyUnwrapped)
                }
                #expect(reason == expected.reason, "\(String(decoding: line, as: UTF8.self))")
                guard reason == nil else { return }
                read += 1
                #expect(scanner.position == start + expected.count)
                for (name, value) in zip(names, found.dropFirst()) {
                    let text = "\(value.kind.name) \(String(decoding: value.bytes, as: UTF8.self))"
                    #expect(text == expected.values[Array(name.utf8)] ?? "absent ")
                }
            }
        }
        #expect(read > 1_000)
    }

    /// Texts pieced together from the grammar's own tokens, so that many are JSON and many are nearly so.
    @Test("agrees with Foundation on random texts", arguments: 0..<4)
    func againstFoundation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let tokens = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"a\":", "\"\"", "\"\\n\"", "1", "0", "-", ".5", "e1", "E+1",
            "true", "null",
            "false", " ", "\t", "\"b\":[", "\"c\":{", "1,", "\\", "\"", "x", "\"\u{E9}\"", "\\u0041", "-1.5",
        ]
        var accepted = 0
        for _ in 0..<6_000 {
            let inner = (0..<Int.random(in: 0...7, using: &random)).map { _ in
                tokens[Int.random(in: 0..<tokens.count, using: &random)]
            }
            let text = "{\"a\":" + inner.joined() + "}"
            let isTheirs = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [String: Any]
            // Foundation lets a comma stand before the closing brace of an object.
            if isTheirs, text.contains(/,[ \t]*\}/) { continue }
            #expect((reason(text) == nil) == isTheirs, "\(text)")
            accepted += isTheirs ? 1 : 0
        }
        #expect(accepted > 200)
    }

    @Test("rejects every cut-off line")
    func cutOff() {
        let line = Array(#"{"a":"x\u00e9\ud83d\ude00","b":[1.5e3,{"c":null}],"d":true}"#.utf8)
        #expect(scan(line).0 == nil)
        for length in 0..<line.count { #expect(scan(Array(line[..<length])).0 == .notJSON) }
    }
}

extension JSONLine {
    /// Scans for two keys and gives the value with a number.
    fileprivate mutating func scan(_ keys: borrowing KeyTree, into value: inout LineValue, number: Int)
        -> RejectedReason?
    {
        withUnsafeTemporaryAllocation(of: LineValue.self, capacity: keys.valueCount + 1) { values in
            values.initialize(repeating: .absent)
            guard let base = values.baseAddress else { return .notJSON }
            let reason = scan(keys, into: base)
            value = values[number]
            return reason
        }
    }
}

extension KeyTree {
    /// A tree of keys of the line's object, whose values are numbered from 1.
    init(names: [String]) {
        var numbers: [[Int]] = []
        self.init(names.map { [[.key($0)]] }, numbers: &numbers)
    }
}
