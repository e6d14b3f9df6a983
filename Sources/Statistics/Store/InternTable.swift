import CScan
import EventLog

/// Distinct texts, numbered 0, 1, 2 … in the order they come.
///
///     slots    [ hash:32 | number+1:32 ]  …   open addressing, at most half full, 0 = free
///     spans    [ offset:40 | length:24 ]  …   one a text, by its number
///     bytes    visitor-1visitor-27f3a…        all texts, one after another
///
/// The number is the only handle others keep. Adding and finding take constant expected time in the number of texts,
/// whoever chose them, because the hash is keyed; equality is by bytes. All memory is its own, so it may go to any thread.
struct InternTable: ~Copyable, @unchecked Sendable {
    /// Where a text lies among the bytes of all.
    struct Span: BitwiseCopyable {
        private var bits: UInt64 = 0

        init() {}

        fileprivate init(offset: Int, count: Int) {
            bits = UInt64(offset) << 24 | UInt64(count)
        }

        fileprivate var offset: Int { Int(bits >> 24) }
        var count: Int { Int(bits & 0xFF_FFFF) }
    }

    private let hash: KeyedHash
    private var slots: UnsafeMutableBufferPointer<UInt64>
    private var spans = UnsafeArray<Span>()
    private var bytes = UnsafeArray<UInt8>(capacity: 256)

    init(hash: KeyedHash) {
        self.hash = hash
        slots = .allocate(capacity: 16)
        slots.initialize(repeating: 0)
    }

    deinit {
        slots.deallocate()
    }

    var count: Int { spans.count }
    /// Bytes of all texts.
    var byteCount: Int { bytes.count }

    /// The text with this number; valid until the next text is added.
    subscript(number: Int) -> ByteText {
        let span = spans[number]
        return ByteText(start: start(of: span), count: span.count)
    }

    /// Where the text with this number lies.
    func span(of number: Int) -> Span { spans[number] }

    /// The first byte of a text.
    func start(of span: Span) -> UnsafePointer<UInt8> { UnsafePointer(bytes.start + span.offset) }

    /// The number of `text`, which is added when it is new. Texts are under 16 MiB, as lines are.
    mutating func number(of text: ByteText) -> Int {
        number(of: text, hash: hash(text))
    }

    /// The number of a text whose hash is known.
    mutating func number(of text: ByteText, hash: UInt64) -> Int {
        let tag = UInt32(truncatingIfNeeded: hash)
        var slot = Int(tag) & (slots.count - 1)
        while slots[slot] != 0 {
            if let number = match(slots[slot], tag, text) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = spans.append(Span(offset: bytes.count, count: text.count))
        bytes.append(contentsOf: text.bytes)
        slots[slot] = UInt64(tag) << 32 | UInt64(number + 1)
        if spans.count * 2 > slots.count { grow() }
        return number
    }

    /// The number of `text` if it has one.
    func find(_ text: ByteText) -> Int? {
        let tag = UInt32(truncatingIfNeeded: hash(text))
        var slot = Int(tag) & (slots.count - 1)
        while slots[slot] != 0 {
            if let number = match(slots[slot], tag, text) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func match(_ entry: UInt64, _ tag: UInt32, _ text: ByteText) -> Int? {
        guard UInt32(truncatingIfNeeded: entry >> 32) == tag else { return nil }
        let number = Int(entry & 0xFFFF_FFFF) - 1
        let known = self[number]
        return known.count == text.count && cscan_equal(known.start, text.start, text.count) != 0 ? number : nil
    }

    private mutating func grow() {
        let larger = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: slots.count * 2)
        larger.initialize(repeating: 0)
        for entry in slots where entry != 0 {
            var slot = Int(entry >> 32) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = entry
        }
        slots.deallocate()
        slots = larger
    }
}
