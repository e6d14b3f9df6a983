import Domain
import Policies
import TestSupport
import Testing

/// Policies whose shares depend on date and segment alone.
@Suite struct SegmentPolicyTests {
    private static let control = Experiment.Control(variant: "plain", traffic: 0.1)

    private static func stratum(
        _ segment: Name = "pune", day: Int = 0, competing: [Name] = ["winter", "autumn"],
        control: Experiment.Control? = control
    ) -> Stratum {
        Stratum(
            date: CalendarDate("2026-11-20")!.advanced(by: day), segment: segment, competing: competing,
            control: control)
    }

    private static func table(_ text: String) throws -> TablePolicy {
        try TablePolicy(name: "by hand", Array(text.utf8), file: "shares.csv", slot: Sites.key)
    }

    @Test("The even split leaves the control its share, and a control alone has everything")
    func even() throws {
        let shares = try EvenPolicy().shares(of: SegmentPolicyTests.stratum())
        #expect(shares.map(\.variant) == ["autumn", "plain", "winter"])
        #expect(shares.map(\.share) == [0.45, 0.1, 0.45])
        let alone = try EvenPolicy().shares(of: SegmentPolicyTests.stratum(competing: []))
        #expect(alone == [ArmShare("plain", 1)])
        #expect(throws: PolicyError.self) {
            try EvenPolicy().shares(of: SegmentPolicyTests.stratum(competing: [], control: nil))
        }
    }

    @Test("One arm for everyone, offered or not")
    func always() {
        #expect(AlwaysPolicy("winter").shares(of: SegmentPolicyTests.stratum()) == [ArmShare("winter", 1)])
        #expect(AlwaysPolicy("summer").shares(of: SegmentPolicyTests.stratum()) == [ArmShare("summer", 1)])
        #expect(AlwaysPolicy("winter").name == "always:winter")
    }

    @Test("A table serves a segment by its own rows, else by everyone's, on all days")
    func byHand() throws {
        let policy = try SegmentPolicyTests.table(
            "segment,variant,traffic\n*,winter,0.25\n*,autumn,0.75\ndelhi,autumn,0\ndelhi,winter,1\n")
        for day in [-400, 0, 400] {
            let everyone = try policy.shares(of: SegmentPolicyTests.stratum(day: day))
            #expect(everyone == [ArmShare("autumn", 0.75), ArmShare("winter", 0.25)])
            #expect(try policy.shares(of: SegmentPolicyTests.stratum("delhi", day: day)) == [ArmShare("winter", 1)])
        }
    }

    @Test("Of several dates the last one that is not later serves; a lone date serves all days")
    func dates() throws {
        let policy = try SegmentPolicyTests.table(
            """
            date,platform,slot,segment,variant,traffic,status
            2026-11-22,web,hero,*,winter,1.000000,active
            2026-11-20,web,hero,*,autumn,1.000000,active
            2026-11-20,app,hero,*,spring,0.3,active
            2026-11-25,web,footer,*,spring,0.3,active
            """)
        func variant(_ day: Int) throws -> Name {
            try policy.shares(of: SegmentPolicyTests.stratum(day: day))[0].variant
        }
        #expect(try [0, 1, 2, 90].map(variant) == ["autumn", "autumn", "winter", "winter"])
        #expect(throws: PolicyError.self) { try variant(-1) }
        let lone = try SegmentPolicyTests.table("date,segment,variant,traffic\n2026-11-22,*,winter,1\n")
        #expect(try lone.shares(of: SegmentPolicyTests.stratum(day: -30)) == [ArmShare("winter", 1)])
    }

    @Test(
        "A group may miss 1 by a millionth and no more",
        arguments: [
            ("0.333333", "0.666666", true), ("0.333333", "0.666668", true), ("0.333333", "0.666665", false),
            ("0.333334", "0.666668", false), ("0.3333333", "0.6666667", true),
        ])
    func sums(first: String, second: String, isLegal: Bool) {
        let text = "segment,variant,traffic\n*,winter,\(first)\n*,autumn,\(second)\n"
        #expect(((try? SegmentPolicyTests.table(text)) != nil) == isLegal)
    }

    @Test(
        "What cannot be read is refused with file, line and what was expected",
        arguments: [
            ("segment,variant\n*,winter\n", "shares.csv:1: no column 'traffic'"),
            ("segment,variant,traffic\n*,winter,1.5\n", "shares.csv:2: traffic is '1.5', expected a share"),
            ("segment,variant,traffic\n*,winter,1e0\n", "shares.csv:2: traffic is '1e0', expected a share"),
            ("segment,variant,traffic\n,winter,1\n", "shares.csv:2: segment is '', expected a segment"),
            ("segment,variant,traffic,date\n*,winter,1,today\n", "shares.csv:2: date is 'today', expected a date"),
            ("segment,variant,traffic\n*,winter,0.5\n*,winter,0.5\n", "shares.csv:3: *,winter stands on line 2"),
            ("segment,variant,traffic\n*,winter,0.5\n", "shares.csv: segment *: the shares add up to 0.5"),
            ("slot,segment,variant,traffic\nfooter,*,winter,1\n", "shares.csv: no row of web/hero"),
            ("segment,variant,traffic\n", "shares.csv: no row of web/hero"),
        ])
    func faults(text: String, message: String) {
        let error = #expect(throws: (any Error).self) { try SegmentPolicyTests.table(text) }
        #expect(error.map { "\($0)" }?.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test("A segment without rows is refused where there are none for everyone")
    func noGroup() throws {
        let policy = try SegmentPolicyTests.table("segment,variant,traffic\ndelhi,winter,1\n")
        #expect(try policy.shares(of: SegmentPolicyTests.stratum("delhi")) == [ArmShare("winter", 1)])
        #expect(throws: PolicyError.self) { try policy.shares(of: SegmentPolicyTests.stratum("pune")) }
    }

    @Test("Serving splits evenly as the even split does, with and without a control")
    func servedEven() throws {
        for control in [nil, Experiment.Control(variant: "c", traffic: 0.2)] {
            let experiment = Sites.experiment(declared: [0, 0, 0, 0], control: control)
            let night = Sites.night(experiment, day: 0, counts: [])
            let shares = try ServedSegmentPolicy(EvenPolicy()).table(night).shares(inSegment: 0)
            for (share, expected) in zip(shares, UniformPolicy().table(night).everyone) {
                #expect(abs(share - expected) < 1e-15)
            }
        }
    }

    @Test("Serving gives every segment its shares; those of arms that cannot be shown go to the others")
    func served() throws {
        let experiment = Sites.experiment(
            declared: [0, 0, 5],
            segments: ["delhi", "pune", "goa"].map { ServedExperiment.Segment(name: $0, share: 1 / 3) })
        let text = "segment,variant,traffic\ndelhi,a,0.2\ndelhi,b,0.8\npune,a,0.1\npune,b,0.3\npune,c,0.6\ngoa,c,1\n"
        let policy = ServedSegmentPolicy(try SegmentPolicyTests.table(text))
        let early = try policy.table(Sites.night(experiment, day: 0, counts: []))
        #expect(early.shares(inSegment: 0) == [0.2, 0.8, 0])
        for (share, expected) in zip(early.shares(inSegment: 1), [0.25, 0.75, 0]) {
            #expect(abs(share - expected) < 1e-15)
        }
        #expect(early.shares(inSegment: 2) == [0.5, 0.5, 0], "nothing of the policy's can be shown")
        let later = try policy.table(Sites.night(experiment, day: 5, counts: [], competing: [0, 1, 2]))
        #expect(later.shares(inSegment: 1) == [0.1, 0.3, 0.6] && later.shares(inSegment: 2) == [0, 0, 1])
    }
}
