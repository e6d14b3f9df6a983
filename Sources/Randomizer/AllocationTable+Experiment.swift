extension AllocationTable {
    /// One experiment of a table: a slot that is looked up once and assigns many visitors. It keeps its table alive.
    public struct Experiment: Sendable {
        let storage: TableStorage
        let record: TableStorage.ExperimentRecord
    }

    /// The platforms, in byte order.
    public var platforms: [String] {
        var platforms: [String] = []
        for experiment in experiments
        where platforms.last.map({ !$0.utf8.elementsEqual(experiment.platform.utf8) }) ?? true {
            platforms.append(experiment.platform)
        }
        return platforms
    }

    /// The slots of a platform, in byte order; none for an unknown platform.
    public func slots(of platform: some StringProtocol) -> [String] {
        experiments.filter { $0.platform.utf8.elementsEqual(platform.utf8) }.map(\.slot)
    }

    /// All experiments, in byte order of platform, slot.
    public var experiments: [Experiment] {
        storage.experiments.map { Experiment(storage: storage, record: $0) }
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
        storage.experiment(platform: platform, slot: slot).map {
            Experiment(storage: storage, record: storage.experiments[$0])
        }
    }
}

extension AllocationTable.Experiment {
    public var platform: String { storage.names.string(record.platform) }

    public var slot: String { storage.names.string(record.slot) }

    /// The name of the experiment's holdout, by which experiments share its visitors; nil when its holdout is its own.
    public var holdout: String? {
        let (platform, slot) = (platform, slot)
        // The last, as where the visitors are drawn.
        return storage.manifest?.holdouts.last {
            $0.platform.utf8.elementsEqual(platform.utf8) && $0.slot.utf8.elementsEqual(slot.utf8)
        }?.name
    }

    /// The groups: `*` first, then the segments in byte order.
    public var groups: [AllocationTable.Group] {
        (record.firstGroup..<record.endGroup).map { group(Int($0)) }
    }

    /// The names of the groups: `*` first, then the segments in byte order.
    public var segments: [String] {
        (record.firstGroup..<record.endGroup).map { storage.names.string(storage.groups[Int($0)].segment) }
    }

    /// The group that serves a segment: its own, or that of everyone, `*`.
    public func group(segment: some StringProtocol) -> AllocationTable.Group {
        group(segment.withUTF8Bytes { storage.group(of: record, segment: $0).group })
    }

    /// Assigns a visitor to a variant. A segment without a group of its own is served by the group of everyone, `*`.
    /// O(bytes of the visitor and the segment + arms).
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
        storage.assignment(of: visitor, in: record, segment: segment)
    }

    /// Assigns a visitor by the UTF-8 of its id and segment.
    public func assign(_ visitor: Span<UInt8>, segment: Span<UInt8>) -> Assignment {
        visitor.withUnsafeBytes { visitor in
            segment.withUnsafeBytes { assign(visitor, segment: $0) }
        }
    }

    /// Assigns a visitor of no segment by the UTF-8 of its id.
    public func assign(_ visitor: Span<UInt8>) -> Assignment {
        visitor.withUnsafeBytes { assign($0) }
    }

    /// Explains the assignment of a visitor. For people and logs: it allocates.
    public func explain(_ visitor: some StringProtocol, segment: String = "*") -> Explanation {
        let unit = XXH64.hash(visitor, seed: record.salt)
        let group = group(segment: segment)
        let control = storage.control(of: group.number)
        let competitors = storage.arms(of: group.number).filter { $0 != control?.arm }.map { index in
            let arm = storage.arms[index]
            let hash = mix64(unit ^ arm.hash)
            let uniform = RendezvousHash.uniform(hash)
            return Explanation.Candidate(
                variant: storage.variants[Int(arm.variant)], traffic: arm.traffic, hash: hash, uniform: uniform,
                score: RendezvousHash.score(uniform: uniform, traffic: arm.traffic))
        }
        let inByteOrder = competitors.enumerated()
        let ranked = inByteOrder.sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }
        var candidates = ranked.map(\.element)
        let holdout = control.map { explainedHoldout(of: visitor, control: $0) }
        if let holdout { candidates.insert(holdout.candidate, at: holdout.isHeld ? 0 : candidates.count) }
        return Explanation(
            assignment: assign(visitor, segment: segment), segment: group.segment, holdout: holdout,
            candidates: candidates)
    }

    private func explainedHoldout(
        of visitor: some StringProtocol, control: TableStorage.ControlRecord
    ) -> Explanation.Holdout {
        let holdoutUnit = XXH64.hash(visitor, seed: control.holdoutSalt ?? record.salt)
        let hash = mix64(holdoutUnit ^ RendezvousHash.control)
        return Explanation.Holdout(
            name: holdout, variant: storage.variants[Int(storage.arms[control.arm].variant)], traffic: control.traffic,
            hash: hash, uniform: RendezvousHash.uniform(hash), isHeld: control.holds(holdoutUnit: holdoutUnit))
    }

    private func group(_ number: Int) -> AllocationTable.Group {
        AllocationTable.Group(storage: storage, experiment: record, number: number)
    }
}
