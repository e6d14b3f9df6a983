/// The units of visitors: two in the record, more in overflow nodes.
extension VisitorTable {
    /// The visitor's unit in the experiment of `arm`, which is added when new.
    mutating func unit(of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber) -> UnsafeMutablePointer<Unit> {
        recordedUnit(of: visitor, arm) ?? otherUnit(of: visitor, arm)
    }

    /// The visitor's unit in the experiment of `arm`, if its record holds that.
    @inline(__always)
    private func recordedUnit(
        of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber
    ) -> UnsafeMutablePointer<Unit>? {
        var likely = visitor.unit
        if hasAnnexes {
            let isOther = !ArmNumber.isSameExperiment(likely.pointee.arm, arm)
            likely = visitor.unit(isOther ? 1 : 0)
        }
        return ArmNumber.isSameExperiment(likely.pointee.arm, arm) ? likely : nil
    }

    private mutating func otherUnit(
        of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber
    ) -> UnsafeMutablePointer<Unit> {
        let first = visitor.unit
        if first.pointee.arm == .none {
            first.pointee.arm = arm.withoutArm
            return first
        }
        if hasAnnexes, visitor.secondUnit.pointee.arm == .none {
            visitor.secondUnit.pointee.arm = arm.withoutArm
            return visitor.secondUnit
        }
        var offset = visitor.pointee.firstNode
        while let node = lastingNode(at: offset) {
            if node.pointee.kind == .unit {
                let unit = node.payload(as: Unit.self)
                if ArmNumber.isSameExperiment(unit.pointee.arm, arm) { return unit }
            }
            offset = node.pointee.next
        }
        visitor.pointee.insert(.moreUnits)
        let unit = addNode(.unit, bytes: OverflowNode.bytesOfUnit, to: visitor).payload(as: Unit.self)
        unit.initialize(to: Unit())
        unit.pointee.arm = arm.withoutArm
        return unit
    }

    func forEachUnit<Failure: Error>(
        of visitor: UnsafeMutablePointer<Visitor>,
        _ body: (UnsafeMutablePointer<Unit>) throws(Failure) -> Void
    ) throws(Failure) {
        guard visitor.pointee.unit.arm != .none else { return }
        try body(visitor.unit)
        if hasAnnexes {
            guard visitor.secondUnit.pointee.arm != .none else { return }
            try body(visitor.secondUnit)
        }
        guard visitor.pointee.flags.contains(.moreUnits) else { return }
        try forEachNode(of: visitor, .unit) { node throws(Failure) in try body(node.payload(as: Unit.self)) }
    }

    /// What a view is to the exposure of its unit.
    enum ViewRank {
        /// It is the exposure now.
        case exposure
        /// It equals the exposure in time, variant and segment.
        case equal
        case later
    }

    /// Takes a view that showed `arm` to the segment with number `segment`.
    ///
    /// The exposure is the view with the least time, then the least variant, then the least segment, in byte order.
    @discardableResult
    mutating func see(
        _ arm: ArmNumber, segment: UInt32, time: Int64, unit: UnsafeMutablePointer<Unit>, segments: SegmentNames
    ) -> ViewRank {
        if unit.pointee.views.increment() { addCountOverflow(to: unit, views: 1, clicks: 0) }
        let isFirst = !unit.pointee.arm.hasArm
        if !isFirst && unit.pointee.arm != arm { unit.pointee.mix() }
        let exposure = unit.pointee.views.time
        let isEarlier =
            isFirst || time < exposure
            || (time == exposure
                && (arm < unit.pointee.arm
                    || (arm == unit.pointee.arm && segment != unit.pointee.segment
                        && segments.isLess(segment, unit.pointee.segment))))
        guard isEarlier else {
            return time == exposure && arm == unit.pointee.arm && segment == unit.pointee.segment ? .equal : .later
        }
        unit.pointee.views.time = time
        unit.pointee.arm = arm
        unit.pointee.segment = segment
        return .exposure
    }

    // MARK: Propensities

