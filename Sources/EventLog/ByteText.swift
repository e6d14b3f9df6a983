#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Text that lies in somebody else's memory: a pointer and a length. Empty text stands for an absent field.
///
/// Not for keeping: it is valid only as long as the block of the log it points into, the duration of ``EventSink/consume(_:)``.
package struct ByteText {
    package let start: UnsafePointer<UInt8>
    package let count: Int

    @inlinable
    package init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    @inlinable
    package init(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else {
            self = .absent
            return
        }
        self.init(start: base, count: bytes.count)
    }

    /// No text.
    @inlinable
    package static var absent: ByteText {
        // An address that is never read: there are no bytes behind it.
        ByteText(start: UnsafePointer(bitPattern: 1).unsafelyUnwrapped, count: 0)
    }

    @inlinable
    package var isEmpty: Bool { count == 0 }

    @inlinable
    package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// A copy as a string; the bytes are UTF-8 because lines that are not are rejected.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Equal bytes. Names and ids are short: they are compared in a few words, without a call.
    @inlinable
    package static func == (left: ByteText, right: ByteText) -> Bool {
        let count = left.count
        guard count == right.count else { return false }
        let first = UnsafeRawPointer(left.start)
        let second = UnsafeRawPointer(right.start)
        if count > 32 { return equalBytes(first, second, count) }
        if count >= 8 {
            // The last word may overlap the one before.
            var difference = word(first, count - 8) ^ word(second, count - 8)
            var offset = 0
            while offset < count - 8 {
                difference |= word(first, offset) ^ word(second, offset)
                offset += 8
            }
            return difference == 0
        }
        for index in 0..<count where left.start[index] != right.start[index] { return false }
        return true
    }

    @usableFromInline
    static func equalBytes(_ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int) -> Bool {
        memcmp(first, second, count) == 0
    }

    @inlinable @inline(__always)
    static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Byte order; a prefix comes before what it begins.
    package static func < (left: ByteText, right: ByteText) -> Bool {
        let order = memcmp(left.start, right.start, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}
