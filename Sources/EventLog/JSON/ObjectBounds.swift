/// Where objects of JSON begin and end, told from brackets and quotes alone.
enum ObjectBounds {
    /// Whether an object that begins a text is still open at its end, and no string is.
    static func isOpen(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        var depth = 0
        var isInText = false
        var index = 0
        while index < count {
            switch text[index] {
            case UInt8(ascii: "\\") where isInText: index += 1
            case UInt8(ascii: "\""): isInText.toggle()
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += isInText ? 0 : 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= isInText ? 0 : 1
            default: break
            }
            index += 1
        }
        return depth > 0 && !isInText
    }

    /// Whether the object that begins a text ends in it, and another with the same first key begins behind it.
    static func isSeveral(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        let line = UnsafeBufferPointer(start: text, count: count)
        guard let beginning = beginning(of: line[...]) else { return false }
        var depth = 0
        var isInText = false
        var index = 0
        while index < count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\\") where isInText: index += 1
            case UInt8(ascii: "\""): isInText.toggle()
            case _ where isInText: break
            case UInt8(ascii: "{") where depth == 0 && index > 0: return line[index...].starts(with: beginning)
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case 0x20, 0x09, 0x0D, UInt8(ascii: ","): break
            default: if depth == 0 { return false }
            }
            index += 1
        }
        return false
    }

    /// An object's first bytes, its first key and the quote behind it included; nil when it has none.
    private static func beginning<Bytes: Collection>(of object: Bytes) -> Bytes.SubSequence?
    where Bytes.Element == UInt8 {
        let quote = UInt8(ascii: "\"")
        guard let open = object.firstIndex(of: quote),
            let close = object[object.index(after: open)...].firstIndex(of: quote)
        else { return nil }
        return object[...close]
    }

    /// Where behind a damaged object at the start of a line another of its kind seems to begin: at the comma of `},{`, blanks aside, when
    /// the object behind it has the same first key. Objects within the damaged one mostly have another.
    static func nextObject(_ line: ArraySlice<UInt8>) -> Int? {
        guard let beginning = beginning(of: line) else { return nil }
        var comma: Int?
        var isClosed = false
        for index in line.indices {
            switch line[index] {
            case UInt8(ascii: "}"): (isClosed, comma) = (true, nil)
            case UInt8(ascii: ",") where isClosed && comma == nil: comma = index
            case UInt8(ascii: "{") where comma != nil && line[index...].starts(with: beginning): return comma
            case 0x20, 0x09, 0x0D: break
            default: (isClosed, comma) = (false, nil)
            }
        }
        return nil
    }
}