    /// Takes what a view of `arm` states as its propensity, 0 for none. Of equal views the least that is stated counts.
    mutating func take(
        propensity: UInt32, of rank: ViewRank, _ arm: ArmNumber, _ visitor: UnsafeMutablePointer<Visitor>
    ) {
        guard rank != .later else { return }
        if let stated = statedPropensity(of: visitor, arm) {
            let known = stated.pointee.billionths
            if rank == .exposure || known == 0 || (propensity != 0 && propensity < known) {
                stated.pointee.billionths = propensity
            }
        } else if propensity != 0 {
            addNode(.propensity, bytes: OverflowNode.bytesOfPropensity, to: visitor)
                .payload(as: StatedPropensity.self)
                .initialize(to: StatedPropensity(arm: arm, billionths: propensity))
        }
    }

    /// The propensity stated for the exposure of the visitor's unit in the experiment of `arm`, in billionths; 0: none is.
    @inline(__always)
    func propensity(of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber) -> UInt32 {
        guard visitor.pointee.flags.contains(.statesPropensity) else { return 0 }
        return statedPropensity(of: visitor, arm)?.pointee.billionths ?? 0
    }

    @inline(never)
    private func statedPropensity(
        of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber
    ) -> UnsafeMutablePointer<StatedPropensity>? {
        var found: UnsafeMutablePointer<StatedPropensity>?
        forEachNode(of: visitor, .propensity) { node in
            let stated = node.payload(as: StatedPropensity.self)
            if ArmNumber.isSameExperiment(stated.pointee.arm, arm) { found = stated }
        }
        return found
    }

    // MARK: Undeclared variants

    /// Counts a view of a variant that the experiment of `arm` does not have.
    @inline(never)
    mutating func addUndeclaredView(of arm: ArmNumber, _ visitor: UnsafeMutablePointer<Visitor>) {
        var found: UnsafeMutablePointer<UndeclaredViews>?
        forEachUndeclaredViews(of: visitor) { views in
            if ArmNumber.isSameExperiment(views.pointee.arm, arm) { found = views }
        }
        if let found {
            found.pointee.count.add(1)
            return
        }
        visitor.pointee.insert(.undeclaredViews)
        addNode(.undeclaredViews, bytes: OverflowNode.bytesOfUndeclaredViews, to: visitor)
            .payload(as: UndeclaredViews.self).initialize(to: UndeclaredViews(arm: arm, count: 1))
    }

    @inline(__always)
    func forEachUndeclaredViews(
        of visitor: UnsafeMutablePointer<Visitor>, _ body: (UnsafeMutablePointer<UndeclaredViews>) -> Void
    ) {
        guard visitor.pointee.flags.contains(.undeclaredViews) else { return }
        forEachNode(of: visitor, .undeclaredViews) { body($0.payload(as: UndeclaredViews.self)) }
    }

    // MARK: Clicks

    mutating func click(at time: Int64, unit: UnsafeMutablePointer<Unit>) {
        if unit.pointee.clicks.increment() { addCountOverflow(to: unit, views: 0, clicks: 1) }
        unit.pointee.clicks.time = max(unit.pointee.clicks.time, time)
    }

    @inline(never)
    private mutating func addCountOverflow(to unit: UnsafeMutablePointer<Unit>, views: Int64, clicks: Int64) {
        countOverflows[unit, default: (0, 0)].views += views
        countOverflows[unit, default: (0, 0)].clicks += clicks
    }

    /// Views and clicks of a unit.
    @inline(__always)
    func counts(of unit: UnsafeMutablePointer<Unit>) -> (views: Int64, clicks: Int64) {
        let beyond = countOverflows.isEmpty ? (views: 0, clicks: 0) : countOverflow(of: unit)
        return (unit.pointee.views.count + beyond.views, unit.pointee.clicks.count + beyond.clicks)
    }

    @inline(never)
    private func countOverflow(of unit: UnsafeMutablePointer<Unit>) -> (views: Int64, clicks: Int64) {
        let beyond = countOverflows[unit] ?? (0, 0)
        return (beyond.views * TimeAndCount.countLimit, beyond.clicks * TimeAndCount.countLimit)
    }
}
