/// Hands out pieces of an arena's chunks, from both ends. Pieces are given back all together.
///
///     chunk  [ first │ first │ …   rest   … │ last │ last ]
///
/// Whoever takes pieces of two kinds takes each from an end of its own: pieces of 64 bytes, which a visitor's record with an id of
/// 16 is, then lie in one line of the processor's cache each, whatever sizes its overflow nodes have.
struct ArenaAllocator: ~Copyable {
    let arena: Arena
    /// The rest of the current chunks, in bytes from the arena's start.
    private var rest: Range<Int> = 0..<0
    private var taken: [Chunks] = []

    /// Adjacent chunks, with the bytes in which the first pieces lie, once others have been taken.
    private struct Chunks {
        var offset: Int
        var count: Int
        var firsts: Range<Int>
    }

    init(_ arena: Arena) {
        self.arena = arena
    }

    deinit {
        for chunks in taken { arena.giveBackChunks(at: chunks.offset, count: chunks.count) }
    }

    /// Makes sure that the next pieces, `bytes` in all, can be taken; false when the arena's limit is reached.
    @inline(__always)
    mutating func reserve(_ bytes: Int) -> Bool {
        // What is reserved may be taken in several pieces, each rounded up to words, and the first line is lost.
        let bytes = bytes + 16 * Arena.wordBytes
        return rest.count >= bytes || takeChunks(bytes)
    }

    @inline(never)
    private mutating func takeChunks(_ bytes: Int) -> Bool {
        let count = (bytes + Arena.chunkBytes - 1) / Arena.chunkBytes
        guard let offset = arena.takeChunks(count) else { return false }
        if let last = taken.indices.last { taken[last].firsts = firsts(of: taken[last]) }
        // The arena's first line stays unused, wherever its chunk goes: no piece has the offset 0.
        let start = offset + (offset == 0 ? ArenaAllocator.lineBytes : 0)
        taken.append(Chunks(offset: offset, count: count, firsts: start..<start))
        rest = start..<offset + count * Arena.chunkBytes
        return true
    }

    private func firsts(of current: Chunks) -> Range<Int> { current.firsts.lowerBound..<rest.lowerBound }

    /// Where pieces lie that were taken from the first end, one behind the other, in bytes from the arena's start.
    var firsts: [Range<Int>] { taken.dropLast().map(\.firsts) + (taken.last.map { [firsts(of: $0)] } ?? []) }

    /// Takes a piece of what was reserved; its bytes are of any value.
    mutating func take(_ bytes: Int) -> ArenaOffset {
        let offset = rest.lowerBound
        let end = offset + ArenaAllocator.rounded(bytes)
        precondition(end <= rest.upperBound, "taken without being reserved")
        rest = end..<rest.upperBound
        return ArenaOffset(truncatingIfNeeded: offset / Arena.wordBytes)
    }

    /// Takes a piece likewise, from the other end.
    mutating func takeLast(_ bytes: Int) -> ArenaOffset {
        let offset = rest.upperBound - ArenaAllocator.rounded(bytes)
        precondition(offset >= rest.lowerBound, "taken without being reserved")
        rest = rest.lowerBound..<offset
        return ArenaOffset(truncatingIfNeeded: offset / Arena.wordBytes)
    }

    /// The bytes that a piece of so many takes up.
    static func rounded(_ bytes: Int) -> Int {
        (bytes + Arena.wordBytes - 1) / Arena.wordBytes * Arena.wordBytes
    }

    /// Bytes of a line of the cache.
    private static let lineBytes = 64
}
