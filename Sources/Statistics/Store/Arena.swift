import Synchronization
import CLibrary

/// The memory that the visitors of a run live in: one range of addresses, taken chunk by chunk up to a limit.
///
/// Nothing in it is ever moved, so that growing copies nothing, and what lies in it is found by an offset of four bytes: the
/// distance from its start in words of eight bytes, 32 GiB at most. The kernel gives it memory page by page, when a page is first
/// written.
final class Arena: @unchecked Sendable {
    /// Bytes of a chunk, the least that is taken at a time.
    static let chunkBytes = 1 << 14
    static let wordBytes = 8
    private static let greatestBytes = wordBytes << 32

    let base: UnsafeMutableRawPointer
    private let reservedBytes: Int
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        /// Chunks from the start that have been taken at some time.
        var fresh = 0
        /// Chunks that were given back.
        var free: [Int] = []
        /// Bytes in use, in chunks and elsewhere.
        var used = 0
    }

    /// An arena of at most `limit` bytes; nil when not even one chunk can be had.
    init?(limit: Int) {
        self.limit = limit
        var bytes = min(max(limit, Arena.chunkBytes), Arena.greatestBytes) / Arena.chunkBytes * Arena.chunkBytes
        var start = Arena.reserve(bytes)
        while start == nil, bytes > Arena.chunkBytes {
            // Where addresses are rationed (ulimit -v) the reservation is smaller, and the run takes more passes.
            bytes = bytes / 2 / Arena.chunkBytes * Arena.chunkBytes
            start = Arena.reserve(bytes)
        }
        guard let start else { return nil }
        base = start
        reservedBytes = bytes
    }

    deinit {
        munmap(base, reservedBytes)
    }

    private static func reserve(_ bytes: Int) -> UnsafeMutableRawPointer? {
        #if canImport(Darwin)
            let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
        #else
            let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        #endif
        guard let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED else {
            return nil
        }
        #if !canImport(Darwin)
            // Visitors come in no order: with large pages their addresses are found in fewer steps. Only advice.
            madvise(start, bytes, MADV_HUGEPAGE)
        #endif
        return start
    }

    /// Takes `count` adjacent chunks; the offset in bytes, or nil when the limit is reached.
    func takeChunks(_ count: Int) -> Int? {
        state.withLock { state in
            let bytes = count * Arena.chunkBytes
            guard state.used + bytes <= limit else { return nil }
            let chunk: Int
            if count == 1, let free = state.free.popLast() {
                chunk = free
            } else if (state.fresh + count) * Arena.chunkBytes <= reservedBytes {
                chunk = state.fresh
                state.fresh += count
            } else if let run = Arena.takeRun(of: count, from: &state.free) {
                chunk = run
            } else {
                return nil
            }
            state.used += bytes
            return chunk * Arena.chunkBytes
        }
    }

    /// Gives back `count` adjacent chunks at an offset in bytes.
    func giveBackChunks(at offset: Int, count: Int) {
        let first = offset / Arena.chunkBytes
        state.withLock { state in
            state.free.append(contentsOf: first..<first + count)
            state.used -= count * Arena.chunkBytes
        }
    }

    /// Counts memory that lies elsewhere against the limit; false when it is reached.
    func charge(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.used + bytes <= limit else { return false }
            state.used += bytes
            return true
        }
    }

    func refund(_ bytes: Int) {
        state.withLock { $0.used -= bytes }
    }

    /// Takes the first run of adjacent chunks out of the free ones. O(n log n), for the rare text longer than a chunk.
    private static func takeRun(of count: Int, from free: inout [Int]) -> Int? {
        free.sort()
        var start = 0
        for index in free.indices {
            if index > start, free[index] != free[index - 1] + 1 { start = index }
            guard index - start + 1 == count else { continue }
            let first = free[start]
            free.removeSubrange(start...index)
            return first
        }
        return nil
    }
}

/// Where something lies in an ``Arena``, in words from its start. Nothing lies in the first word: 0 stands for nothing.
typealias ArenaOffset = UInt32
