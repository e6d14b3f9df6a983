extension UInt8 {
    var isUppercase: Bool { self &- 0x41 < 26 }
    var isLowercase: Bool { self &- 0x61 < 26 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetterOrDigit: Bool { isLetter || isDigit }
    /// What goes on with a host's name.
    var isJoiner: Bool { self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "_") }
    var lowercased: UInt8 { isUppercase ? self | 0x20 : self }
}

/// The lines of a file held in memory: LF or CRLF at their ends, a byte order mark at the start skipped.
struct TextLines: Sequence, IteratorProtocol {
    /// A line, from 1, and its bytes without their end.
    typealias Element = (number: Int, bytes: UnsafeRawBufferPointer)

    private var rest: UnsafeRawBufferPointer
    private var number = 0

    /// Cuts `bytes`, which must outlive the lines.
    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
    }

    mutating func next() -> Element? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.count
        var line = UnsafeRawBufferPointer(rebasing: rest[..<end])
        if line.last == UInt8(ascii: "\r") { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(end + 1))
        number += 1
        return (number, line)
    }
}
