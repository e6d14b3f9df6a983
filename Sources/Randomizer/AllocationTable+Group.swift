extension AllocationTable {
    /// The visitors of a segment, and how they are shared out. It keeps its table alive.
    ///
    /// A group assigns like its experiment, without looking for the segment each time.
    public struct Group: Sendable {
        let storage: TableStorage
        let experiment: TableStorage.ExperimentRecord
        let number: Int
    }

    /// A variant with its share.
    public struct Arm: Equatable, Sendable {
        public let variant: String
        /// Share of the group's visitors, 0…1, a multiple of 10⁻⁶.
        public let traffic: Double
    }
}

extension AllocationTable.Group {
    /// The segment; `*` is everyone without a group of their own.
    public var segment: String { storage.names.string(storage.groups[number].segment) }

    /// The arms in byte order of the variant, those without traffic too. Shares sum to 1.
    public var arms: [AllocationTable.Arm] {
        storage.arms(of: number).map { index in
            let arm = storage.arms[index]
            return AllocationTable.Arm(variant: storage.variants[Int(arm.variant)], traffic: arm.traffic)
        }
    }

    /// The variant of the control, which keeps its visitors whatever the others' shares are; nil without one.
    public var control: String? {
        storage.control(of: number).map { storage.variants[Int(storage.arms[$0.arm].variant)] }
    }

    /// Assigns a visitor to a variant.
    @inlinable
    public func assign(_ visitor: some StringProtocol) -> Assignment {
        visitor.withUTF8Bytes { assign($0) }
    }

    /// Assigns a visitor by the UTF-8 of its id.
    public func assign(_ visitor: UnsafeRawBufferPointer) -> Assignment {
        storage.assignment(of: chosen(visitor), in: number, hasOwnGroup: number != Int(experiment.firstGroup))
    }

    /// The place in `arms` of a visitor's variant, from 0: an answer without a reference, for counting.
    @inlinable
    public func arm(of visitor: some StringProtocol) -> Int {
        visitor.withUTF8Bytes { arm(of: $0) }
    }

    /// The place in `arms` of a visitor's variant, from 0, by the UTF-8 of its id.
    public func arm(of visitor: UnsafeRawBufferPointer) -> Int {
        chosen(visitor) - storage.arms(of: number).lowerBound
    }

    /// Assigns many visitors: `places[i]` becomes the place in `arms` of the variant of the i-th visitor.
    ///
    /// Both must have the same count. O(bytes of the visitors + visitors · arms), without allocating.
    @inlinable
    public func assign(_ visitors: some Collection<some StringProtocol>, places: inout MutableSpan<Int>) {
        precondition(visitors.count == places.count, "as many places as visitors are needed")
        var index = 0
        for visitor in visitors {
            places[index] = arm(of: visitor)
            index += 1
        }
    }

    /// Assigns many visitors, whose ids lie one after another: the i-th ends before `ends[i]` and begins where the one
    /// before it ends. `places[i]` becomes the place in `arms` of its variant.
    ///
    /// `ends` must not decrease nor lead beyond the bytes, and have the count of `places`.
    public func assign(_ bytes: Span<UInt8>, ends: Span<Int>, places: inout MutableSpan<Int>) {
        precondition(ends.count == places.count, "as many places as ends are needed")
        bytes.withUnsafeBytes { bytes in
            var begin = 0
            for index in ends.indices {
                places[index] = arm(of: UnsafeRawBufferPointer(rebasing: bytes[begin..<ends[index]]))
                begin = ends[index]
            }
        }
    }

    /// The place in `arms` of the variant of a visitor whose id hashes to `unit`, and to `holdoutUnit` by the salt of the
    /// holdout (nil: the same, as the experiment has a holdout of its own).
    package func arm(unit: UInt64, holdoutUnit: UInt64? = nil) -> Int {
        storage.choose(in: number, unit: unit, holdoutUnit: holdoutUnit ?? unit)
            - storage.arms(of: number).lowerBound
    }

    private func chosen(_ visitor: UnsafeRawBufferPointer) -> Int {
        storage.choose(in: number, visitor: visitor, unit: XXH64.hash(visitor, seed: experiment.salt))
    }
}
