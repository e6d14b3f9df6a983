import CScan
import CLibrary

/// A worker's buffer with whole records of a file of comma-separated values, the last of them ended by a line feed.
package struct RecordBlock: ~Copyable, @unchecked Sendable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes of the records.
    package internal(set) var count = 0
    /// The number of the block in the file, from 0.
    package internal(set) var index = 0
    /// The line of the file, from 1, on which the first record begins.
    package internal(set) var firstLine: Int64 = 1
    /// The number of the first record, from 0; blank lines and the header are none.
    package internal(set) var firstRecord: Int64 = 0

    package init() {
        capacity = 1 << 12
        base = RecordBlock.allocate(capacity)
    }

    deinit {
        base.deallocate()
    }

    /// The records; valid until the block is read into again.
    package var bytes: UnsafePointer<UInt8> { UnsafePointer(base) }

    /// The number of line feeds in `range`.
    package func lineFeeds(in range: Range<Int>) -> Int { range.count { base[$0] == 0x0A } }

    /// Makes room for `capacity` bytes, keeping the first `count`. What the vectors read behind them is allocated too.
    mutating func reserve(_ wanted: Int, keeping count: Int) {
        guard wanted > capacity else { return }
        let larger = RecordBlock.allocate(wanted)
        memcpy(larger, base, count)
        base.deallocate()
        (base, capacity) = (larger, wanted)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
        let size = capacity + 1 + Int(CSCAN_SLACK)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        // Only what lies behind the records is read without having been written.
        (memory + capacity).initialize(repeating: 0, count: size - capacity)
        return memory
    }

    subscript(range: Range<Int>) -> UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}

/// A walk over the records of a block and their fields.
package struct RecordCursor: ~Copyable {
    /// What a record is.
    package enum Outcome {
        case record
        /// Its quotes are not those of RFC 4180.
        case malformed
        /// It is longer than a record may be.
        case tooLong
        case end
    }

    private let fields: UnsafeMutablePointer<cscan_field>
    private let width: Int
    private let maximumLength: Int
    private let base: UnsafeMutablePointer<UInt8>
    private let count: Int
    private var position = 0
    /// Where the current record begins in the block.
    package private(set) var start = 0
    /// The number of its fields, of which the first `width` can be looked at.
    package private(set) var fieldCount = 0

    /// - Parameter width: how many fields a record should have.
    package init(_ block: borrowing RecordBlock, width: Int, maximumLength: Int = RecordStream.maximumRecordLength) {
        fields = .allocate(capacity: max(1, width))
        fields.initialize(repeating: cscan_field(), count: max(1, width))
        self.width = width
        self.maximumLength = maximumLength
        base = block.base
        count = block.count
    }

    deinit {
        fields.deallocate()
    }

    /// A field of the current record, unquoted. Valid as long as the block is not read into; sixty-four bytes from its start on can
    /// be read, whatever they are.
    @inline(__always)
    package subscript(field: Int) -> UnsafeBufferPointer<UInt8> {
        let place = fields[field]
        return UnsafeBufferPointer(start: base + start + Int(place.start), count: Int(place.end &- place.start))
    }

    /// Moves to the next record that is not blank.
    package mutating func next() -> Outcome {
        while position < count {
            start = position
            var length: UInt32 = 0
            let found = cscan_split(base + start, fields, Int32(width), &length)
            guard found >= 0 else { return nextWithQuotes() }
            position = start + Int(length) + 1
            if length > 0, base[start + Int(length) - 1] == 0x0D {
                length -= 1
                if found <= width { fields[Int(found) - 1].end = length }
            }
            if length == 0 { continue }
            fieldCount = Int(found)
            return length > maximumLength ? .tooLong : .record
        }
        return .end
    }

    /// Moves past the next record that is not blank without looking at its fields; false at the end.
    mutating func skip() -> Bool {
        let splitter = CSVRecordSplitter(maximumLength: maximumLength)
        while position < count {
            start = position
            let lineFeed = splitter.end(from: start, in: base, count: count, isWhole: true).offset ?? count - 1
            position = lineFeed + 1
            if lineFeed > start, lineFeed > start + 1 || base[start] != 0x0D { return true }
        }
        return false
    }

    private mutating func nextWithQuotes() -> Outcome {
        let splitter = CSVRecordSplitter(maximumLength: maximumLength)
        let end = splitter.end(from: start, in: base, count: count, isWhole: true)
        let lineFeed = end.offset ?? count - 1
        position = lineFeed + 1
        fieldCount = 0
        if case .tooLong = end { return .tooLong }
        var scanner = CSVFields(base + start, count: lineFeed - start)
        while let field = scanner.next() {
            defer { fieldCount += 1 }
            guard fieldCount < width else { continue }
            let offset = field.start - UnsafePointer(base + start)
            var length = field.count
            // What is decoded is shorter, and nobody reads the record again.
            if field.hasDoubledQuotes {
                let place = base + start + offset
                length = CSVFields.decode(field, into: place)
                // Nor may what is left over be taken for the ends of lines when they are counted.
                (place + length).update(repeating: UInt8(ascii: " "), count: field.count - length)
            }
            fields[fieldCount] = cscan_field(start: UInt32(offset), end: UInt32(offset + length))
        }
        return scanner.isMalformed ? .malformed : .record
    }
}
