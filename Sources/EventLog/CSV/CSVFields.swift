import CLibrary

/// A scanner of the fields of one record of separated values (RFC 4180), its line end already taken off.
///
///     web,"home ""hero""",,12.50
///     └─┘ └─────────────┘ ││└───┘
///     plain  quoted    empty plain
///
/// - Spaces belong to their field.
/// - A quote inside an unquoted field, text after a closing quote and a quote that never closes make the record malformed.
/// - Where the format has no quotes, a quote is a character like others.
struct CSVFields {
    struct Field {
        /// Between the quotes, where there are some.
        var start: UnsafePointer<UInt8>
        var count: Int
        /// Whether quotes within the field still stand twice.
        var hasDoubledQuotes = false

        var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
    }

    private(set) var isMalformed = false
    private var position: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private let separator: UInt8
    private let hasQuotes: Bool
    private var isDone = false

    /// A record of `count` bytes at `start`, without its line feed; a carriage return at its end and a byte order mark at its start
    /// are none of its bytes.
    init(
        _ start: UnsafePointer<UInt8>, count: Int, separator: UInt8 = CSVFormat.comma, hasQuotes: Bool = true
    ) {
        self.separator = separator
        self.hasQuotes = hasQuotes
        position = ByteOrderMark.begins(start, count: count) ? start + ByteOrderMark.bytes.count : start
        end = start + (count > 0 && start[count - 1] == UInt8(ascii: "\r") ? count - 1 : count)
    }

    /// Reads the next field; nil after the last, and from where the record is malformed.
    mutating func next() -> Field? {
        guard !isDone else { return nil }
        let field =
            hasQuotes && position < end && position.pointee == UInt8(ascii: "\"") ? quotedField() : plainField()
        guard let field else {
            isMalformed = true
            isDone = true
            return nil
        }
        if position == end {
            isDone = true
        } else {
            position += 1
        }
        return field
    }

    /// Decodes a field with doubled quotes; returns the number of bytes written, never more than the field has.
    static func decode(_ field: Field, into output: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        var index = 0
        while index < field.count {
            let byte = field.start[index]
            output[count] = byte
            count += 1
            index += byte == UInt8(ascii: "\"") ? 2 : 1
        }
        return count
    }

    /// Reads up to the next separator, or to the end; nil when a quote stands before it.
    private mutating func plainField() -> Field? {
        let start = position
        while position < end, position.pointee != separator {
            if hasQuotes, position.pointee == UInt8(ascii: "\"") { return nil }
            position += 1
        }
        return Field(start: start, count: position - start)
    }

    private mutating func quotedField() -> Field? {
        position += 1
        var field = Field(start: position, count: 0)
        while let quote = memchr(position, 0x22, end - position) {
            let close = UnsafePointer(quote.assumingMemoryBound(to: UInt8.self))
            position = close + 1
            if position < end, position.pointee == UInt8(ascii: "\"") {
                field.hasDoubledQuotes = true
                position += 1
                continue
            }
            guard position == end || position.pointee == separator else { return nil }
            field.count = close - field.start
            return field
        }
        return nil
    }
}
