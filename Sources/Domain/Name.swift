import CLibrary

/// A platform, slot, segment, variant or visitor as it stands in the logs: equal when its bytes are equal, ordered by them.
///
/// Swift's `String` compares by canonical equivalence (é in one scalar equals é in two); logs, tables and hashes do not.
package struct Name: Hashable, Comparable, Sendable {
    package let string: String

    package init(_ string: String) {
        self.string = string
    }

    /// The segment of everyone, and the wildcard of the blacklist.
    package static let everyone: Name = "*"

    package static func == (left: Name, right: Name) -> Bool {
        Name.withBytes(left, right) { $0.count == $1.count && ($0.isEmpty || compare($0, $1, $0.count) == 0) }
    }

    package static func < (left: Name, right: Name) -> Bool {
        Name.withBytes(left, right) { left, right in
            let common = min(left.count, right.count)
            let order = common == 0 ? 0 : compare(left, right, common)
            return order == 0 ? left.count < right.count : order < 0
        }
    }

    package func hash(into hasher: inout Hasher) {
        Name.withBytes(self) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
    }

    /// The bytes where they are; those of a string that came from elsewhere are copied.
    private static func withBytes<Result>(_ name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        name.string.utf8.withContiguousStorageIfAvailable(body)
            ?? Array(name.string.utf8).withUnsafeBufferPointer(body)
    }

    private static func withBytes(
        _ left: Name, _ right: Name, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        withBytes(left) { left in withBytes(right) { right in body(left, right) } }
    }

    private static func compare(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, _ count: Int)
        -> Int32
    {
        guard let left = left.baseAddress, let right = right.baseAddress else { return 0 }
        return memcmp(left, right, count)
    }

    /// Whether a spreadsheet would take a cell with this text for a formula: it begins with `=`, `+`, `-`, `@`, a tab or a
    /// carriage return (OWASP, "CSV Injection").
    package var runsAsFormula: Bool {
        guard let first = string.utf8.first else { return false }
        return Name.formulaStarts.contains(first)
    }

    package static let formulaStarts: [UInt8] = Array("=+-@\t\r".utf8)
}

extension Name: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { string }
}

/// As its text.
extension Name: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}
