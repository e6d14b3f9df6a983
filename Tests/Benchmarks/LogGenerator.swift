import Foundation
import TestSupport

/// A large event log for timing: one day, seeded, as many bytes as asked for.
///
/// About 285 bytes a line, 10.5 events a visitor, 4 % bots by user agent, 12 % clicks, 3 % purchases.
struct LogGenerator {
    /// How the lines are written.
    enum Shape: String, CaseIterable {
        /// One producer: the same keys in the same order.
        case regular
        /// Key order, white space and escapes vary from line to line.
        case varied
        /// Comma-separated values with a header.
        case csv
        /// One producer, whose values stand one object deep.
        case nested
        /// Comma-separated values, of which the last is the text of a JSON object that holds most of them.
        case properties
        /// As `regular`, with an id of each event; one in sixteen comes twice.
        case repeated
    }

    private var generator: SplitMix64
    private let shape: Shape
    private static let cities = ["Mumbai", "Delhi", "Pune", "Kochi", "Chennai", "Jaipur", "Surat", "Nagpur"]
    private static let agents = (0..<200).map { index in
        index % 25 == 0
            ? "Mozilla/5.0 (compatible; Examplebot/2.\(index); +http://bot.example/\(index))"
            : "Mozilla/5.0 (Linux; Android \(8 + index % 7); SM-G\(900 + index)) AppleWebKit/537.36 (KHTML, like Gecko) "
                + "Chrome/\(90 + index % 40).0.\(4000 + index).120 Mobile Safari/537.36"
    }

    init(shape: Shape, seed: UInt64 = 1) {
        generator = SplitMix64(seed: seed)
        self.shape = shape
    }

    /// Writes events to a file until it has `bytes` bytes.
    mutating func write(to path: String, bytes: Int) throws {
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        var buffer: [UInt8] = []
        buffer.reserveCapacity(1 << 23)
        switch shape {
        case .csv:
            buffer += Array("ts,type,visitor,platform,slot,variant,segment,user_agent,ip,revenue,order,page\n".utf8)
        case .properties: buffer += Array("ts,type,visitor,properties\n".utf8)
        case .regular, .varied, .nested, .repeated: break
        }
        var written = 0
        let visitors = max(1, bytes / 3_000)
        let events = bytes / 285
        var event = 0
        while written + buffer.count < bytes {
            append(event: event, of: events, visitors: visitors, to: &buffer)
            event += 1
            if buffer.count > 1 << 22 {
                try file.write(contentsOf: buffer)
                written += buffer.count
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try file.write(contentsOf: buffer)
        try file.close()
    }

    private mutating func append(event: Int, of events: Int, visitors: Int, to buffer: inout [UInt8]) {
        let random = generator.next()
        let visitor = Int(random % UInt64(visitors))
        let traits = UInt64(visitor) &* 0x9E37_79B9_7F4A_7C15
        let second = min(86_399, event * 86_400 / max(1, events))
        let kind = Int(random >> 40 % 100)
        let type = kind < 3 ? "purchase" : kind < 15 ? "click" : kind < 90 ? "view" : "scroll"
        let slot = random >> 50 & 1 == 0 ? "home-hero" : "checkout-banner"
        let variant = "banner-\((traits >> 33 &+ random >> 51 & 1) % 4)"
        let city = LogGenerator.cities[Int(traits >> 40 % 8)]
        let agent = LogGenerator.agents[Int(traits >> 45 % 200)]
        let micro = Int(random >> 20 % 1_000_000)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = "2026-11-20T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)).\(1_000_000 + micro)"
            .replacingFraction()
        var fields: [(String, String)] = [
            ("ts", "\"\(time)Z\""), ("type", "\"\(type)\""), ("visitor", "\"\(String(traits, radix: 16))\""),
            ("platform", "\"web\""), ("slot", "\"\(slot)\""), ("variant", "\"\(variant)\""), ("segment", "\"\(city)\""),
            ("user_agent", "\"\(agent)\""),
            ("ip", "\"10.\(traits >> 8 & 255).\(traits >> 16 & 255).\(traits >> 24 & 255)\""),
        ]
        if type == "purchase" {
            fields.append(("revenue", "\(random >> 12 % 9000).\(two(Int(random >> 30 % 100)))"))
            fields.append(("order", "\"o\(random >> 8 % 100_000_000)\""))
        }
        switch shape {
        case .csv:
            let values = fields.map { $0.1.replacing("\"", with: "") }
            let padding = Array(repeating: "", count: 11 - values.count)
            buffer += Array(
                (values + padding + ["/p/\(random % 1000)"]).map(LogGenerator.cell).joined(separator: ",").utf8)
        case .properties:
            fields.append(("page", "\"/p/\(random % 1000)\""))
            let values = fields[..<3].map { $0.1.replacing("\"", with: "") }
            let object = LogGenerator.object(fields[3...]).replacing("\"", with: "\"\"")
            buffer += Array((values.joined(separator: ",") + ",\"\(object)\"").utf8)
        case .nested:
            fields.append(("page", "\"/p/\(random % 1000)\""))
            let context = fields.filter { LogGenerator.contextKeys.contains($0.0) }
            let properties = fields.filter { !LogGenerator.contextKeys.contains($0.0) }
            let text =
                "{\"context\":\(LogGenerator.object(context[...])),\"properties\":\(LogGenerator.object(properties[...]))}"
            buffer += Array(text.utf8)
        case .varied:
            fields.append(("page", "\"/p/\(random % 1000)\""))
            fields.shuffle(using: &generator)
            let space = [" ", "", "  "][Int(random % 3)]
            let text = fields.map { "\"\($0.0)\":\(space)\($0.1)" }.joined(separator: ",\(space)")
            buffer += Array("{\(space)\(random % 4 == 0 ? text.replacing("/", with: "\\/") : text)}".utf8)
        case .regular:
            fields.append(("page", "\"/p/\(random % 1000)\""))
            buffer += Array(LogGenerator.object(fields[...]).utf8)
        case .repeated:
            fields.append(("message", "\"\(String(UInt64(event) &* 0x9E37_79B9_7F4A_7C15, radix: 16))\""))
            let line = Array(LogGenerator.object(fields[...]).utf8)
            buffer += line
            if random >> 56 % 16 == 0 { buffer += [UInt8(ascii: "\n")] + line }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    /// What `nested` says of the visitor; the rest is of the event.
    private static let contextKeys = ["ts", "visitor", "platform", "user_agent", "ip"]

    private static func object(_ fields: ArraySlice<(String, String)>) -> String {
        "{\(fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
    }

    private static func cell(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: ",")) ? "\"\(text)\"" : text
    }
}

extension String {
    /// Turns the marker digit in front of a padded fraction away: `.1012345` to `.012345`.
    fileprivate func replacingFraction() -> String {
        guard let dot = lastIndex(of: ".") else { return self }
        var text = self
        text.remove(at: text.index(after: dot))
        return text
    }
}
