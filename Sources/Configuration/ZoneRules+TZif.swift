/// What is wrong with the bytes of a timezone file.
package struct ZoneFileFault: Error, Equatable, Sendable {
    package var message: String

    init(_ message: String) {
        self.message = message
    }
}

// A file of the system's timezone database (RFC 9636):
//
//     header 44 bytes ─ data with times of 32 bits ─ header ─ data with times of 64 bits ─ LF rule LF
//                       the end, in version 1       └── from version 2 on ──────────────────────────┘
//
// In "fat" files both parts of data have all changes up to 2037; in "slim" ones the first is empty, and the rule takes over from
// the last change that it does not know.
extension ZoneRules {
    /// Reads a timezone file. The last part that its version has is the one that counts.
    package init(tzif bytes: some Collection<UInt8>) throws(ZoneFileFault) {
        var reader = Reader(rest: Array(bytes)[...])
        let first = try reader.header()
        if first.isFirstVersion {
            self = try reader.rules(first, timeSize: 4)
        } else {
            try reader.skip(first.size(timeSize: 4))
            let second = try reader.header()
            self = try reader.rules(second, timeSize: 8)
            rule = try reader.footer()
        }
    }

    /// The counts of a header, in its order.
    private struct Header {
        var isFirstVersion: Bool
        var universalIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var times: Int
        var types: Int
        var characters: Int

        /// The bytes of the data that follow it.
        func size(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leapSeconds * (timeSize + 4) + standardIndicators
                + universalIndicators
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ count: Int) throws(ZoneFileFault) -> ArraySlice<UInt8> {
            guard count <= rest.count else { throw ZoneFileFault("it ends too early") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func skip(_ count: Int) throws(ZoneFileFault) {
            _ = try take(count)
        }

        /// An integer of 4 or 8 bytes, the highest first.
        mutating func integer(size: Int) throws(ZoneFileFault) -> Int64 {
            let bits = try take(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
        }

        mutating func header() throws(ZoneFileFault) -> Header {
            guard rest.starts(with: "TZif".utf8) else { throw ZoneFileFault("it does not begin with \"TZif\"") }
            try skip(4)
            // Versions are a zero byte for the first, then digits from 2 on; newer ones keep what older ones have.
            let version = try take(1).first ?? 0
            guard version == 0 || version >= UInt8(ascii: "2") else { throw ZoneFileFault("it has no known version") }
            try skip(15)
            func count() throws(ZoneFileFault) -> Int { Int(UInt32(truncatingIfNeeded: try integer(size: 4))) }
            return Header(
                isFirstVersion: version == 0, universalIndicators: try count(), standardIndicators: try count(),
                leapSeconds: try count(), times: try count(), types: try count(), characters: try count())
        }

        mutating func rules(_ header: Header, timeSize: Int) throws(ZoneFileFault) -> ZoneRules {
            guard header.leapSeconds == 0 else {
                throw ZoneFileFault("it counts leap seconds, which no clock of a log does")
            }
            guard header.types > 0 else { throw ZoneFileFault("it has no offset") }
            guard header.size(timeSize: timeSize) <= rest.count else { throw ZoneFileFault("it ends too early") }
            var instants: [Int64] = []
            for _ in 0..<header.times { instants.append(try integer(size: timeSize)) }
            guard zip(instants, instants.dropFirst()).allSatisfy(<) else {
                throw ZoneFileFault("its changes are not in ascending order")
            }
            let indices = try take(header.times)
            var offsets: [Int64] = []
            for _ in 0..<header.types {
                let offset = try integer(size: 4)
                // The bounds of RFC 9636, section 3.2.
                guard (-89_999...93_599).contains(offset) else {
                    throw ZoneFileFault("it has an offset of \(offset) seconds")
                }
                offsets.append(offset)
                // Whether it is daylight saving time, and where its name begins.
                try skip(2)
            }
            try skip(header.characters + header.standardIndicators + header.universalIndicators)
            var changes: [Change] = []
            for (instant, index) in zip(instants, indices) {
                guard index < offsets.count else { throw ZoneFileFault("it has a change to an unknown offset") }
                changes.append(Change(instant: instant, offset: offsets[Int(index)]))
            }
            return ZoneRules(firstOffset: offsets[0], changes: changes, rule: nil)
        }

        /// The rule between two line ends; nil where it is empty, and nothing is known of the time after the last change.
        mutating func footer() throws(ZoneFileFault) -> YearlyRule? {
            guard try take(1).first == UInt8(ascii: "\n"), let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                throw ZoneFileFault("it ends without its rule")
            }
            let text = rest[..<end]
            if text.isEmpty { return nil }
            guard let rule = YearlyRule(text) else {
                throw ZoneFileFault("its rule \(JSON5Value.quoted(String(decoding: text, as: UTF8.self))) is none")
            }
            return rule
        }
    }
}
