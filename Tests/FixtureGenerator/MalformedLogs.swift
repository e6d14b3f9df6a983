/// One folder for each defect: `malformed/DEFECT/events.jsonl`, and a table of all of them.
enum MalformedLogs {
    static func files() -> [(path: String, bytes: [UInt8])] {
        let defects = (broken + encodings + fields + legal).sorted { $0.name < $1.name }
        let logs = defects.map { ("malformed/\($0.name)/events.jsonl", $0.bytes) }
        return logs + [("malformed/README.md", Array(table(defects).utf8))]
    }

    private static func table(_ defects: [Defect]) -> String {
        var text = """
            # Malformed logs

            One defect a folder, all of 2026-11-20 and, where they name one, of the slot `web/home-hero` with `autumn` and `winter`.
            `swift run FixtureGenerator fixtures` writes them and this table.

            These logs are short, so with the default `maxRejected` of 1 % one rejected line stops the run with exit 65 before anything
            is published; with `maxRejected: 1` the run goes on with the other lines and counts the rejected in `quality.json`.
            Where nothing is rejected but no event remains, the run carries the shares over and exits 66. Nothing here may crash a
            reader, and what is rejected never depends on how the file is cut into blocks.

            | folder | lines | rejected | expected |
            |---|---:|---:|---|

            """
        for defect in defects {
            text += "| `\(defect.name)` | \(defect.lineCount) | \(defect.rejected) | \(defect.expectation) |\n"
        }
        return text
    }

    /// Lines that are no JSON objects.
    private static let broken = [
        Defect(
            "truncated-line", rejected: 1, "The last line stops in the middle, as on a full disk",
            bytes: Array(Defect.bytes(Defect.sound(0..<4)).dropLast(41))),
        Defect(
            "joined-lines", rejected: 1, "Two objects on a line whose line end was lost: neither counts",
            [Defect.sound(0), Defect.sound(1) + Defect.sound(2), Defect.sound(3)]),
        Defect(
            "not-json", rejected: 4, "Text of other programs among the events",
            [
                Defect.sound(0), "Traceback (most recent call last):", "  File \"collect.py\", line 12, in <module>",
                "<html><body>502 Bad Gateway</body></html>", "2026-11-20 09:00:00,view,m1", Defect.sound(1),
            ]),
        Defect(
            "nearly-json", rejected: 6, "JavaScript, Python and JSON5 are no JSON (RFC 8259)",
            [
                Defect.sound(0),
                #"{'ts':'2026-11-20T09:00:00Z','type':'view','visitor':'m1','platform':'web'}"#,
                Defect.sound(2, rest: ","), Defect.sound(3, rest: #","revenue":NaN"#),
                Defect.sound(4, rest: #","revenue":+1"#), Defect.sound(5, rest: #","signed_in":True"#),
                Defect.sound(6, rest: " /* test */"),
            ]),
        Defect(
            "array-line", rejected: 4, "JSON, but no object",
            [Defect.sound(0), "[\(Defect.sound(1))]", "\"view\"", "42", "null"]),
        Defect(
            "deep-nesting", rejected: 2,
            "Ten levels in an unknown key are legal; ten thousand are rejected, without exhausting the stack",
            [
                Defect.sound(0, rest: #","context":"# + nested(10)),
                Defect.sound(1, rest: #","context":"# + nested(10_000)),
                Defect.sound(2, rest: #","context":"# + String(repeating: #"{"a":"#, count: 10_000)), Defect.sound(3),
            ]),
        Defect(
            "too-many-rejected", rejected: 25, "Every other line is cut",
            (0..<50).map { $0 % 2 == 0 ? Defect.sound($0) : String(Defect.sound($0).dropLast(20)) }),
        garbage,
    ]

    /// Bytes that are no text.
    private static let encodings = [
        Defect(
            "not-utf8", rejected: 3,
            "Latin-1, an overlong slash and a surrogate, each encoded as UTF-8 forbids (RFC 3629)",
            bytes: Defect.bytes([Defect.sound(0)]) + segment([0x43, 0xF3, 0x72]) + segment([0xC0, 0xAF])
                + segment([0xED, 0xA0, 0xBD]) + Defect.bytes([Defect.sound(1)])),
        Defect(
            "nul-byte", rejected: 2, "A NUL inside a string, and a line of nothing else, as after a loss of power",
            bytes: Defect.bytes([Defect.sound(0)]) + segment([0x41, 0, 0x42]) + [UInt8](repeating: 0, count: 64)
                + Defect.bytes(["", Defect.sound(1)])),
        Defect(
            "control-character", rejected: 2,
            "A tab and an escape character inside strings must be escaped (RFC 8259, section 7)",
            bytes: Defect.bytes([Defect.sound(0)]) + segment([0x41, 0x09, 0x42]) + segment([0x1B, 0x5B])),
        Defect(
            "lone-surrogate", rejected: 3,
            "Half a pair names no character, in visitors and segments alike; the whole pair is legal",
            [
                Defect.sound(0, rest: #","segment":"\ud83c\udfe0""#), Defect.sound(1, rest: #","segment":"\ud83c""#),
                Defect.sound(2, visitor: #""m\udfe0""#), Defect.sound(3, rest: #","segment":"\udfe0\ud83c""#),
            ]),
    ]

    private static func segment(_ bytes: [UInt8]) -> [UInt8] {
        let line = Defect.sound(9, rest: #","segment":"@""#)
        let parts = line.utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1)
        return Array(parts[0]) + bytes + Array(parts[1]) + [UInt8(ascii: "\n")]
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    /// Random bytes with line feeds where they fall; no line is blank.
    private static let garbage: Defect = {
        var random = Stream(.garbage, 0)
        var bytes: [UInt8] = []
        while bytes.count < 3_000 {
            let byte = random.byte()
            if byte == UInt8(ascii: "\n"), bytes.isEmpty || bytes.last == byte { continue }
            bytes.append(byte)
        }
        var defect = Defect("garbage", rejected: 0, "Random bytes, as of a file that is no log", bytes: bytes)
        defect.rejected = defect.lineCount
        return defect
    }()
}
