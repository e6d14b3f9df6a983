import Domain
import Testing

@testable import Guards

/// Guards at their thresholds: a fact on either side of each.
@Suite("Guards")
struct GuardFindingTests {
    private static let hero = SlotKey(platform: "web", slot: "hero")
    private static let cart = SlotKey(platform: "web", slot: "cart")

    private static let city = GuardFacts.Source(field: "segment", source: "city")
    private static let customer = GuardFacts.Source(field: "visitor", source: "customer")

    private static func day(_ number: Int, people: Int64 = 1_000, bots: Int64 = 100) -> GuardFacts.Day {
        var day = GuardFacts.Day(date: CalendarDate(dayNumber: 20_000 + number))
        day.timezone = "UTC"
        (day.visitors, day.bots) = (people + bots, bots)
        (day.clicks, day.purchases) = (people / 10, people / 20)
        var counts = GuardFacts.Day.Counts()
        (counts.units, counts.clickers, counts.purchasers) = (people, people / 10, people / 20)
        day.counts = [hero: counts, cart: counts]
        day.events = 10_000
        day.sources = [city: 1_000, customer: 5_000]
        return day
    }

    /// A night like the seven before it.
    private static func facts(earlier: Int = 7) -> GuardFacts {
        var facts = GuardFacts(timezone: "UTC")
        facts.declared = [
            GuardFacts.Declared(key: hero, arms: ["a", "b"], reward: .click),
            GuardFacts.Declared(key: cart, arms: ["x", "y"], reward: .purchase),
        ]
        facts.tonight = day(earlier)
        facts.earlier = (0..<earlier).map { day($0) }
        facts.inForce = [hero: ["a", "b"], cart: ["x", "y"]]
        facts.counted = [hero: ["a", "b"], cart: ["x", "y"]]
        facts.unknown = [hero: GuardFacts.Unknown(views: 1_000, unknownViews: 0, names: [])]
        facts.expected = [
            hero: ["a", "b"].map { GuardFacts.Expected(variant: $0, visitors: 500, expected: 500) }
        ]
        facts.sampleRatios = [hero: 0.4]
        facts.ownLines = (5_000, 20)
        facts.moved = [hero: 0.3]
        return facts
    }

    private static func tripped(_ facts: GuardFacts, _ settings: GuardSettings = GuardSettings()) -> [String] {
        GuardFinding.all(facts, settings).map {
            "\($0.kind.rawValue) \($0.action.rawValue)" + ($0.experiment.map { " \($0.slot)" } ?? "")
        }
    }

    /// What changing the facts of an ordinary night makes trip.
    private static func tripped(_ change: (inout GuardFacts) -> Void) -> [String] {
        var facts = facts()
        change(&facts)
        return tripped(facts)
    }

