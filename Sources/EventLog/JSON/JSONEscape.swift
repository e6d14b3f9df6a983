import CLibrary

/// The escapes of JSON strings (RFC 8259 section 7).
enum JSONEscape {
    /// The length of the escape that begins with the backslash at `start`, a surrogate pair counted as one; nil when it is none.
    static func length(at start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) -> Int? {
        guard end - start >= 2 else { return nil }
        guard start[1] == UInt8(ascii: "u") else { return simple(start[1]) == nil ? nil : 2 }
        guard let unit = hexadecimal(start + 2, before: end) else { return nil }
        switch unit {
        case 0xD800...0xDBFF:
            guard end - start >= 12, start[6] == UInt8(ascii: "\\"), start[7] == UInt8(ascii: "u"),
                let low = hexadecimal(start + 8, before: end), (0xDC00...0xDFFF).contains(low)
            else { return nil }
            return 12
        case 0xDC00...0xDFFF: return nil
        default: return 6
        }
    }

    /// Decodes a string whose escapes were checked; returns the number of bytes written, never more than were read.
    static func decode(_ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Int {
        guard var input = text.baseAddress else { return 0 }
        let end = input + text.count
        var count = 0
        while input < end {
            guard input.pointee == UInt8(ascii: "\\") else {
                let plain = memchr(input, 0x5C, end - input).map { $0 - UnsafeMutableRawPointer(mutating: input) }
                let length = plain ?? end - input
                memcpy(output + count, input, length)
                count += length
                input += length
                continue
            }
            if let byte = simple(input[1]) {
                output[count] = byte
                count += 1
                input += 2
                continue
            }
            var scalar = hexadecimal(input + 2, before: end) ?? 0
            input += 6
            if (0xD800...0xDBFF).contains(scalar) {
                let low = hexadecimal(input + 2, before: end) ?? 0
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                input += 6
            }
            count += encode(scalar, into: output + count)
        }
        return count
    }

    private static func simple(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    private static func hexadecimal(_ start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) -> UInt32? {
        guard end - start >= 4 else { return nil }
        var value: UInt32 = 0
        for index in 0..<4 {
            let byte = start[index]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    private static func encode(_ scalar: UInt32, into output: UnsafeMutablePointer<UInt8>) -> Int {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        switch scalar {
        case 0..<0x80:
            output[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case 0x80..<0x800:
            output[0] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
            output[1] = continuation(0)
            return 2
        case 0x800..<0x10000:
            output[0] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
            output[1] = continuation(6)
            output[2] = continuation(0)
            return 3
        default:
            output[0] = 0xF0 | UInt8(truncatingIfNeeded: scalar >> 18)
            output[1] = continuation(12)
            output[2] = continuation(6)
            output[3] = continuation(0)
            return 4
        }
    }
}
