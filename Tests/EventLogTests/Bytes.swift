import CScan

/// Runs `body` on the bytes of a text.
func withBytes<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try withBytes(Array(text.utf8), body)
}

func withBytes<Result>(_ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    // A copy of the exact size, so that a read past the end is one past an allocation.
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    defer { copy.deallocate() }
    _ = copy.initialize(from: bytes)
    return try body(UnsafeBufferPointer(copy))
}

/// Runs `body` on the start of a line: its bytes, a line feed, and no more behind that than the slack.
func withLine<Result>(_ line: [UInt8], _ body: (UnsafePointer<UInt8>) throws -> Result) rethrows -> Result {
    // Quotes and a backslash in the slack: who reads on finds something.
    let slack = (0..<Int(CSCAN_SLACK)).map { $0 % 7 == 6 ? UInt8(ascii: "\\") : UInt8(ascii: "\"") }
    return try withBytes(line + [0x0A] + slack) { try body($0.baseAddress.unsafelyUnwrapped) }
}
