import CLibrary

/// Finds where records of comma-separated values end: at line feeds outside quotes.
///
/// - A quote opens a field only at its start, so a stray one in the middle of a field spoils its own line and no other.
/// - A record longer than the maximum ends at the first line feed that stands as far from its start as the maximum or
///   farther, quoted or not: a quote that nobody closes costs no more than that.
///
/// Where a record ends depends on nothing but the bytes from its start, so whoever looks finds the same end.
struct CSVRecordSplitter {
    /// What is known of the end of a record.
    enum End: Equatable {
        /// The line feed that ends it.
        case lineFeed(Int)
        /// It is longer than the maximum; the line feed that ends it, where that is in sight.
        case tooLong(Int?)
        /// Not in sight.
        case open

        /// The line feed, where it is in sight.
        var offset: Int? {
            switch self {
            case .lineFeed(let offset): offset
            case .tooLong(let offset): offset
            case .open: nil
            }
        }

        var isTooLong: Bool {
            if case .tooLong = self { true } else { false }
        }
    }

    let maximumLength: Int

    /// Finds the end of the record at `start` within the first `count` bytes of `memory`.
    func end(from start: Int, in memory: UnsafePointer<UInt8>, count: Int) -> End {
        func find(_ byte: UInt8, in range: Range<Int>) -> Int? {
            guard let found = memchr(memory + range.lowerBound, Int32(byte), range.count) else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(memory)
        }
        let limit = count - start > maximumLength ? start + maximumLength + 1 : count
        var position = start
        var lineFeed = -1
        scan: while true {
            if lineFeed < position { lineFeed = find(0x0A, in: position..<limit) ?? limit }
            guard let quote = find(0x22, in: position..<lineFeed) else {
                if lineFeed < limit { return .lineFeed(lineFeed) }
                break
            }
            position = quote + 1
            guard quote == start || memory[quote - 1] == UInt8(ascii: ",") else { continue }
            while true {
                guard let close = find(0x22, in: position..<limit) else { break scan }
                position = close + 1
                guard position < limit, memory[position] == UInt8(ascii: "\"") else { break }
                position += 1
            }
        }
        guard count - start > maximumLength else { return .open }
        return .tooLong(find(0x0A, in: start + maximumLength..<count))
    }
}
