/// A defect of a log: a few lines that show it, and what reading them must do.
struct Defect {
    /// The folder below `malformed`.
    var name: String
    /// How many lines are rejected.
    var rejected: Int
    /// What reading does, as a sentence without its full stop.
    var expectation: String
    var bytes: [UInt8]

    init(_ name: String, rejected: Int, _ expectation: String, bytes: [UInt8]) {
        self.name = name
        self.rejected = rejected
        self.expectation = expectation
        self.bytes = bytes
    }

    /// A log of these lines, each ended by a line feed.
    init(_ name: String, rejected: Int, _ expectation: String, _ lines: [String]) {
        self.init(name, rejected: rejected, expectation, bytes: Defect.bytes(lines))
    }

    /// Lines as a reader counts them: what follows the last line feed is one more when there is anything.
    var lineCount: Int {
        let lineFeed = UInt8(ascii: "\n")
        let ends = bytes.count { $0 == lineFeed }
        return ends + (bytes.isEmpty || bytes.last == lineFeed ? 0 : 1)
    }

    static func bytes(_ lines: [String]) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }

    /// Makes a line without fault: a view or click of the banners' first slot.
    static func sound(
        _ index: Int, time: String? = nil, visitor: String? = nil, type: String = "\"view\"", rest: String = ""
    ) -> String {
        let time = time ?? "\"2026-11-20T09:\(padded(index % 60, 2)):00Z\""
        let visitor = visitor ?? "\"m\(index)\""
        let variant = ["autumn", "winter"][index % 2]
        return #"{"ts":\#(time),"type":\#(type),"visitor":\#(visitor),"platform":"web","slot":"home-hero","#
            + #""variant":"\#(variant)"\#(rest)}"#
    }

    static func sound(_ indices: Range<Int>) -> [String] {
        indices.map { sound($0) }
    }
}
