import CLibrary

/// One option of a customer.
struct OptionRow {
    /// In 10⁻⁹.
    var value: Int64
    /// In units of money, not negative.
    var cost: Int64
    /// The number of its name.
    var option: UInt32
}

/// What one part of the file says of a customer, as bytes in memory or in a temporary file:
///
///     ┌───────────┬───────┬──────┬──────┬───────┬───────┬───────┬──
///     │ name size │ group │ rows │ name │ value │ cost  │ option│ …
///     └───────────┴───────┴──────┴──────┴───────┴───────┴───────┴──
///          4          4      4             8       8        4
struct OptionPiece {
    static let headerSize = 12
    static let rowSize = 20

    let start: UnsafeRawPointer

    var nameCount: Int { Int(start.loadUnaligned(as: UInt32.self)) }
    var group: UInt32 { start.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
    var rowCount: Int { Int(start.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) }
    var name: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start + OptionPiece.headerSize, count: nameCount)
    }
    /// Bytes of the whole.
    var size: Int { OptionPiece.headerSize + nameCount + rowCount * OptionPiece.rowSize }

    @inline(__always)
    func row(_ index: Int) -> OptionRow {
        let row = start + (OptionPiece.headerSize + nameCount + index * OptionPiece.rowSize)
        return OptionRow(
            value: row.loadUnaligned(as: Int64.self), cost: row.loadUnaligned(fromByteOffset: 8, as: Int64.self),
            option: row.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    }

    /// Byte order of names.
    @inline(__always)
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let a = left.baseAddress, let b = right.baseAddress else { return left.count - right.count }
        let order = Int(memcmp(a, b, min(left.count, right.count)))
        return order == 0 ? left.count - right.count : order
    }
}

/// A piece, with the first bytes of its name: most comparisons end there.
struct PieceReference {
    /// The first eight bytes of the name, the first the most significant, zeros behind its end.
    let prefix: UInt64
    let piece: OptionPiece

    init(_ piece: OptionPiece) {
        self.piece = piece
        let name = piece.name
        var prefix: UInt64 = 0
        withUnsafeMutableBytes(of: &prefix) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: name.prefix(8))) }
        self.prefix = UInt64(bigEndian: prefix)
    }

    @inline(__always)
    static func compare(_ left: PieceReference, _ right: PieceReference) -> Int {
        guard left.prefix == right.prefix else { return left.prefix < right.prefix ? -1 : 1 }
        return OptionPiece.compare(left.piece.name, right.piece.name)
    }
}

/// Memory that pieces are written into, one behind the other.
final class PieceMemory: @unchecked Sendable {
    private(set) var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    @inline(__always)
    func reserve(_ more: Int) {
        if count + more > capacity { grow(more) }
    }

    @inline(never)
    private func grow(_ more: Int) {
        capacity = max(count + more, 2 * capacity)
        let other = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        other.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = other
    }

    /// Begins a piece without rows; returns where.
    func begin(_ name: UnsafeBufferPointer<UInt8>, group: UInt32) -> Int {
        reserve(OptionPiece.headerSize + name.count)
        let start = count
        base.storeBytes(of: UInt32(name.count), toByteOffset: start, as: UInt32.self)
        base.storeBytes(of: group, toByteOffset: start + 4, as: UInt32.self)
        base.storeBytes(of: 0, toByteOffset: start + 8, as: UInt32.self)
        if let source = name.baseAddress, name.count > 0 {
            memcpy(base + start + OptionPiece.headerSize, source, name.count)
        }
        count += OptionPiece.headerSize + name.count
        return start
    }

    @inline(__always)
    func append(_ row: OptionRow) {
        reserve(OptionPiece.rowSize)
        base.storeBytes(of: row.value, toByteOffset: count, as: Int64.self)
        base.storeBytes(of: row.cost, toByteOffset: count + 8, as: Int64.self)
        base.storeBytes(of: row.option, toByteOffset: count + 16, as: UInt32.self)
        count += OptionPiece.rowSize
    }

    /// Copies a piece; returns where.
    func append(_ piece: OptionPiece) -> Int {
        let (start, size) = (count, piece.size)
        reserve(size)
        memcpy(base + start, piece.start, size)
        count += size
        return start
    }

    func setRows(_ rows: Int, at start: Int) {
        base.storeBytes(of: UInt32(rows), toByteOffset: start + 8, as: UInt32.self)
    }

    func clear() { count = 0 }

    /// The same bytes in memory of just their size.
    func copy() -> PieceMemory {
        let copy = PieceMemory(capacity: count)
        copy.base.copyMemory(from: base, byteCount: count)
        copy.count = count
        return copy
    }
}
