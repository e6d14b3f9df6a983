extension MalformedLogs {
    /// Objects whose fields are not what an event needs.
    static let fields = [
        Defect(
            "missing-visitor", rejected: 1, "Null and empty are nobody; what lacks more is rejected",
            [
                Defect.sound(0), #"{"ts":"2026-11-20T09:00:00Z","type":"view","platform":"web","slot":"home-hero"}"#,
                Defect.sound(1, visitor: "null"), Defect.sound(2, visitor: "\"\""), Defect.sound(3),
            ]),
        Defect(
            "missing-ts", rejected: 3, "Absent, null and empty are the same",
            [
                Defect.sound(0), Defect.sound(1, time: "null"), Defect.sound(2, time: "\"\""),
                #"{"type":"view","visitor":"m3","platform":"web","slot":"home-hero","variant":"winter"}"#,
                Defect.sound(4),
            ]),
        Defect(
            "missing-type", rejected: 2, "Absent and null are the same",
            [
                Defect.sound(0), Defect.sound(1, type: "null"),
                #"{"ts":"2026-11-20T09:00:00Z","visitor":"m2","platform":"web","slot":"home-hero","variant":"autumn"}"#,
            ]),
        Defect(
            "missing-place", rejected: 4,
            "Views and clicks need platform, slot and variant; the purchase without them is legal",
            [
                Defect.sound(0), bare("view", #","slot":"home-hero","variant":"autumn""#),
                bare("view", #","platform":"web","variant":"autumn""#),
                bare("click", #","platform":"web","slot":"home-hero""#),
                bare("click", ""), bare("purchase", #","revenue":10.5"#),
            ]),
        Defect(
            "bad-time", rejected: 8, "No such instant",
            [
                Defect.sound(0), Defect.sound(1, time: "\"yesterday\""),
                Defect.sound(2, time: "\"2026-13-20T09:00:00Z\""),
                Defect.sound(3, time: "\"2026-02-30T09:00:00Z\""), Defect.sound(4, time: "\"2026-11-20T24:61:00Z\""),
                Defect.sound(5, time: "\"2026-11-20T09:00:00+99:00\""), Defect.sound(6, time: "\"2026-11-20\""),
                Defect.sound(7, time: "\"2026-11-20T09:00:00ZZ\""), Defect.sound(8, time: "true"),
            ]),
        Defect(
            "wrong-types", rejected: 8, "Lists, objects and truth values where text or a number belongs",
            [
                Defect.sound(0), Defect.sound(1, visitor: "true"), Defect.sound(2, visitor: "[2]"),
                Defect.sound(3, visitor: #"{"id":3}"#), Defect.sound(4, time: #"{"$date":1795165200000}"#),
                Defect.sound(5, time: "[1795165200]"), Defect.sound(6, type: "[\"view\"]"), Defect.sound(7, type: "{}"),
                bare("purchase", #","revenue":"much""#),
            ]),
        Defect(
            "huge-number", rejected: 4,
            "Times beyond the calendar and revenue beyond 10¹¹; a huge number in an unknown key and an id of forty digits are legal",
            [
                Defect.sound(0, rest: #","score":1e400"#), Defect.sound(1, visitor: String(repeating: "9", count: 40)),
                Defect.sound(2, time: "1e300"), Defect.sound(3, time: "99999999999999999999999"),
                bare("purchase", #","revenue":1e400"#), bare("purchase", #","revenue":100000000000000000000000000.01"#),
            ]),
    ]

    /// Logs which look odd and are in order.
    static let legal = [
        Defect("empty-file", rejected: 0, "No data: exit 66", bytes: []),
        Defect(
            "only-blank-lines", rejected: 0, "No data: exit 66; blank lines are ignored, and so is white space",
            bytes: Array("\n\n  \n\t\n\r\n\n".utf8)),
        Defect(
            "outside-the-day", rejected: 0,
            "No data: exit 66; the days before and after in Asia/Kolkata, up to its midnights",
            [
                Defect.sound(0, time: "\"2026-11-19T18:29:59.999999Z\""),
                Defect.sound(1, time: "\"2026-11-21T00:00:00+05:30\""),
                Defect.sound(2, time: "1795199400"), Defect.sound(3, time: "\"2025-11-20T09:00:00Z\""),
            ]),
        Defect(
            "byte-order-mark", rejected: 0, "Legal: the mark at the start of the file is skipped",
            bytes: [0xEF, 0xBB, 0xBF] + Defect.bytes(Defect.sound(0..<3))),
        Defect(
            "crlf", rejected: 0, "Legal: lines end in CRLF",
            bytes: Array(Defect.sound(0..<3).map { "\($0)\r\n" }.joined().utf8)),
        Defect(
            "no-final-newline", rejected: 0, "Legal: the last line counts",
            bytes: Array(Defect.sound(0..<3).joined(separator: "\n").utf8)),
        Defect(
            "duplicate-keys", rejected: 0, "Legal: the last of a key wins, also when one is spelled with escapes",
            [
                Defect.sound(0, rest: #","variant":"winter""#),
                Defect.sound(1, rest: #","visitor":"m0","visitor":"m1""#),
                Defect.sound(2, rest: #","v\u0061riant":"winter""#),
            ]),
        Defect(
            "formula-segment", rejected: 0,
            "Legal: counted, and taken as `*`, so that no spreadsheet runs what a visitor sent as a city",
            ["=HYPERLINK(0)", "+1", "-1", "@SUM(1)", #"\t=1"#, #"\r=1"#].enumerated().map { index, segment in
                Defect.sound(index, rest: #","segment":"\#(segment)""#)
            }),
    ]

    private static func bare(_ type: String, _ rest: String) -> String {
        #"{"ts":"2026-11-20T09:30:00Z","type":"\#(type)","visitor":"m99"\#(rest)}"#
    }
}
