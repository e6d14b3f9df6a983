/// The first record of a file of comma-separated values: the names of its columns, which are the keys of every record.
///
/// Of columns with one name the last wins, as of keys in an object.
final class CSVHeader: Sendable {
    let names: [[UInt8]]

    /// Reads a header of `count` bytes, without its line feed.
    init(_ start: UnsafePointer<UInt8>, count: Int) throws(LogError.HeaderFault) {
        guard UTF8Validation.isValid(start, count: count) else { throw .notUTF8 }
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
