import TestSupport

/// Random logs with everything in them that a log may have.
struct FormatLogs {
    var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// JSON lines, good and bad.
    mutating func jsonLines(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = chance(50) ? [0xEF, 0xBB, 0xBF] : []
        for index in 0..<count {
            switch number(0...19) {
            case 0: bytes += Array("  ".utf8)
            case 1: bytes += Array("not JSON \(index)".utf8)
            case 2: bytes += [0x7B, 0xFF, 0x7D]
            case 3: bytes += Array("{\"long\":\"\(String(repeating: "x", count: number(380...900)))\"}".utf8)
            case 4: bytes += Array("{\"ts\":\"2026-11-20T10:00:00Z\",\"type\":\"view\"}".utf8)
            case 5: bytes += Array("{\"ts\":\"2026-11-22T10:00:00Z\",\"type\":\"x\",\"visitor\":\"v\"}".utf8)
            default:
                let padding = String(repeating: "p", count: number(0...150))
                bytes += Array(
                    """
                    {"ts":"2026-11-20T10:00:\(10 + index % 50)Z","type":"purchase","visitor":"v\(index)",\
                    "order":"o\\n\(index)","revenue":\(index).25,"platform":"wéb","page":"\(padding)"}
                    """.utf8)
            }
            if chance(20) { bytes.append(0x0D) }
            if index + 1 < count || chance(50) { bytes.append(0x0A) }
        }
        return bytes
    }

    static let columns = [
        "ts", "type", "visitor", "platform", "slot", "variant", "segment", "revenue", "order", "page",
    ]

    /// Comma-separated values with a header, good and bad.
    mutating func csv(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = chance(30) ? [0xEF, 0xBB, 0xBF] : []
        if chance(20) { bytes += Array("\n \r\n".utf8) }
        let quotesHeader = chance(30)
        bytes += Array(FormatLogs.columns.map { quotesHeader ? "\"\($0)\"" : $0 }.joined(separator: ",").utf8)
        bytes += Array((chance(50) ? "\r\n" : "\n").utf8)
        for index in 0..<count {
            bytes += record(index)
            if index + 1 < count || chance(50) { bytes += Array((chance(30) ? "\r\n" : "\n").utf8) }
        }
        return bytes
    }

    private mutating func record(_ index: Int) -> [UInt8] {
        switch number(0...24) {
        case 0: return Array(["", " ", "\t", "  \r"][number(0...3)].utf8)
        case 1: return noise(number(1...80))
        case 2: return [0x22, 0xFF, 0x22, 0x2C, 0x61]
        case 3: return Array("\"\(String(repeating: "line\n", count: number(70...120)))\",\"b".utf8)
        default: break
        }
        var cells = [
            "2026-11-\(chance(95) ? 20 : 21)T10:00:00Z", ["view", "click", "purchase", "scroll"][number(0...3)],
            "v\(index)", "web", "hero", "a", word(), chance(50) ? "\(index).5" : "", "o\(index)\(word())", word(),
        ]
        if chance(10) { cells[number(0...9)] = "" }
        if chance(10) { cells[9] += String(repeating: "\n", count: number(1...400)) }
        if chance(4) { cells.removeLast() }
        if chance(4) { cells.append(word()) }
        var bytes = Array(cells.map { cell($0) }.joined(separator: ",").utf8)
        if chance(5) { bytes.insert(0x22, at: number(0...bytes.count)) }
        return bytes
    }

    private mutating func cell(_ text: String) -> String {
        let special = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard special || chance(10) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private mutating func word() -> String {
        let parts = ["", "", "Pune", "a b", "é", "\"", "\"\"", ",", "\n", "\r\n", "{", " "]
        return (0..<number(0...3)).map { _ in parts[number(0...parts.count - 1)] }.joined()
    }

    private mutating func noise(_ count: Int) -> [UInt8] {
        let alphabet = Array("\"\",,\n\rab".utf8)
        return (0..<count).map { _ in alphabet[number(0...alphabet.count - 1)] }
    }
}
