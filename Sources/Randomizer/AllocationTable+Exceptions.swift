/// Assignments that depart from the table: variants that cannot be shown here and now, and visitors who test.
extension AllocationTable.Experiment {
    /// Assigns a visitor, unless it is pinned: then it gets its pinned variant, whatever its traffic, and the answer is
    /// marked. A pin to a variant that the visitor's group has not is without effect.
    @inlinable
    public func assign(
        _ visitor: some StringProtocol, segment: some StringProtocol, overrides: Overrides
    ) -> Assignment {
        visitor.withUTF8Bytes { visitor in
            segment.withUTF8Bytes { segment in
                pinned(visitor, segment: segment, overrides: overrides) ?? assign(visitor, segment: segment)
            }
        }
    }

    /// Assigns a visitor among the allowed variants, say those in stock: the first allowed one in the visitor's own order.
    ///
    /// Visitors whose variant is allowed keep it, so the propensity is the variant's share of what the allowed arms have
    /// together. An allowed control keeps its visitors and gets no others: it is left out of that, and the others share
    /// what it leaves; only where no other is allowed has it everyone. Nil when no allowed arm has traffic. Names that the
    /// group has not are without effect, and so is the subset for a pinned visitor. O(bytes of the visitor, the segment and the arms' names).
    @inlinable
    public func assign(
        _ visitor: some StringProtocol, segment: some StringProtocol, allowed: VariantSet, overrides: Overrides? = nil
    ) -> Assignment? {
        visitor.withUTF8Bytes { visitor in
            segment.withUTF8Bytes { assign(visitor, segment: $0, allowed: allowed, overrides: overrides) }
        }
    }

    /// Assigns a visitor by the UTF-8 of its id and segment (no segment: everyone), among the allowed variants (no set:
    /// all) unless it is pinned. Nil when the allowed arms have no traffic.
    public func assign(
        _ visitor: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer?, allowed: VariantSet?,
        overrides: Overrides?
    ) -> Assignment? {
        if let overrides, let pinned = pinned(visitor, segment: segment, overrides: overrides) { return pinned }
        guard let allowed else { return assign(visitor, segment: segment) }
        return assign(visitor, segment: segment) { allowed.contains($0) }
    }

    /// Assigns a visitor among the variants whose UTF-8 is allowed, unless it is pinned; nil when they have no traffic.
    package func assign(
        _ visitor: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer?, overrides: Overrides?,
        where isAllowed: (UnsafeRawBufferPointer) -> Bool
    ) -> Assignment? {
        if let overrides, let pinned = pinned(visitor, segment: segment, overrides: overrides) { return pinned }
        return assign(visitor, segment: segment, where: isAllowed)
    }

    /// Assigns a visitor among the variants whose UTF-8 is allowed; nil when they have no traffic.
    package func assign(
        _ visitor: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer?,
        where isAllowed: (UnsafeRawBufferPointer) -> Bool
    ) -> Assignment? {
        let (group, isOwn) = storage.group(of: record, segment: segment)
        let range = storage.arms(of: group)
        let unit = XXH64.hash(visitor, seed: record.salt)
        let control = storage.control(of: group)
        let whole = UInt64(AllocationFormat.wholeTraffic)
        // In millionths: of the control when it is allowed, and of the other allowed arms together.
        var (kept, shared): (UInt64, UInt64) = (0, 0)
        let chosen = storage.chooseByLogarithms(among: range, unit: unit) { index in
            let arm = storage.arms[index]
            guard storage.variants[Int(arm.variant)].withUTF8Bytes(isAllowed) else { return false }
            if index == control?.arm {
                kept = UInt64(arm.millionths)
                return false
            }
            shared += UInt64(arm.millionths)
            return true
        }
        if let control, kept > 0, shared == 0 || control.holds(visitor, unit: unit) {
            return storage.assignment(
                of: control.arm, in: group, hasOwnGroup: isOwn, propensity: shared == 0 ? 1 : nil)
        }
        guard shared > 0 else { return nil }
        // Whole numbers below 2⁵³, so that only the division rounds.
        let propensity =
            Double((whole - kept) * UInt64(storage.arms[chosen].millionths)) / Double(whole * shared)
        return storage.assignment(of: chosen, in: group, hasOwnGroup: isOwn, propensity: propensity)
    }

    @usableFromInline
    func pinned(
        _ visitor: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer?, overrides: Overrides
    ) -> Assignment? {
        guard let variant = overrides.variant(of: visitor, in: record, of: storage) else { return nil }
        let (group, isOwn) = storage.group(of: record, segment: segment)
        for index in storage.arms(of: group) {
            let arm = storage.arms[index]
            guard storage.variants[Int(arm.variant)].withUTF8Bytes({ overrides.isName(variant, $0) }) else { continue }
            return storage.assignment(of: index, in: group, hasOwnGroup: isOwn, propensity: 1, isOverride: true)
        }
        return nil
    }
}