    @Test func anOrdinaryNightTripsNone() { #expect(Self.tripped { _ in } == []) }

    @Test func aSourceThatShouldBeInThirtyLinesAndIsInNone() {
        #expect(Self.tripped { $0.tonight?.sources?[Self.city] = 0 } == ["sources hold"])
        #expect(
            Self.tripped { $0.tonight?.sources = [Self.city: 0, Self.customer: 0] } == ["sources hold", "sources hold"])
        #expect(Self.tripped { $0.tonight?.sources?[Self.city] = 1 } == [])
        // A tenth of the lines: of 299 there should be 29.9, of 300 thirty.
        for (events, found) in [(Int64(299), []), (300, ["sources hold"])] {
            let tripped = Self.tripped {
                $0.tonight?.events = events
                $0.tonight?.sources?[Self.city] = 0
            }
            #expect(tripped == found)
        }
        // One that no earlier night had, and nights of which sources are not known.
        let new = GuardFacts.Source(field: "segment", source: "town")
        #expect(Self.tripped { $0.tonight?.sources?[new] = 0 } == [])
        #expect(
            Self.tripped { facts in
                facts.tonight?.sources?[Self.city] = 0
                for night in facts.earlier.indices { facts.earlier[night].sources = nil }
            } == [])
    }

    @Test func aFirstNightTripsNone() {
        var facts = Self.facts(earlier: 0)
        facts.inForce = nil
        facts.expected = [:]
        facts.sampleRatios = [:]
        facts.tonight?.bots = 900
        facts.tonight?.counts[Self.hero]?.clickers = 0
        #expect(Self.tripped(facts) == [])
    }

    @Test func variantsThatAreNotDeclared() {
        func found(_ views: Int64, _ unknown: Int64) -> [String] {
            Self.tripped { $0.unknown[Self.hero] = .init(views: views, unknownViews: unknown, names: ["\"c\" 3"]) }
        }
        #expect(found(950, 50) == [])
        #expect(found(949, 51) == ["unknownVariants hold hero"])
        #expect(found(10, 19) == [])
        #expect(found(10, 20) == ["unknownVariants hold hero"])
    }

    @Test func armsWithoutAVisitor() {
        func found(_ visitors: Int64, _ expected: Double, _ variant: Name = "b") -> [String] {
            Self.tripped {
                $0.expected[Self.hero]?[1] = .init(variant: variant, visitors: visitors, expected: expected)
            }
        }
        #expect(found(0, 29.9) == [])
        #expect(found(0, 30) == ["silentVariants hold hero"])
        #expect(found(1, 900) == [])
        #expect(found(0, 900, "gone") == [])
    }

    @Test func armsThatAreNoLongerDeclared() throws {
        #expect(Self.tripped { $0.declared[0].arms = ["a", "c"] } == ["lostVariants hold hero"])
        #expect(
            Self.tripped {
                $0.declared[0].arms = ["a", "c"]
                $0.retired.arms[Self.hero] = ["b"]
            } == [])
        #expect(Self.tripped { $0.declared.removeFirst() } == ["lostVariants hold hero"])
        #expect(
            Self.tripped {
                $0.declared.removeFirst()
                $0.retired.experiments = [Self.hero]
            } == [])
        // A new arm is none that was lost; without a table in force the counts tell.
        #expect(Self.tripped { $0.declared[0].arms.insert("new") } == [])
        #expect(
            Self.tripped {
                $0.inForce = nil
                $0.counted[Self.hero] = ["a", "b", "old"]
            } == ["lostVariants hold hero"])
        // A night without data moves traffic all the same.
        #expect(
            Self.tripped {
                $0.tonight = nil
                $0.declared[0].arms = ["a"]
            } == ["lostVariants hold hero"])
    }

    @Test func aRenamedArmNamesTheNewName() throws {
        var facts = Self.facts()
        facts.declared[0].arms = ["a", "b-2"]
        let found = GuardFinding.all(facts, GuardSettings()) { _, names in names.first }
        #expect(try #require(found.first).text.contains("b may be b-2 now"))
        // A single new name is the likely one, however it reads.
        facts.declared[0].arms = ["a", "entirely different"]
        #expect(GuardFinding.all(facts, GuardSettings())[0].text.contains("b may be entirely different now"))
        facts.declared[0] = .init(key: SlotKey(platform: "web", slot: "home"), arms: ["a", "b"], reward: .click)
        #expect(GuardFinding.all(facts, GuardSettings())[0].text.contains("was it renamed to web/home?"))
    }

    @Test func daysWithoutAReward() {
        #expect(Self.tripped { $0.tonight?.counts[Self.hero]?.clickers = 0 } == ["noReward hold hero"])
        #expect(Self.tripped { $0.tonight?.counts[Self.hero]?.purchasers = 0 } == [])
        #expect(Self.tripped { $0.tonight?.counts[Self.cart]?.purchasers = 0 } == ["noReward hold cart"])
        #expect(Self.tripped { $0.tonight?.counts[Self.hero]?.clickers = 1 } == [])
        func few(_ units: Int64) -> [String] {
            Self.tripped {
                $0.tonight?.counts[Self.hero]?.units = units
                $0.tonight?.counts[Self.hero]?.clickers = 0
            }
        }
        #expect(few(299) == [] && few(300) == ["noReward hold hero"])
    }

    @Test func anArmWithoutAReward() {
        func facts(_ clickers: Int64, units: Int64 = 500, before: Int64 = 50) -> [String] {
            Self.tripped { facts in
                func arms(_ clickers: Int64, _ units: Int64) -> [Name: GuardFacts.Day.Counts] {
                    var counts = GuardFacts.Day.Counts()
                    (counts.units, counts.clickers) = (units, clickers)
                    return ["a": counts]
                }
                for night in facts.earlier.indices { facts.earlier[night].arms[Self.hero] = arms(before, 500) }
                facts.tonight?.arms[Self.hero] = arms(clickers, units)
            }
        }
        #expect(facts(1) == [] && facts(0) == ["noReward hold hero"])
        // Of 299 visitors 29.9 clicks were to be expected; an arm that never had any is none that lost them.
        #expect(facts(0, units: 299) == [] && facts(0, units: 300) == ["noReward hold hero"])
        #expect(facts(0, before: 0) == [])
    }

    @Test func purchasesWithoutMoney() {
        func found(money tonight: Bool, before: Bool = true) -> [String] {
            Self.tripped { facts in
                facts.declared[1].reward = .revenue
                for night in facts.earlier.indices { facts.earlier[night].counts[Self.cart]?.hasRevenue = before }
                facts.tonight?.counts[Self.cart]?.hasRevenue = tonight
            }
        }
        #expect(found(money: true) == [] && found(money: false) == ["noReward hold cart"])
        // There never was any.
        #expect(found(money: false, before: false) == [])
    }

    @Test func anExperimentWithoutAVisitor() {
        func found(_ units: Int64, served: Set<Name> = ["a", "b"]) -> [String] {
            Self.tripped { facts in
                facts.served[Self.hero] = served
                facts.tonight?.counts[Self.hero] = nil
                facts.unknown = [:]
                facts.expected = [:]
                for night in facts.earlier.indices { facts.earlier[night].counts[Self.hero]?.units = units }
            }
        }
        #expect(found(30) == ["silentVariants hold hero"] && found(29) == [])
        // No table is known that showed it, or only arms that are gone.
        #expect(found(500, served: []) == [] && found(500, served: ["old"]) == [])
    }

    @Test func youngDaysAreJudgedByTheirEvents() {
        func found(_ clicks: Int64) -> [String] {
            Self.tripped {
                $0.hasWindow = true
                $0.tonight?.counts[Self.hero]?.clickers = 0
                $0.tonight?.counts[Self.cart]?.purchasers = 0
                $0.tonight?.clicks = clicks
            }
        }
        #expect(found(1) == [] && found(0) == ["noReward hold"])
    }

    @Test func farFewerOrFarMoreVisitors() {
        func found(_ people: Int64, earlier: Int = 7) -> [String] {
            var facts = Self.facts(earlier: earlier)
            let bots = people / 10
            facts.tonight?.visitors = people + bots
            facts.tonight?.bots = bots
            return Self.tripped(facts)
        }
        #expect(found(300) == [] && found(299) == ["visitors hold"])
        #expect(found(3_000) == [] && found(3_001) == ["visitors hold"])
        #expect(found(10, earlier: 2) == [])
    }

    @Test func farMoreBots() {
        func found(_ bots: Int64, before: Int64 = 100) -> [String] {
            var facts = Self.facts()
            facts.earlier = (0..<7).map { Self.day($0, people: 1_000 - before, bots: before) }
            facts.tonight?.visitors = 1_000
            facts.tonight?.bots = bots
            return Self.tripped(facts)
        }
        #expect(found(300) == [] && found(301) == ["robots hold"])
        #expect(found(400, before: 200) == [] && found(401, before: 200) == ["robots hold"])
    }

    @Test func whatOnlyWarns() {
        #expect(Self.tripped { $0.ownLines = (1_000, 200) } == [])
        #expect(Self.tripped { $0.ownLines = (1_000, 201) } == ["outsideDay warn"])
        #expect(Self.tripped { $0.sampleRatios[Self.hero] = 1e-6 } == [])
        #expect(Self.tripped { $0.sampleRatios[Self.hero] = 9e-7 } == ["sampleRatio warn hero"])
    }

    @Test func anotherTimezone() {
        #expect(Self.tripped { $0.timezone = "Asia/Tokyo" } == ["timezone hold"])
        // The newest of the days before decides, so that an accepted change is one.
        #expect(
            Self.tripped {
                $0.timezone = "Asia/Tokyo"
                $0.earlier[6].timezone = "Asia/Tokyo"
            } == [])
        #expect(
            Self.tripped {
                $0.timezone = "Asia/Tokyo"
                for index in $0.earlier.indices { $0.earlier[index].timezone = nil }
            } == [])
    }

    @Test func settingsDecideWhatHolds() {
        var facts = Self.facts()
        facts.tonight?.counts[Self.hero]?.clickers = 0
        facts.timezone = "Asia/Tokyo"
        facts.moved[Self.hero] = 0.31
        var settings = GuardSettings()
        settings[.noReward].action = .off
        settings[.timezone].action = .warn
        settings[.move] = .init(.hold, [.above: 0.3])
        #expect(Self.tripped(facts, settings) == ["timezone warn", "move hold hero"])
        settings[.noReward] = .init(.hold, [.atLeast: 101])
        #expect(Self.tripped(facts, settings) == ["timezone warn", "move hold hero"])
    }

    @Test func allThatTripAreSaidAtOnce() {
        let found = Self.tripped {
            $0.unknown[Self.hero] = .init(views: 10, unknownViews: 90, names: [])
            $0.declared[0].arms = ["a"]
            $0.tonight?.counts[Self.cart]?.purchasers = 0
            $0.timezone = "Asia/Tokyo"
        }
        #expect(
            found == ["unknownVariants hold hero", "lostVariants hold hero", "noReward hold cart", "timezone hold"])
    }
}
