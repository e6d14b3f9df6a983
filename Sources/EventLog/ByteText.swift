public import CScan
import CLibrary

/// Text that lies in somebody else's memory: a pointer and a length. Empty text stands for an absent field.
///
/// Not for keeping: it is valid only as long as the block of the log it points into, the duration of ``EventSink/consume(_:ignored:)``.
@frozen
public struct ByteText {
    public let start: UnsafePointer<UInt8>
    public let count: Int

    @inlinable
    public init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    @inlinable
    public init(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else {
            self = .absent
            return
        }
        self.init(start: base, count: bytes.count)
    }

    /// No text.
    @inlinable
    public static var absent: ByteText {
        // An address that is never read: there are no bytes behind it.
        ByteText(start: UnsafePointer(bitPattern: 1).unsafelyUnwrapped, count: 0)
    }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    @inlinable
    public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// A copy as a string; the bytes are UTF-8 because lines that are not are rejected.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Equal bytes.
    @inlinable
    public static func == (left: ByteText, right: ByteText) -> Bool {
        left.count == right.count && cscan_equal(left.start, right.start, left.count) != 0
    }

    /// Byte order; a prefix comes before what it begins.
    package static func < (left: ByteText, right: ByteText) -> Bool {
        let order = memcmp(left.start, right.start, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}
