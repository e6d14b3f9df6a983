/// The part of all visitors that one pass over the log is about: a range of the upper sixteen bits of their hashes.
struct HashSlices: Equatable {
    static let count = 1 << 16

    var range: Range<Int>

    static let all = HashSlices(range: 0..<count)

    /// Cuts the range into `shards` parts of about one size.
    struct Partition {
        private let first: Int
        private let slices: Int
        let shards: Int
        /// Parts to a slice, in units of 2⁻³².
        private let partsPerSlice: Int

        init(_ slices: HashSlices, shards: Int) {
            first = slices.range.lowerBound
            self.slices = slices.range.count
            self.shards = min(shards, slices.range.count)
            partsPerSlice = (self.shards << 32) / slices.range.count
        }

        /// The part that a hash falls in; nil when it is outside the range.
        @inline(__always)
        func shard(ofHash hash: UInt64) -> Int? {
            let slice = Int(hash >> 48) - first
            return slice >= 0 && slice < slices ? (slice &* partsPerSlice) >> 32 : nil
        }

        /// The slices of the first `count` parts.
        func slices(ofFirst count: Int) -> HashSlices {
            // Part p begins at the least slice s with s·partsPerSlice ≥ p·2³².
            HashSlices(range: first..<first + min(slices, ((count << 32) + partsPerSlice - 1) / partsPerSlice))
        }
    }
}

/// Which visitors the next pass is about: all that are left, until that turns out to be too many.
struct PassSlices {
    private var rest = HashSlices.all
    /// The most slices that seem to fit in the memory.
    private var most = HashSlices.count

    /// nil when all have been counted.
    var next: HashSlices? {
        guard !rest.range.isEmpty else { return nil }
        return HashSlices(range: rest.range.prefix(most))
    }

    /// Takes note of which shards of a pass were kept; false when there is no smaller part left to try.
    mutating func finish(_ shards: Shards) -> Bool {
        let partition = shards.partition
        let kept = shards.kept
        let all = partition.slices(ofFirst: partition.shards).range.count
        guard kept > 0 else {
            most = all / 2
            return most > 0
        }
        let done = partition.slices(ofFirst: kept).range
        rest.range = done.upperBound..<rest.range.upperBound
        // Where all fitted more may fit.
        most = kept < partition.shards ? done.count : min(2 * all, HashSlices.count)
        return true
    }
}
