@testable import EventLog

/// The slow twin of ``JSONLine``: recursive descent over an array, with a look at the end before every byte.
struct SlowJSONLine {
    /// The reason of a line that is no object, or the last value of each key by its decoded name.
    struct Outcome: Equatable {
        var reason: RejectedReason?
        var values: [[UInt8]: String] = [:]
        /// How many bytes the line has: it ends before a carriage return where something else than blanks follows its object.
        var count = 0
    }

    private struct Fault: Error {
        var reason = RejectedReason.notJSON
    }

    private let bytes: [UInt8]
    private var position = 0

    static func scan(_ line: [UInt8]) -> Outcome {
        var scanner = SlowJSONLine(bytes: line)
        do {
            let outcome = try scanner.line()
            return outcome
        } catch {
            return Outcome(reason: (error as? Fault)?.reason)
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func line() throws -> Outcome {
        space()
        var outcome = Outcome()
        if next == UInt8(ascii: "{") {
            try members(depth: 1) { key, value in outcome.values[key] = value }
        } else {
            _ = try value(depth: 0)
            outcome.reason = .notAnObject
        }
        let close = position
        space()
        outcome.count = position
        guard let byte = next else { return outcome }
        guard outcome.reason == nil else { throw Fault() }
        if let end = bytes[close..<position].firstIndex(of: 0x0D) {
            outcome.count = end
            return outcome
        }
        if byte == UInt8(ascii: ",") {
            position += 1
            space()
        }
        throw Fault(reason: next == UInt8(ascii: "{") ? .severalObjects : .notJSON)
    }

    private mutating func space() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
    }

    private mutating func expect(_ text: String) throws {
        for byte in text.utf8 {
            guard next == byte else { throw Fault() }
            position += 1
        }
    }

    private mutating func members(depth: Int, _ take: ([UInt8], String) -> Void) throws {
        if depth > JSONLine.maximumDepth { throw Fault(reason: .nestedTooDeep) }
        try expect("{")
        space()
        if next == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            let key = try string().decoded
            space()
            try expect(":")
            space()
            take(key, try value(depth: depth))
            space()
            if next == UInt8(ascii: "}") {
                position += 1
                return
            }
            try expect(",")
            space()
        }
    }

    private mutating func elements(depth: Int) throws {
        if depth > JSONLine.maximumDepth { throw Fault(reason: .nestedTooDeep) }
        try expect("[")
        space()
        if next == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            _ = try value(depth: depth)
            space()
            if next == UInt8(ascii: "]") {
                position += 1
                return
            }
            try expect(",")
            space()
        }
    }

    /// The kind of a value and its text as it stands in the line, without quotes.
    private mutating func value(depth: Int) throws -> String {
        let start = position
        func text() -> String { String(decoding: bytes[start..<position], as: UTF8.self) }
        switch next {
        case UInt8(ascii: "\""):
            let string = try string()
            let raw = String(decoding: bytes[start + 1..<position - 1], as: UTF8.self)
            return (string.hasEscapes ? "escapedString " : "plainString ") + raw
        case UInt8(ascii: "{"): try members(depth: depth + 1) { _, _ in }
        case UInt8(ascii: "["): try elements(depth: depth + 1)
        case UInt8(ascii: "t"): try expect("true")
        case UInt8(ascii: "f"): try expect("false")
        case UInt8(ascii: "n"):
            try expect("null")
            return "absent "
        default:
            try number()
            return "number " + text()
        }
        return "unusable " + text()
    }

    private mutating func number() throws {
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
    }

    private mutating func digits() throws {
        let start = position
        while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
        if position == start { throw Fault() }
    }

    private mutating func string() throws -> (decoded: [UInt8], hasEscapes: Bool) {
        try expect("\"")
        var decoded: [UInt8] = []
        var hasEscapes = false
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "\"") { return (decoded, hasEscapes) }
            if byte < 0x20 { throw Fault() }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                decoded += String(try escape()).utf8
            } else {
                decoded.append(byte)
            }
        }
        throw Fault()
    }

    private mutating func escape() throws -> Unicode.Scalar {
        let simple: [UInt8: Unicode.Scalar] = [
            0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x62: "\u{8}", 0x66: "\u{C}", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
        ]
        guard let byte = next else { throw Fault() }
        position += 1
        if let scalar = simple[byte] { return scalar }
        guard byte == UInt8(ascii: "u") else { throw Fault() }
        let unit = try hexadecimal()
        if (0xD800...0xDBFF).contains(unit) {
            try expect("\\u")
            let low = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(low) else { throw Fault() }
            let value = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00)
            guard let scalar = Unicode.Scalar(value) else { throw Fault() }
            return scalar
        }
        guard let scalar = Unicode.Scalar(unit) else { throw Fault() }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw Fault() }
            value = value * 16 + UInt32(digit)
            position += 1
        }
        return value
    }
}
