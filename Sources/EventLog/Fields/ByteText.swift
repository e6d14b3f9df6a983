import CLibrary
public import CScan

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

    /// No text. The bytes around its address may be read, and mean nothing.
    @inlinable
    public static var absent: ByteText { ByteText(start: cscan_nothing(), count: 0) }

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

/// Memory for the texts of a block that had escapes: they keep their address until the block is done.
struct TextArena: ~Copyable {
    private static let chunkSize = 1 << 16
    /// Bytes at the start of a chunk that are not used, as those before a text may be read.
    private static let padding = 8

    private var chunks: [UnsafeMutableBufferPointer<UInt8>] = []
    private var used = 0

    init() {}

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Room for at least `count` bytes.
    mutating func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let last = chunks.last, let base = last.baseAddress, used + count <= last.count { return base + used }
        let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: max(count + TextArena.padding, TextArena.chunkSize))
        chunk.initialize(repeating: 0)
        chunks.append(chunk)
        used = TextArena.padding
        return chunk.baseAddress.unsafelyUnwrapped + used
    }

    /// Keeps the first `count` bytes of what was reserved last.
    mutating func keep(_ count: Int) {
        used += count
    }

    /// Frees all texts; one chunk stays for the next block.
    mutating func removeAll() {
        while chunks.count > 1 { chunks.removeLast().deallocate() }
        if let first = chunks.first, first.count > TextArena.chunkSize {
            first.deallocate()
            chunks.removeAll()
        }
        used = TextArena.padding
    }
}
