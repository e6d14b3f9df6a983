extension AllocationTable {
    /// One experiment of a table: a slot that is looked up once and assigns many visitors. It keeps its table alive.
    public struct Experiment: Sendable {
        let storage: TableStorage
        let number: Int
    }

    /// The visitors of a segment, and how they are shared out.
    public struct Group: Equatable, Sendable {
        /// The segment; `*` is everyone without a group of their own.
        public let segment: String
        /// The arms in byte order of the variant, those without traffic too. Shares sum to 1.
        public let arms: [Arm]
    }

    /// A variant with its share.
    public struct Arm: Equatable, Sendable {
        public let variant: String
        /// Share of the group's visitors, 0…1, a multiple of 10⁻⁶.
        public let traffic: Double
    }

    /// All experiments, in byte order of platform, slot.
    public var experiments: [Experiment] {
        storage.experiments.indices.map { Experiment(storage: storage, number: $0) }
    }

    /// Finds an experiment; nil when the table has none of that name.
    @inlinable
    public func experiment(platform: some StringProtocol, slot: some StringProtocol) -> Experiment? {
        platform.withUTF8Bytes { platform in
            slot.withUTF8Bytes { experiment(platform: platform, slot: $0) }
        }
    }

    /// Finds an experiment by the UTF-8 of its names; nil when the table has none of that name.
    public func experiment(platform: UnsafeRawBufferPointer, slot: UnsafeRawBufferPointer) -> Experiment? {
        storage.experiment(platform: platform, slot: slot).map { Experiment(storage: storage, number: $0) }
    }
}

extension AllocationTable.Experiment {
    public var platform: String { storage.names.string(record.platform) }

    public var slot: String { storage.names.string(record.slot) }

    /// The groups: `*` first, then the segments in byte order.
    public var groups: [AllocationTable.Group] {
        (Int(record.firstGroup)..<Int(record.endGroup)).map { group in
            AllocationTable.Group(
                segment: storage.names.string(storage.groups[group].segment),
                arms: storage.arms(of: group).map { index in
                    let arm = storage.arms[index]
                    return AllocationTable.Arm(variant: storage.variants[Int(arm.variant)], traffic: arm.traffic)
                })
        }
    }

    /// The names of the groups: `*` first, then the segments in byte order.
    public var segments: [String] {
        (Int(record.firstGroup)..<Int(record.endGroup)).map { storage.names.string(storage.groups[$0].segment) }
    }

    /// Assigns a visitor to a variant. A segment without a group of its own is served by the group of everyone, `*`.
    @inlinable
    public func assign(_ visitor: some StringProtocol, segment: some StringProtocol) -> Assignment {
        visitor.withUTF8Bytes { visitor in
            segment.withUTF8Bytes { assign(visitor, segment: $0) }
        }
    }

    /// Assigns a visitor of no segment to a variant, by the group of everyone.
    @inlinable
    public func assign(_ visitor: some StringProtocol) -> Assignment {
        visitor.withUTF8Bytes { assign($0) }
    }

    /// Assigns a visitor by the UTF-8 of its id and segment (no segment: everyone).
    public func assign(_ visitor: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer? = nil) -> Assignment {
        storage.assignment(experiment: number, segment: segment, visitor: visitor)
    }

    /// Assigns a visitor by the UTF-8 of its id and segment.
    public func assign(_ visitor: Span<UInt8>, segment: Span<UInt8>) -> Assignment {
        visitor.withUnsafeBytes { visitor in
            segment.withUnsafeBytes { assign(visitor, segment: $0) }
        }
    }

    /// Explains an assignment. For people and logs: it allocates.
    public func explain(_ visitor: some StringProtocol, segment: String = "*") -> Explanation {
        let unit = XXH64.hash(visitor, seed: record.salt)
        let group = segment.withUTF8Bytes { storage.group(of: record, segment: $0).group }
        let candidates = storage.arms(of: group).map { index in
            let arm = storage.arms[index]
            let uniform = RendezvousHash.uniform(unit: unit, arm: arm.hash)
            return Explanation.Candidate(
                variant: storage.variants[Int(arm.variant)], traffic: arm.traffic, uniform: uniform,
                score: RendezvousHash.score(uniform: uniform, traffic: arm.traffic))
        }
        let inByteOrder = candidates.enumerated()
        let ranked = inByteOrder.sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }
        return Explanation(
            assignment: assign(visitor, segment: segment),
            segment: storage.names.string(storage.groups[group].segment), candidates: ranked.map(\.element))
    }

    private var record: TableStorage.ExperimentRecord { storage.experiments[number] }
}
