/// The parts of a user agent that stand at fixed places: products, and comments in brackets (RFC 9110, section 10.1.5).
enum UserAgentGrammar {
    /// Finds where the first comment names an Android model: from "Android" (UC Browser: "Adr") to the end of the build, or of
    /// the comment. Models bear any name ("M bot", "Spider", "ScanPal"); words there say nothing of the sender. Empty when
    /// there is none.
    static func modelField(of agent: UnsafeRawBufferPointer) -> Range<Int> {
        guard let open = agent.firstIndex(of: UInt8(ascii: "(")) else { return 0..<0 }
        var depth = 0
        var start: Int?
        var hasBuild = false
        for position in open..<agent.count {
            switch agent[position] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return start.map { $0..<position } ?? 0..<0 }
            case UInt8(ascii: ";"):
                if hasBuild, let start { return start..<position }
            case UInt8(ascii: "a"), UInt8(ascii: "A"):
                if start == nil, androidNames.contains(where: { begins($0, agent, at: position) }) { start = position }
            case UInt8(ascii: "b"), UInt8(ascii: "B"):
                if start != nil, begins(build, agent, at: position) { hasBuild = true }
            default: break
            }
        }
        return start.map { $0..<agent.count } ?? 0..<0
    }

    private static let build = Array("build/".utf8)
    private static let androidNames = ["android", "adr "].map { Array($0.utf8) }

    private static func begins(_ word: [UInt8], _ agent: UnsafeRawBufferPointer, at position: Int) -> Bool {
        position + word.count <= agent.count
            && word.indices.allSatisfy { word[$0] == agent[position + $0].lowercased }
    }

    /// Whether an agent has a product with a version and no comment ("Name/1.2").
    static func isBareProducts(_ agent: UnsafeRawBufferPointer) -> Bool {
        agent.contains(UInt8(ascii: "/")) && !agent.contains(UInt8(ascii: "("))
    }

    /// Whether the last word outside brackets is a name without version ("… Safari/537.36 Ghost Inspector"): browsers name
    /// products with versions, and those who drive browsers add their own name at the end.
    static func endsInBareName(_ agent: UnsafeRawBufferPointer) -> Bool {
        var word = 0..<0
        var isBare = false
        var depth = 0
        for (position, byte) in agent.enumerated() {
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["):
                // "NAVER(inapp; 11.3)" carries its version in the bracket.
                if depth == 0, word.upperBound == position { isBare = false }
                depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth = max(0, depth - 1)
            case _ where depth > 0: break
            case UInt8(ascii: " "): break
            default:
                if word.upperBound < position || word.isEmpty {
                    word = position..<position
                    isBare = true
                }
                word = word.lowerBound..<(position + 1)
                if !byte.isLetter, byte != UInt8(ascii: "-"), byte != UInt8(ascii: ".") { isBare = false }
            }
        }
        guard isBare, word.lowerBound > 0 else { return false }
        return !bareWords.contains { $0.count == word.count && begins($0, agent, at: word.lowerBound) }
    }

    /// What browsers do end in.
    private static let bareWords = ["mobile", "gecko", "safari", "browser", "firefox", "tab"].map { Array($0.utf8) }
}
