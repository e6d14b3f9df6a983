/// Hands out pieces of an arena's chunks, one after another. Pieces are given back all together.
struct ArenaAllocator: ~Copyable {
    let arena: Arena
    /// The rest of the current chunk, in bytes from the arena's start.
    private var rest: Range<Int> = 0..<0
    private var taken: [(offset: Int, count: Int)] = []

    init(_ arena: Arena) {
        self.arena = arena
    }

    deinit {
        for chunks in taken { arena.giveBackChunks(at: chunks.offset, count: chunks.count) }
    }

    /// Makes sure that the next pieces, `bytes` in all, can be taken; false when the arena's limit is reached.
    mutating func reserve(_ bytes: Int) -> Bool {
        // What is reserved may be taken in several pieces, each rounded up to words.
        let bytes = bytes + 8 * Arena.wordBytes
        if rest.count >= bytes { return true }
        // The arena's first word stays unused, wherever its chunk goes.
        let count = (bytes + Arena.chunkBytes - 1) / Arena.chunkBytes
        guard let offset = arena.takeChunks(count) else { return false }
        taken.append((offset, count))
        rest = offset + (offset == 0 ? Arena.wordBytes : 0)..<offset + count * Arena.chunkBytes
        return true
    }

    /// Takes a piece of what was reserved; its bytes are of any value.
    mutating func take(_ bytes: Int) -> Place {
        let place = rest.lowerBound
        let end = place + (bytes + Arena.wordBytes - 1) / Arena.wordBytes * Arena.wordBytes
        precondition(end <= rest.upperBound, "taken without being reserved")
        rest = end..<rest.upperBound
        return Place(truncatingIfNeeded: place / Arena.wordBytes)
    }
}
