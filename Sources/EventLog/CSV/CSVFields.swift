import CLibrary

/// A scanner of the fields of one record of comma-separated values (RFC 4180), its line end already taken off.
///
///     web,"home ""hero""",,12.50
///     └─┘ └─────────────┘ ││└───┘
///     plain  quoted    empty plain
///
/// - Spaces belong to their field.
/// - A quote inside an unquoted field, text after a closing quote and a quote that never closes make the record malformed.
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
    private var isDone = false

    /// A record of `count` bytes at `start`, without its line feed; a carriage return at its end is none of its bytes.
    init(_ start: UnsafePointer<UInt8>, count: Int) {
        position = start
        end = start + (count > 0 && start[count - 1] == UInt8(ascii: "\r") ? count - 1 : count)
    }

    /// Reads the next field; nil after the last, and from where the record is malformed.
    mutating func next() -> Field? {
        guard !isDone else { return nil }
        let field =
            position < end && position.pointee == UInt8(ascii: "\"") ? quotedField() : plainField()
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

    /// Reads up to the next comma, or to the end; nil when a quote stands before it.
    private mutating func plainField() -> Field? {
        let start = position
        while position < end {
            let byte = position.pointee
            // Nearly all bytes are above the comma, and need one comparison.
            if byte <= UInt8(ascii: ",") {
                if byte == UInt8(ascii: ",") { break }
                if byte == UInt8(ascii: "\"") { return nil }
            }
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
            guard position == end || position.pointee == UInt8(ascii: ",") else { return nil }
            field.count = close - field.start
            return field
        }
        return nil
    }
}

/// The first record of a file of comma-separated values: the names of its columns, which are the keys of every record.
///
/// Of columns with one name the last wins, as of keys in an object.
final class CSVHeader: Sendable {
    let names: [[UInt8]]
    /// As it stands in the file, without its line feed.
    let text: [UInt8]

    /// Reads a header of `count` bytes, without its line feed.
    init(_ start: UnsafePointer<UInt8>, count: Int) throws(LogError.HeaderFault) {
        guard UTF8Validation.isValid(start, count: count) else { throw .notUTF8 }
        text = Array(UnsafeBufferPointer(start: start, count: count))
        var fields = CSVFields(start, count: count)
        var names: [[UInt8]] = []
        while let field = fields.next() {
            names.append(
                field.hasDoubledQuotes
                    ? Array(unsafeUninitializedCapacity: field.count) { buffer, decoded in
                        if let output = buffer.baseAddress { decoded = CSVFields.decode(field, into: output) }
                    } : Array(field.bytes))
        }
        guard !fields.isMalformed else { throw .notCSV }
        self.names = names
    }

    /// Checks that each field which no line may lack can be read from some column.
    ///
    /// These are time, type and visitor. Which lines need platform, slot and variant depends on their type: a file of
    /// purchases alone may have no such columns.
    func check(against schema: EventSchema) throws(LogError.HeaderFault) {
        for field in [EventField.time, .type, .visitor] {
            guard case .keys(let keys) = schema[field] else { continue }
            let isPresent = keys.contains { key in names.contains { $0.elementsEqual(key.utf8) } }
            guard isPresent else {
                throw .missingColumn(keys, header: names.map { String(decoding: $0, as: UTF8.self) })
            }
        }
    }
}

extension LogError.HeaderFault: Error {}
