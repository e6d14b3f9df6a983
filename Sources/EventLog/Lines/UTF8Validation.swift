/// The check that a line is UTF-8 (RFC 3629).
enum UTF8Validation {
    /// Whether the bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. Linear.
    static func isValid(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        var index = 0
        while index < count {
            if index + 8 <= count, isASCII(start + index) {
                index += 8
                continue
            }
            let length = sequenceLength(start + index, available: count - index)
            guard length > 0 else { return false }
            index += length
        }
        return true
    }

    private static func isASCII(_ eight: UnsafePointer<UInt8>) -> Bool {
        UnsafeRawPointer(eight).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    }

    /// The length of the well-formed sequence at `start`, 0 when there is none (Unicode 15, table 3-7).
    private static func sequenceLength(_ start: UnsafePointer<UInt8>, available: Int) -> Int {
        let first = start[0]
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return available >= 2 && isContinuation(start[1]) ? 2 : 0
        case 0xE0...0xEF:
            guard available >= 3, isContinuation(start[1]), isContinuation(start[2]) else { return 0 }
            if first == 0xE0 && start[1] < 0xA0 { return 0 }
            if first == 0xED && start[1] > 0x9F { return 0 }
            return 3
        case 0xF0...0xF4:
            guard available >= 4, isContinuation(start[1]), isContinuation(start[2]), isContinuation(start[3]) else {
                return 0
            }
            if first == 0xF0 && start[1] < 0x90 { return 0 }
            if first == 0xF4 && start[1] > 0x8F { return 0 }
            return 4
        default: return 0
        }
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
