/// Memory for the texts of a block that had escapes: they keep their address until the block is done.
struct TextArena: ~Copyable {
    private static let chunkSize = 1 << 16

    private var chunks: [UnsafeMutableBufferPointer<UInt8>] = []
    private var used = 0

    init() {}

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Room for at least `count` bytes.
    mutating func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if let last = chunks.last, let base = last.baseAddress, used + count <= last.count { return base + used }
        let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(count, TextArena.chunkSize))
        chunks.append(chunk)
        used = 0
        return chunk.baseAddress.unsafelyUnwrapped
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
        used = 0
    }
}
