import CLibrary

/// Finds where records of separated values end: at line feeds outside quotes.
///
///     a,"b⏎     a quoted field goes on over line ends
///     c",d⏎     ── the record ends here
///     a,b"c⏎    a quote where none may stand: the record is malformed, and ends with its first line
///     a,"b⏎     a quote that nothing closes: likewise
///
/// - A quote opens a field only at its start. One in the middle of a field, something else than a separator or a line end behind a
///   closing quote, and a quote that is not closed within the maximum make a record malformed.
/// - Where the format has no quotes, a record is a line.
/// - A malformed record ends with its first line, so that it spoils no other: what follows is read anew.
///
/// Where a record ends depends on nothing but the bytes from its start, so whoever looks finds the same end. In well-formed text a
/// line is within quotes by the parity of the quotes before it; so the search from one line whose quote stays open passes only
/// lines with an even number of quotes, from which no search starts that passes another: finding all ends is linear in the bytes.
struct CSVRecordSplitter {
    /// What is known of the end of a record.
    enum End: Equatable {
        /// The line feed that ends it.
        case lineFeed(Int)
        /// Its quotes are not right; where its first line ends.
        case malformed(Int)
        /// Its first line is longer than the maximum; the line feed that ends it, where that is in sight.
        case tooLong(Int?)
        /// Not in sight.
        case open

        /// The line feed, where it is in sight.
        var offset: Int? {
            switch self {
            case .lineFeed(let offset), .malformed(let offset): offset
            case .tooLong(let offset): offset
            case .open: nil
            }
        }
    }

    let maximumLength: Int
    var separator = CSVFormat.comma
    var hasQuotes = true

    /// Finds the end of the record at `start` within the first `count` bytes of `memory`.
    ///
    /// - Parameter isWhole: whether nothing follows them: a record without a line feed is then in sight, and ends there.
    func end(from start: Int, in memory: UnsafePointer<UInt8>, count: Int, isWhole: Bool = false) -> End {
        let limit = count - start > maximumLength ? start + maximumLength + 1 : count
        let isCut = limit < count || count - start > maximumLength
        func find(_ byte: UInt8, in range: Range<Int>) -> Int? {
            guard let found = memchr(memory + range.lowerBound, Int32(byte), range.count) else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(memory)
        }
        var firstLine: End {
            if let lineFeed = find(0x0A, in: start..<limit) { return .malformed(lineFeed) }
            if isCut { return .tooLong(find(0x0A, in: min(count, start + maximumLength)..<count)) }
            return isWhole ? .malformed(count) : .open
        }
        /// What is known when the limit was reached.
        func unresolved(inQuotes: Bool) -> End {
            if isCut { return firstLine }
            return isWhole && inQuotes ? firstLine : .open
        }
        var position = start
        if ByteOrderMark.begins(memory + start, count: limit - start) { position += ByteOrderMark.bytes.count }
        let firstField = position
        var lineFeed = -1
        while true {
            if lineFeed < position { lineFeed = find(0x0A, in: position..<limit) ?? limit }
            guard let quote = hasQuotes ? find(0x22, in: position..<lineFeed) : nil else {
                return lineFeed < limit ? .lineFeed(lineFeed) : unresolved(inQuotes: false)
            }
            guard quote == firstField || (quote > firstField && memory[quote - 1] == separator) else {
                return firstLine
            }
            position = quote + 1
            while true {
                guard let close = find(0x22, in: position..<limit) else { return unresolved(inQuotes: true) }
                position = close + 1
                guard position < limit, memory[position] == UInt8(ascii: "\"") else { break }
                position += 1
            }
            guard position < limit else { return unresolved(inQuotes: false) }
            switch memory[position] {
            case separator: position += 1
            case 0x0A: return .lineFeed(position)
            case 0x0D where position + 1 == limit: return unresolved(inQuotes: false)
            case 0x0D where memory[position + 1] == 0x0A: return .lineFeed(position + 1)
            default: return firstLine
            }
        }
    }

    /// Where records that stand in one line end in carriage returns: at those outside quotes, if one record at least has as many
    /// fields as there are columns; else nowhere. The return of a line's end is none of them. Time is linear in the text.
    func returns(in text: UnsafeBufferPointer<UInt8>, columns: Int) -> [Int] {
        guard text.dropLast().contains(0x0D) else { return [] }
        var returns: [Int] = []
        var hasRecord = false
        var (fields, isQuoted) = (1, false)
        for (index, byte) in text.enumerated() {
            switch byte {
            case 0x22: isQuoted.toggle()
            case _ where isQuoted: break
            case separator: fields += 1
            case 0x0D where index + 1 < text.count && text[index + 1] != 0x0A:
                returns.append(index)
                hasRecord = hasRecord || fields == columns
                fields = 1
            default: break
            }
        }
        return hasRecord || fields == columns ? returns : []
    }
}
