import Essentials
import Randomizer

/// A small file of JSON that tells whether it is whole: its first keys are its format and the XXH64 of all that follows them.
///
///     {"format":"sluice-part/2","xxh64":"0123456789abcdef","configuration":…
///                                                         └ hashed, to the end of the file
package enum SealedFile {
    /// Why a file cannot be read.
    package enum Fault: Error, Equatable, Sendable {
        /// It is of another format, or of none.
        case otherFormat
        /// It is not what was written.
        case damaged
    }

    private static let digits = 16

    private static func prefix(_ format: String) -> [UInt8] { Array("{\"format\":\"\(format)\",\"xxh64\":\"".utf8) }

    /// The bytes of a file. Keys are sorted: the same bytes for the same content.
    ///
    /// - Parameter content: encoded as an object that is not empty.
    package static func bytes(of content: some Encodable, format: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let rest = Array("\",".utf8) + Array(try encoder.encode(content)).dropFirst() + [UInt8(ascii: "\n")]
        return prefix(format) + Array(XXH64.hexadecimal(XXH64.hash(rest)).utf8) + rest
    }

    /// Reads what ``bytes(of:format:)`` wrote.
    package static func content<Content: Decodable>(
        _ type: Content.Type, _ bytes: [UInt8], format: String
    ) throws(Fault) -> Content {
        let prefix = prefix(format)
        guard bytes.starts(with: prefix) else { throw .otherFormat }
        let rest = Array(bytes.dropFirst(prefix.count + digits))
        guard bytes[prefix.count...].prefix(digits).elementsEqual(XXH64.hexadecimal(XXH64.hash(rest)).utf8),
            let content = try? JSONDecoder().decode(type, from: Data(bytes))
        else { throw .damaged }
        return content
    }
}
