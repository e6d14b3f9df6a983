import CLibrary

/// The bytes of a field within a block, between its quotes where there are some.
struct Field {
    var start: UnsafeMutablePointer<UInt8>
    var count: Int

    var isEmpty: Bool { count == 0 }
    /// The field as text; bytes that are not UTF-8 become U+FFFD.
    var text: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }

    /// The field's first eight bytes, those beyond its end zero.
    var word: UInt64 {
        let word = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self).littleEndian
        return count >= 8 ? word : word & ((1 << UInt64(8 * count)) - 1)
    }
}

/// A reader of the fields of a block's records, one after another.
///
/// - A quote inside an unquoted field and text after a closing quote are faults.
/// - Fields with doubled quotes are decoded in place: a block can be read once.
struct FieldCursor {
    /// Lines passed since the block's first.
    private(set) var line = 0
    private var position: UnsafeMutablePointer<UInt8>
    private let end: UnsafeMutablePointer<UInt8>

    init(_ block: ComparisonRecordBlock) {
        position = block.base + block.records.lowerBound
        end = block.base + block.records.upperBound
    }

    func offset(in block: ComparisonRecordBlock) -> Int { position - block.base }

    mutating func skip(_ count: Int) { position += count }

    /// Passes empty lines; false at the end of the block.
    @inline(__always)
    mutating func isAtRecord() -> Bool {
        while position < end {
            guard position.pointee == .lineFeed || isCarriageReturn else { return true }
            endRecord()
        }
        return false
    }

    /// Whether the record ends here.
    @inline(__always)
    var isAtRecordEnd: Bool { position.pointee == .lineFeed || isCarriageReturn }

    /// Passes the comma behind a field; false when there is none.
    @inline(__always)
    mutating func passComma() -> Bool {
        guard position.pointee == .comma else { return false }
        position += 1
        return true
    }

    /// Passes the end of a line.
    @inline(__always)
    mutating func endRecord() {
        if position.pointee == .carriageReturn { position += 1 }
        position += 1
        line += 1
    }

    /// Reads a field, up to the comma or line end behind it.
    @inline(__always)
    mutating func field() throws(RecordFault) -> Field {
        let start = position
        while true {
            let byte = position.pointee
            // Nearly all bytes are above the comma, and need one comparison.
            if byte <= .comma {
                if byte == .comma || byte == .lineFeed || isCarriageReturn { break }
                if byte == .quote { return try quotedField(from: start) }
            }
            position += 1
        }
        return Field(start: start, count: position - start)
    }

    /// Reads a number, bit for bit what `Double(String)` gives; nil for anything else, the empty field too.
    ///
    /// With at most 19 digits, of a value up to 2^53, and a power of ten up to 22 both are exact, and so their quotient is rounded
    /// once (Clinger 1990, "How to read floating point numbers accurately"). Others take the library's way.
    @inline(__always)
    mutating func number() throws(RecordFault) -> (value: Double?, field: Field) {
        let start = position
        var byte = position.pointee
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative {
            position += 1
            byte = position.pointee
        }
        var mantissa: UInt64 = 0
        var digits = 0
        while byte &- 0x30 <= 9 {
            mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
            digits += 1
            position += 1
            byte = position.pointee
        }
        var places = 0
        if byte == UInt8(ascii: ".") {
            position += 1
            let fraction = position
            byte = position.pointee
            while byte &- 0x30 <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                position += 1
                byte = position.pointee
            }
            places = position - fraction
            digits += places
        }
        if byte == .comma || byte == .lineFeed, digits > 0, digits <= 19, mantissa <= 1 << 53, places <= 22 {
            let value = Double(mantissa) / FieldCursor.powersOfTen[places]
            return (isNegative ? -value : value, Field(start: start, count: position - start))
        }
        position = start
        let field = try field()
        return (FieldCursor.number(field), field)
    }

    /// The texts of a whole record.
    mutating func texts() throws(RecordFault) -> [String] {
        var texts = [try field().text]
        while passComma() { texts.append(try field().text) }
        endRecord()
        return texts
    }

    /// The fault that a record has too few or too many fields; `read` were read before this place.
    mutating func fieldCountFault(read: Int, expected: Int) -> RecordFault {
        let line = line
        var found = read
        while passComma(), (try? field()) != nil { found += 1 }
        return RecordFault(
            line: line,
            kind: .text("\(found) fields where the header has \(expected); put text with commas in double quotes"))
    }

    private static func number(_ field: Field) -> Double? {
        guard field.count <= 400 else { return nil }
        // No names such as `nan`, and no hexadecimal digits.
        let isDecimal = field.text.utf8.allSatisfy { byte in
            byte &- 0x30 <= 9 || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
        }
        guard isDecimal, let value = Double(field.text), value.isFinite else { return nil }
        return value
    }

    @inline(__always)
    private var isCarriageReturn: Bool { position.pointee == .carriageReturn && position[1] == .lineFeed }

    private mutating func quotedField(from start: UnsafeMutablePointer<UInt8>) throws(RecordFault) -> Field {
        let firstLine = line
        guard position == start else {
            throw RecordFault(
                line: firstLine,
                kind: .text("a double quote inside a field; quote the whole field and write the quote twice"))
        }
        position += 1
        var output = position
        let begin = output
        while position < end {
            let byte = position.pointee
            if byte == .quote {
                position += 1
                if position.pointee != .quote {
                    guard position.pointee == .comma || isAtRecordEnd else {
                        throw RecordFault(
                            line: firstLine,
                            kind: .text(
                                "text after a closing double quote; quote the whole field and write the quote twice"))
                    }
                    return Field(start: begin, count: output - begin)
                }
            }
            if byte == .lineFeed { line += 1 }
            output.pointee = byte
            output += 1
            position += 1
        }
        throw RecordFault(
            line: firstLine, kind: .text("a quoted field that never ends; add the closing double quote"))
    }

    private static let powersOfTen: InlineArray<23, Double> = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21,
        1e22,
    ]
}

extension UInt8 {
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
}
