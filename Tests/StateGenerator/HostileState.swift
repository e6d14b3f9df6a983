import Domain
import Foundation
import State

/// A state directory that means harm: names that are markup, a damaged table, torn files, days that are missing.
package struct HostileState {
    /// Names that a page, a script, a style or a spreadsheet would take for something else.
    package static let names = [
        "<script>alert('owned')</script>", "\"><img src=x onerror=alert(1)>", "</script><script>fail()</script>",
        "'; drop table arms; --", "&lt;b&gt; &amp; &#39;", "<!-- open", "]]></style>", "javascript:alert(1)",
        "\u{202E}desrever", "ünïcödé 🎪 名前", "a,b\"c\nd", "\u{1}\u{7F}control", "\u{2028}line\u{2029}", "${x}`{{y}}`",
        String(repeating: "long-name-", count: 24), "</title></svg></details>", " ", "constructor", "__proto__",
    ]

    package static func write(to path: String) throws {
        let state = StateDirectory(path: path)
        var synthetic = SyntheticState(days: 12, experiments: 3, arms: names.count, segments: 3)
        synthetic.visitors = 9_000
        synthetic.name = { kind, index in
            kind == "v"
                ? names[index % names.count]
                : "\(names[(index * 3 + Int(kind.asciiValue ?? 0)) % names.count])\(kind)\(index)"
        }
        try synthetic.write(to: state)
        let days = (1...6).map { synthetic.first.advanced(by: $0) }
        func overwrite(_ path: String, _ text: String) throws {
            try FileSystem.write(Array(text.utf8), to: path)
        }
        // A changed table, a torn quality file, statistics of another kind, an empty directory, and no directory at all.
        let table = state.allocation(on: days[1]) + "/allocation.csv"
        try FileSystem.write(Array(try FileSystem.read(table).dropLast(20)), to: table)
        try overwrite(state.statistics(on: days[2]) + "/quality.json", "{\"date\": \"<script>alert(2)</script>\"")
        try overwrite(state.statistics(on: days[3]) + "/statistics.csv", "date,<b>,slot\n1,2,3\n")
        try FileSystem.remove(state.allocation(on: days[4]) + "/manifest.json")
        try FileSystem.remove(state.allocation(on: days[5]))
    }
}
