import Foundation
import TestSupport
import Testing

/// Guards as somebody meets them who runs a night.
@Suite("Guards that hold a table")
struct GuardTests {
    typealias Event = (time: String, type: String, visitor: String, order: String, revenue: String)

    private static let night = "2026-11-23"

    /// Visitors of both arms, some hundred each, of whom one in five clicks.
    private static func log(
        _ site: OneSlotSite, _ date: String, visitors: Int = 200, variants: [String] = ["a", "b"], clicks: Bool = true
    ) throws {
        let views = OneSlotSite.visitors(visitors, variants)
        let lines = views.enumerated().filter { clicks && $0.offset % 5 == 0 }.map {
            "\(date)T11:00:00Z,click,\($0.element.visitor),hero,\($0.element.variant),,"
        }
        try site.log(date, views: views)
        let path = "log/\(date).csv"
        try site.directory.write(try site.directory.text(path) + lines.map { $0 + "\n" }.joined(), to: path)
    }

    /// A site with three ordinary nights behind it, each run half an hour after its day.
    private static func site(_ settings: String = "", variants: [String] = ["a", "b"]) throws -> OneSlotSite {
        let site = try OneSlotSite(settings, variants: variants)
        for day in 20...22 {
            try log(site, "2026-11-\(day)", variants: variants)
            let run = try site.run("2026-11-\(day)", "--now", "2026-11-\(day + 1)T00:30:00Z")
            try #require(run.status == 0, "\(run.errors)")
            #expect(!run.errors.contains("warning"), "\(run.errors)")
        }
        try log(site, night, variants: variants)
        return site
    }

