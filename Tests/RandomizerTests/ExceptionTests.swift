import Randomizer
import TestSupport
import Testing

/// Assignments by an allowed subset, and of visitors that are pinned.
@Suite struct ExceptionTests {
    static let arms = [("a", "0.4"), ("b", "0.3"), ("c", "0.2"), ("d", "0.1"), ("e", "0")]

    static func experiment() throws -> AllocationTable.Experiment {
        let own = [TestRow("a", "0.1", segment: "pune"), TestRow("b", "0.9", segment: "pune")]
        return try TestTable.table(arms.map { TestRow($0.0, $0.1) } + own).experiments[0]
    }

    /// The first allowed arm in the visitor's own order, straight from the explanation.
    @Test(arguments: [["a"], ["d"], ["b", "d"], ["a", "c", "e"], ["a", "b", "c", "d", "e"], ["c", "unknown"]])
    func visitorFallsToItsNextAllowedArm(names: [String]) throws {
        let experiment = try Self.experiment()
        let allowed = VariantSet(names)
        let traffic = Dictionary(uniqueKeysWithValues: experiment.groups[0].arms.map { ($0.variant, $0.traffic) })
        let whole = names.reduce(0) { $0 + (traffic[$1] ?? 0) }
        for visitor in 0..<500 {
            let order = experiment.explain("\(visitor)").candidates.filter { $0.traffic > 0 }.map(\.variant)
            let assignment = try #require(experiment.assign("\(visitor)", segment: "*", allowed: allowed))
            #expect(assignment.variant == order.first { names.contains($0) })
            #expect(abs(assignment.propensity - (traffic[assignment.variant] ?? 0) / whole) < 1e-12)
            #expect(!assignment.isOverride)
            if names.contains(order[0]) { #expect(assignment.variant == experiment.assign("\(visitor)").variant) }
        }
    }

    /// χ² of the shares among the allowed arms, at the 99.9 % level on fixed visitors (df 2: 13.816).
    @Test func frequenciesAreThePropensities() throws {
        let experiment = try Self.experiment()
        var counts: [String: Double] = [:]
        var propensities: [String: Double] = [:]
        let visitors = 20_000
        for visitor in 0..<visitors {
            let assignment = try #require(experiment.assign("\(visitor)", segment: "*", allowed: ["b", "c", "d"]))
            counts[assignment.variant, default: 0] += 1
            propensities[assignment.variant] = assignment.propensity
        }
        // In whatever order a dictionary has.
        #expect(abs(propensities.values.reduce(0, +) - 1) < 1e-12)
        let statistic = propensities.reduce(0) { sum, arm in
            let expected = arm.value * Double(visitors)
            let excess = counts[arm.key, default: 0] - expected
            return sum + excess * excess / expected
        }
        #expect(statistic > 0)
        #expect(statistic < 13.816)
    }

    @Test func nothingAllowedIsNil() throws {
        let experiment = try Self.experiment()
        for allowed in [[], ["unknown"], ["e"]] as [VariantSet] {
            #expect(experiment.assign("7", segment: "*", allowed: allowed) == nil)
        }
        #expect(experiment.assign("7", segment: "pune", allowed: ["c"]) == nil)
        #expect(experiment.assign("7", segment: "pune", allowed: ["a", "c"])?.propensity == 1)
        #expect(experiment.assign("7", segment: "pune", allowed: ["a", "c"])?.hasOwnGroup == true)
    }

    @Test func pinnedVisitorsGetTheirVariant() throws {
        let experiment = try Self.experiment()
        var overrides = Overrides()
        #expect(experiment.assign("7", segment: "*", overrides: overrides) == experiment.assign("7"))
        overrides.pin("7", platform: "web", slot: "home-hero", to: "d")
        overrides.pin("7", platform: "web", slot: "other", to: "a")
        overrides.pin("7", platform: "app", slot: "home-hero", to: "b")
        overrides.pin("8", platform: "web", slot: "home-hero", to: "a")
        overrides.pin("8", platform: "web", slot: "home-hero", to: "e")
        let pinned = experiment.assign("7", segment: "*", overrides: overrides)
        #expect(pinned.variant == "d" && pinned.isOverride && pinned.propensity == 1 && pinned.date == TestTable.date)
        #expect(experiment.assign("8", segment: "*", overrides: overrides).variant == "e")
        // A pin wins over the subset, so that what is out of stock can be looked at.
        #expect(experiment.assign("7", segment: "*", allowed: ["a"], overrides: overrides) == pinned)
        #expect(experiment.assign("9", segment: "*", overrides: overrides) == experiment.assign("9"))
        let subset = experiment.assign("9", segment: "*", allowed: ["a"], overrides: overrides)
        #expect(subset?.variant == "a" && subset?.isOverride == false)
    }

    @Test func pinWithoutSuchAnArmHasNoEffect() throws {
        let experiment = try Self.experiment()
        var overrides = Overrides()
        overrides.pin("7", platform: "web", slot: "home-hero", to: "d")
        #expect(
            experiment.assign("7", segment: "pune", overrides: overrides) == experiment.assign("7", segment: "pune"))
        overrides.pin("7", platform: "web", slot: "home-hero", to: "b")
        let pinned = experiment.assign("7", segment: "pune", overrides: overrides)
        #expect(pinned.variant == "b" && pinned.isOverride && pinned.hasOwnGroup)
    }

    @Test func manyPinsAreKept() throws {
        let experiment = try Self.experiment()
        var overrides = Overrides()
        for visitor in 0..<1_000 {
            overrides.pin("v\(visitor)", platform: "web", slot: "home-hero", to: ["a", "b", "c"][visitor % 3])
        }
        for visitor in 0..<1_000 {
            let assignment = experiment.assign("v\(visitor)", segment: "*", overrides: overrides)
            #expect(assignment.isOverride && assignment.variant == ["a", "b", "c"][visitor % 3])
        }
        #expect(!experiment.assign("v1000", segment: "*", overrides: overrides).isOverride)
    }

    @Test func batchesAgreeWithSingleAssignments() throws {
        let experiment = try Self.experiment()
        let group = experiment.group(segment: "unknown")
        #expect(group.segment == "*")
        let visitors = (0..<300).map { "visitor \($0)" }
        var places = [Int](repeating: -1, count: visitors.count)
        var span = places.mutableSpan
        group.assign(visitors, places: &span)
        let bytes = visitors.flatMap { Array($0.utf8) }
        var ends: [Int] = []
        for visitor in visitors { ends.append((ends.last ?? 0) + visitor.utf8.count) }
        var again = [Int](repeating: -1, count: visitors.count)
        var secondSpan = again.mutableSpan
        group.assign(bytes.span, ends: ends.span, places: &secondSpan)
        for (visitor, place) in zip(visitors, places) {
            #expect(group.arms[place].variant == experiment.assign(visitor).variant)
            #expect(group.assign(visitor) == experiment.assign(visitor))
        }
        #expect(places == again)
        #expect(experiment.group(segment: "pune").assign("7") == experiment.assign("7", segment: "pune"))
    }

    @Test func platformsAndSlotsAreListed() throws {
        let table = try TestTable.table([
            TestRow("a", "1", platform: "web", slot: "b"), TestRow("a", "1", platform: "app", slot: "x"),
            TestRow("a", "1", platform: "web", slot: "a"),
        ])
        #expect(table.platforms == ["app", "web"])
        #expect(table.slots(of: "web") == ["a", "b"])
        #expect(table.slots(of: "none").isEmpty)
    }
}
