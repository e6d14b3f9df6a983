/// User agents as some servers log them: `+` for blanks (IIS), bytes as `%20` (logs made of URLs).
enum UserAgentEncoding {
    /// Whether an agent is encoded: it has no blank, and a `+` or an escape where others have one.
    static func isEncoded(_ agent: UnsafeRawBufferPointer) -> Bool {
        var hasSign = false
        for (index, byte) in agent.enumerated() {
            switch byte {
            case UInt8(ascii: " "): return false
            case UInt8(ascii: "+"): hasSign = true
            case UInt8(ascii: "%"): hasSign = hasSign || escape(agent, at: index) != nil
            default: break
            }
        }
        return hasSign
    }

    /// Decodes an agent; returns how many bytes were written, never more than it has.
    static func decode(_ agent: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        var index = 0
        while index < agent.count {
            var byte = agent[index]
            index += 1
            if byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            } else if byte == UInt8(ascii: "%"), let escaped = escape(agent, at: index - 1) {
                byte = escaped
                index += 2
            }
            output[count] = byte
            count += 1
        }
        return count
    }

    /// The byte that an escape at an index stands for.
    private static func escape(_ agent: UnsafeRawBufferPointer, at index: Int) -> UInt8? {
        guard index + 2 < agent.count, let high = digit(agent[index + 1]), let low = digit(agent[index + 2]) else {
            return nil
        }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        if byte.isDigit { return byte - 0x30 }
        let letter = byte.lowercased
        return (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter) ? letter - UInt8(ascii: "a") + 10 : nil
    }
}