    private static func current(_ site: OneSlotSite) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: site.directory.path + "/state/current")
    }

    private static func results(_ site: OneSlotSite) throws -> [String: Data] {
        try site.directory.files(below: "state").filter {
            $0.key.hasPrefix("statistics/") || $0.key.hasSuffix("allocation.csv") || $0.key.hasSuffix("manifest.json")
        }
    }

    /// Runs the night, which these guards must hold and nothing else, then accepts it.
    private static func expectHeld(
        _ site: OneSlotSite, by guards: [String], says text: String = "", config: String = "p.json5",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try current(site)
        let now = "2026-11-24T00:30:00Z"
        let held = try site.run(night, "--now", now, config: config)
        #expect(held.status == 76, "\(held.errors)", sourceLocation: sourceLocation)
        let named = held.errors.matches(of: #/held by (\w+):/#).map { String($0.output.1) }
        #expect(named == guards, "\(held.errors)", sourceLocation: sourceLocation)
        #expect(text.isEmpty || held.errors.contains(text), "\(held.errors)", sourceLocation: sourceLocation)
        // The command that ends it.
        #expect(
            held.errors.contains("`sluice run --config \(config) --state state --date \(night)`"),
            sourceLocation: sourceLocation)
        #expect(try current(site) == before, sourceLocation: sourceLocation)
        #expect(!site.directory.exists("state/allocations/date=2026-11-24"), sourceLocation: sourceLocation)
        #expect(site.directory.exists("state/statistics/date=\(night)/statistics.csv"), sourceLocation: sourceLocation)
        let records = try site.directory.files(below: "state/runs").sorted { $0.key < $1.key }
        let record = try JSONSerialization.jsonObject(with: try #require(records.last).value) as? [String: Any]
        let recorded = (record?["guards"] as? [[String: Any]])?.filter { $0["action"] as? String == "hold" }
            .compactMap { $0["guard"] as? String }
        #expect(record?["exit_code"] as? Int == 76 && recorded == guards, sourceLocation: sourceLocation)

        let status = try Binary.sluice(
            ["status", "--state", "state", "--now", "2026-11-24T01:00:00Z"], in: site.directory.path)
        #expect(status.status == 1, sourceLocation: sourceLocation)
        #expect(status.output.contains("\(night) by \(guards[0])"), "\(status.output)", sourceLocation: sourceLocation)

        let statistics = try results(site).filter { $0.key.hasPrefix("statistics/") }
        let accepted = try site.run(night, "--now", now, "--accept", command: "allocate", config: config)
        #expect(accepted.status == 0, "\(accepted.errors)", sourceLocation: sourceLocation)
        #expect(try current(site) == "allocations/date=2026-11-24", sourceLocation: sourceLocation)
        let published = try results(site)
        #expect(
            published.filter { $0.key.hasPrefix("statistics/") } == statistics, sourceLocation: sourceLocation)
        // Again, all of it: the same bytes.
        #expect(
            try site.run(night, "--now", now, "--accept", config: config).status == 0, sourceLocation: sourceLocation)
        #expect(try results(site) == published, sourceLocation: sourceLocation)
    }

    @Test func anOrdinaryNightIsNotHeld() throws {
        let site = try Self.site()
        let run = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(run.status == 0 && !run.errors.contains("warning"), "\(run.errors)")
    }

    @Test func variantsThatAreNotDeclared() throws {
        let site = try Self.site()
        try Self.log(site, Self.night, variants: ["a", "B"])
        try Self.expectHeld(
            site, by: ["unknownVariants", "silentVariants"], says: #""B" 240 (did you mean "b"?)"#)
    }

    @Test func anArmWithoutAVisitor() throws {
        let site = try Self.site()
        try Self.log(site, Self.night, visitors: 400, variants: ["a"])
        try Self.expectHeld(site, by: ["silentVariants"], says: "no visitor of b")
    }

    /// Arm b's clicks come under another slot: its views are as ever.
    @Test func anArmWhoseClicksAreLost() throws {
        let site = try Self.site()
        for day in 20...23 {
            try Self.log(site, "2026-11-\(day)", visitors: 400)
            if day < 23 { #expect(try site.run("2026-11-\(day)", "--now", "2026-11-23T00:30:00Z").status == 0) }
        }
        let path = "log/\(Self.night).csv"
        try site.directory.write(
            try site.directory.text(path).replacing(/,click,(\w+),hero,b,/, with: { ",click,\($0.output.1),here,b," }),
            to: path)
        try Self.expectHeld(
            site, by: ["noReward"], says: "b has 400 visitors and no click, where 80 were to be expected")
    }

    /// The tracker of one slot is gone; the other is as ever.
    @Test func anExperimentWithoutAVisitor() throws {
        let site = try OneSlotSite()
        let configuration = try site.directory.text("p.json5")
        try site.directory.write(
            configuration.replacing(
                "experiments: [", with: #"experiments: [{ platform: "web", slot: "side", variants: ["x", "y"] }, "#),
            to: "p.json5")
        for day in 20...23 {
            let date = "2026-11-\(day)"
            try Self.log(site, date)
            guard day < 23 else { continue }
            let views = OneSlotSite.visitors(100, ["x", "y"]).map {
                "\(date)T10:00:00Z,view,\($0.visitor),side,\($0.variant),,\n"
            }
            let path = "log/\(date).csv"
            try site.directory.write(try site.directory.text(path) + views.joined(), to: path)
            #expect(try site.run(date, "--now", "2026-11-\(day + 1)T00:30:00Z").status == 0)
        }
        try Self.expectHeld(site, by: ["silentVariants"], says: "no visitor at all, where 200 were to be expected")
    }

    @Test func aBeginningTooFarAheadMovesNothing() throws {
        let site = try Self.site()
        #expect(try site.run(Self.night, "--now", "2026-11-24T00:30:00Z").status == 0)
        let shares = try site.directory.text("state/current/allocation.csv").split(separator: "\n").map {
            $0.split(separator: ",")[1...5].joined(separator: ",")
        }
        try site.configure(#"learning: { since: "2027-11-01" },"#)
        let run = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(
            run.status == 70 && run.errors.contains("learning.since is 2027-11-01, so no day counts yet"),
            "\(run.errors)")
        let now = try site.directory.text("state/current/allocation.csv").split(separator: "\n").map {
            $0.split(separator: ",")[1...5].joined(separator: ",")
        }
        #expect(now == shares)
        let check = try Binary.sluice(
            ["check", "--config", "p.json5", "--no-logs", "--now", "2026-11-24T00:30:00Z"], in: site.directory.path)
        #expect(check.status == 0 && check.errors.contains("learning.since is 2027-11-01, after tomorrow"))
        // A new beginning tomorrow is one.
        try site.configure(#"learning: { since: "2026-11-24" },"#)
        #expect(try site.run(Self.night, "--now", "2026-11-24T00:30:00Z").status == 0)
    }

    @Test func aHeldDayWithoutStatisticsCountsNowhere() throws {
        let site = try Self.site()
        try site.directory.remove("log/\(Self.night).csv")
        try site.configure(variants: ["a", "c"])
        let held = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(held.status == 76, "\(held.errors)")
        try site.configure()
        try Self.log(site, "2026-11-24")
        let next = try site.run("2026-11-24", "--now", "2026-11-25T00:30:00Z")
        #expect(next.status == 0 && !next.errors.contains("still counts"), "\(next.errors)")
    }

    @Test func anArmThatWasRenamed() throws {
        let site = try Self.site()
        try site.configure(variants: ["a", "b2"])
        try Self.log(site, Self.night, variants: ["a", "b2"])
        try Self.expectHeld(site, by: ["lostVariants"], says: "b may be b2 now")
    }

    @Test func anArmThatIsMeantToGo() throws {
        let site = try Self.site(variants: ["a", "b", "c"])
        try site.configure(#"retired: [{ platform: "web", slot: "hero", variant: "b" }],"#, variants: ["a", "c"])
        try Self.log(site, Self.night, variants: ["a", "c"])
        let run = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func anExperimentThatIsGone() throws {
        let site = try Self.site()
        let text = try site.directory.text("p.json5").replacing(#"slot: "hero""#, with: #"slot: "home-hero""#)
        try site.directory.write(text, to: "p.json5")
        let held = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(held.status == 76 && held.errors.contains("was it renamed to web/home-hero?"), "\(held.errors)")
    }

    @Test func aDayWithoutAClick() throws {
        let site = try Self.site()
        try Self.log(site, Self.night, clicks: false)
        try Self.expectHeld(site, by: ["noReward"], says: "400 visitors and no click, where 80 were to be expected")
    }

    @Test func aSourceThatIsGone() throws {
        let site = try OneSlotSite()
        let configuration = try site.directory.text("p.json5")
        try site.directory.write(
            configuration.replacing(#"constant: "web" } }"#, with: #"constant: "web" }, segment: ["city", "town"] }"#),
            to: "p.json5")
        for day in 20...23 {
            let date = "2026-11-\(day)"
            try Self.log(site, date)
            let lines = try site.directory.text("log/\(date).csv").split(separator: "\n")
            // The log calls it otherwise on the last day; a source that was never there is none that is gone.
            let text = lines.enumerated().map {
                "\($0.element),\($0.offset > 0 ? "Pune" : day < 23 ? "city" : "place")\n"
            }
            try site.directory.write(text.joined(), to: "log/\(date).csv")
            guard date != Self.night else { break }
            let run = try site.run(date, "--now", "2026-11-\(day + 1)T00:30:00Z")
            try #require(run.status == 0, "\(run.errors)")
        }
        try Self.expectHeld(
            site, by: ["sources"], says: #"segment from "city" is in no line of the day, where 480 were to be expected"#
        )
    }

    @Test(arguments: [50, 700]) func farFewerOrFarMoreVisitors(visitors: Int) throws {
        let site = try Self.site()
        try Self.log(site, Self.night, visitors: visitors)
        try Self.expectHeld(site, by: ["visitors"])
    }

    @Test func farMoreBots() throws {
        let site = try Self.site("bots: { eventsPerDay: 2 },")
        let path = "log/\(Self.night).csv"
        // Two more views make a visitor a bot: every second one.
        let more = (0..<100).flatMap { number in
            ["a", "b"].flatMap { variant in
                (1...2).map { "\(Self.night)T12:0\($0):00Z,view,\(variant)\(number),hero,\(variant),,\n" }
            }
        }
        try site.directory.write(try site.directory.text(path) + more.joined(), to: path)
        try Self.expectHeld(site, by: ["robots"], says: "50.0 % of visitors are dropped as bots")
    }

    @Test func linesOfOtherDays() throws {
        let site = try Self.site(#"guards: { outsideDay: "hold" },"#)
        let path = "log/\(Self.night).csv"
        let more = (0..<200).map { "2026-11-22T12:00:00Z,view,late\($0),hero,a,,\n" }
        try site.directory.write(try site.directory.text(path) + more.joined(), to: path)
        try Self.expectHeld(site, by: ["outsideDay"], says: "in the day's own files are of other days")
    }

    @Test func anotherTimezoneHoldsUntilItIsAccepted() throws {
        let site = try Self.site()
        try site.configure(timezone: "Asia/Tokyo", file: "tokyo.json5")
        // Every night is held, not only the first: a held one is no measure.
        #expect(try site.run(Self.night, "--now", "2026-11-24T00:30:00Z", config: "tokyo.json5").status == 76)
        try Self.log(site, "2026-11-24")
        let next = try site.run("2026-11-24", "--now", "2026-11-25T00:30:00Z", config: "tokyo.json5")
        #expect(next.status == 76)
        #expect(next.errors.contains("2026-11-23 was held by timezone and still counts: run it again"))
        try site.directory.remove("state/statistics/date=2026-11-24")
        try Self.expectHeld(site, by: ["timezone"], says: "days begin by Asia/Tokyo", config: "tokyo.json5")
        let after = try site.run("2026-11-24", "--now", "2026-11-25T00:30:00Z", config: "tokyo.json5")
        #expect(after.status == 0 && !after.errors.contains("held-day-counts"), "\(after.errors)")
    }

    /// Days begin at the same instants, whatever the zone is called.
    @Test func anotherNameOfATimezoneHoldsNothing() throws {
        let site = try Self.site()
        try site.configure(timezone: "Etc/UTC", file: "renamed.json5")
        let night = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z", config: "renamed.json5")
        #expect(night.status == 0 && !night.errors.contains("timezone"), "\(night.errors)")
    }

    @Test func unevenShares() throws {
        let site = try Self.site("guards: { sampleRatio: { action: \"hold\", below: 0.001 } },")
        try site.log(
            Self.night,
            views: OneSlotSite.visitors(300, ["a"]) + OneSlotSite.visitors(100, ["b"]),
            events: [("11:00:00", "click", "nobody", "", "")])
        let held = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(held.errors.contains("held by sampleRatio"), "\(held.errors)")
        #expect(held.status == 76)
    }

    @Test func tooManyVisitorsMove() throws {
        let site = try Self.site("guards: { move: { above: 0.05 }, noReward: \"off\" },")
        // b is clicked by everybody.
        let clicks = (0..<200).map { "\(Self.night)T11:00:00Z,click,b\($0),hero,b,,\n" }
        let path = "log/\(Self.night).csv"
        try site.directory.write(try site.directory.text(path) + clicks.joined(), to: path)
        try Self.expectHeld(site, by: ["move"], says: "of visitors would see another variant")
    }

    @Test func whatIsOffOrWarnsHoldsNothing() throws {
        let site = try Self.site(#"guards: { noReward: "warn", visitors: "off" },"#)
        try Self.log(site, Self.night, visitors: 700, clicks: false)
        let run = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(run.status == 0 && run.errors.contains("[guard-warned]"), "\(run.errors)")
        #expect(!run.errors.contains("visitors: "), "\(run.errors)")
    }

    @Test func aDayThatIsNotOverPublishesNothing() throws {
        let site = try Self.site()
        let before = try Self.current(site)
        let run = try site.run(Self.night, "--now", "2026-11-23T12:00:00Z")
        #expect(run.status == 76 && run.errors.contains("once the day is over"), "\(run.errors)")
        #expect(try Self.current(site) == before)
        #expect(try site.rows(Self.night).count == 2)
        #expect(try site.run(Self.night, "--now", "2026-11-23T12:00:00Z", "--accept").status == 0)
        #expect(try Self.current(site) == "allocations/date=2026-11-24")
    }

    @Test func aDryRunWritesNothing() throws {
        let site = try Self.site()
        let clicks = (0..<200).map { "\(Self.night)T11:00:00Z,click,b\($0),hero,b,,\n" }
        let path = "log/\(Self.night).csv"
        try site.directory.write(try site.directory.text(path) + clicks.joined(), to: path)
        let before = try site.directory.files(below: "state")
        let dry = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z", "--dry-run")
        #expect(dry.status == 0 && dry.errors.contains("nothing was written"), "\(dry.errors)")
        #expect(dry.output.contains("web/hero: b 50 → "), "\(dry.output)")
        #expect(try site.directory.files(below: "state") == before)
        // What it foretold is what happens.
        let wet = try site.run(Self.night, "--now", "2026-11-24T00:30:00Z")
        #expect(wet.errors.contains(dry.output.trimmingCharacters(in: .newlines)))
    }

    @Test func aBackfillRaisesNoAlarm() throws {
        let site = try OneSlotSite()
        for day in 1...28 {
            let date = "2026-02-\(day < 10 ? "0" : "")\(day)"
            try Self.log(site, date, visitors: 100 + 17 * (day % 7), variants: day < 20 ? ["a", "b"] : ["a", "b"])
        }
        let run = try site.run("2026-02-01..2026-02-28")
        #expect(run.status == 0 && !run.errors.contains("guard-"), "\(run.errors)")
    }

    @Test func whatIsDeclaredIsNotRetired() throws {
        for (retired, text) in [
            (
                #"{ platform: "web", slot: "hero", variant: "b" }"#,
                "retired[0].variant: the variant \"b\" is declared and retired"
            ),
            (
                #"{ platform: "web", slot: "hero" }"#,
                "retired[0]: the experiment of platform \"web\" and slot \"hero\" is declared"
            ),
        ] {
            let site = try OneSlotSite("retired: [\(retired)],")
            let run = try site.run(Self.night)
            #expect(run.status == 78 && run.errors.contains(text), "\(run.errors)")
        }
        let site = try OneSlotSite(
            #"retired: [{ platform: "web", slot: "hero", variant: "old" }, { platform: "web", slot: "gone" }],"#)
        #expect(try Binary.sluice(["check", "--config", "p.json5", "--no-logs"], in: site.directory.path).status == 0)
    }

    @Test func settingsAreChecked() throws {
        let site = try OneSlotSite(
            #"guards: { visitors: { below: 2 }, noRewards: "hold", robots: "holds", move: "hold", timezone: { above: 1 } },"#
        )
        let run = try site.run(Self.night)
        #expect(run.status == 78)
        for fault in ["guards.visitors.below", "noReward", "guards.robots", "guards.move", "guards.timezone.above"] {
            #expect(run.errors.contains(fault), "\(fault)\n\(run.errors)")
        }
    }
}
